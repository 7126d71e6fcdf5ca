import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RegistryClient } from '@sluice/client';
import type { Role } from '@sluice/contracts';
import { removeHome } from '@sluice/embedded';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
export const example = join(repository, 'examples/credit-risk');
const sluice = join(repository, 'apps/cli/bin/sluice.js');

interface UpRecord {
  registryUrl: string;
  gatewayUrl: string;
  adminKeyFile: string;
  services: Record<string, { pid: number; log: string }>;
}

export type Victim = 'registry' | 'evaluator' | 'deployer' | 'postgres' | 'nats';

/** The process of a program that was given an argument with this text in it. */
const processNaming = (program: string, argument: string): number | undefined =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .find((pid) => {
      try {
        const [started = '', ...rest] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return started.endsWith(program) && rest.some((text) => text.includes(argument));
      } catch {
        // It ended meanwhile.
        return false;
      }
    });

/** A whole Sluice, started by `sluice up` as a user would, in a folder of its own. */
export class Stack {
  readonly admin: RegistryClient;
  readonly adminKey: string;

  private constructor(
    private readonly process: ChildProcess,
    readonly home: string,
    private readonly output: () => string,
  ) {
    this.adminKey = readFileSync(this.record.adminKeyFile, 'utf8').trim();
    this.admin = this.client(this.adminKey);
  }

  static async start(): Promise<Stack> {
    const home = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
    const child = spawn(process.execPath, [sluice, 'up', '--home', home], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const settled = new AbortController();
    try {
      await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(() => {
          throw new Error(`sluice up ended:\n${output}`);
        }),
        pause(90_000, undefined, { signal: settled.signal }).then(() => {
          child.kill('SIGKILL');
          throw new Error(`sluice up was not ready within 90 s:\n${output}`);
        }),
      ]);
    } finally {
      // Else it would be killed 90 s after its start, ready or not.
      settled.abort();
    }
    return new Stack(child, home, () => output);
  }

  /** As `sluice up` tells it now: a service that was restarted has another process id. */
  get record(): UpRecord {
    return JSON.parse(readFileSync(join(this.home, 'up.json'), 'utf8')) as UpRecord;
  }

  client(apiKey: string): RegistryClient {
    return new RegistryClient({ url: this.record.registryUrl, apiKey });
  }

  async person(name: string, ...roles: Role[]): Promise<RegistryClient> {
    return this.client((await this.admin.createKey({ name, kind: 'person', roles })).secret);
  }

  async machine(name: string, ...roles: Role[]): Promise<RegistryClient> {
    return this.client((await this.admin.createKey({ name, kind: 'machine', roles })).secret);
  }

  /** `kill -9`. `sluice up` starts it again. The broker loses all that it stored as well. */
  kill(victim: Victim): void {
    if (victim === 'nats')
      rmSync(join(this.home, 'nats/jetstream'), { recursive: true, force: true });
    process.kill(this.pidOf(victim), 'SIGKILL');
  }

  private pidOf(victim: Victim): number {
    if (victim === 'postgres') {
      const noted = join(this.home, 'postgres/LOCATION');
      const folder = existsSync(noted)
        ? readFileSync(noted, 'utf8').trim()
        : join(this.home, 'postgres');
      return Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
    }
    const pid =
      victim === 'nats'
        ? processNaming('nats-server', this.home)
        : this.record.services[victim]?.pid;
    if (!pid) throw new Error(`There is no ${victim} to kill.`);
    return pid;
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await ended;
    }
    removeHome(this.home);
  }

  /** Does what may fail for reasons that only `sluice up` tells: its words then stand below the failure. */
  async explained<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${message}\n\nsluice up said:\n${this.output()}`, { cause: error });
    }
  }
}

export const until = async <Value>(
  what: string,
  read: () => Promise<Value | undefined>,
  seconds = 60,
): Promise<Value> => {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}`);
    await pause(200);
  }
};
