import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RegistryClient } from '@sluice/client';
import type { Role } from '@sluice/contracts';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
export const example = join(repository, 'examples/credit-risk');
const sluice = join(repository, 'apps/cli/bin/sluice.js');

interface UpRecord {
  registryUrl: string;
  gatewayUrl: string;
  adminKeyFile: string;
  services: Record<string, { pid: number }>;
}

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
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error(`sluice up ended:\n${output}`);
      }),
      pause(90_000, undefined, { ref: false }).then(() => {
        child.kill('SIGKILL');
        throw new Error(`sluice up was not ready within 90 s:\n${output}`);
      }),
    ]);
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

  /** `kill -9`. `sluice up` starts it again. */
  kill(service: 'registry' | 'evaluator' | 'deployer'): void {
    const pid = this.record.services[service]?.pid;
    if (pid === undefined) throw new Error(`There is no ${service} in up.json.`);
    process.kill(pid, 'SIGKILL');
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    if (this.process.exitCode === null) {
      this.process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.home, { recursive: true, force: true });
  }

  /** What `sluice up` printed, for the text of a failure. */
  get log(): string {
    return this.output();
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
