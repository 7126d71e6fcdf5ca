import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects } from '@sluice/contracts';
import { call } from './gateway.fixture.js';
import { adds, inferenceOf } from './models.fixture.js';
import { writeStubServer } from './stub-server.fixture.js';
import { modelServersOf, until, World } from './world.fixture.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** A deployer as a process of its own. */
class DeployerProcess {
  readonly ended: Promise<void>;
  private errors = '';

  private constructor(
    readonly child: ChildProcess,
    readonly ready: Promise<string>,
  ) {
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    child.stderr?.on('data', (text: Buffer) => (this.errors += text.toString()));
  }

  static start(world: World, more: Record<string, string>): DeployerProcess {
    if (!existsSync(main)) throw new Error(`${main} is missing: build the deployer first.`);
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env['PATH'], ...world.environment(more) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ready = new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line) as { event?: string; url: string };
        if (said.event === 'ready') resolve(said.url);
      });
      child.once('close', () => reject(new Error(`it ended: ${deployer.errors}`)));
    });
    ready.catch(() => undefined);
    const deployer = new DeployerProcess(child, ready);
    return deployer;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a deployer that is killed', () => {
  let world: World;
  let key: string;
  let stub: string;
  const started: DeployerProcess[] = [];

  beforeAll(async () => {
    stub = await writeStubServer();
    world = await World.create('deployer_restart_test');
    key = world.registry.createKey('predictor', 'predictor');
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((deployer) => deployer.end('SIGKILL')));
  });
  afterAll(async () => {
    await world?.destroy();
    await rm(dirname(stub), { recursive: true });
  });

  const start = (more: Record<string, string> = { SLUICE_MODEL_SERVER: stub }): DeployerProcess => {
    const deployer = DeployerProcess.start(world, more);
    started.push(deployer);
    return deployer;
  };
  const infer = async (deployer: DeployerProcess, headers: Record<string, string> = {}) =>
    call(`${await deployer.ready}/production/v2/models/adder/infer`, {
      key,
      body: inferenceOf(0),
      headers,
    });
  const versionAt = async (deployer: DeployerProcess): Promise<number | null> => {
    const { status, headers } = await infer(deployer);
    return status === 200 ? Number(headers['x-sluice-version']) : null;
  };
  const answersWith = (deployer: DeployerProcess, version: number) =>
    until(async () => (await versionAt(deployer)) === version, 20_000);
  const approve = async (version: number) => {
    const promotion = world.promotion(world.registry.store(adds(version)), version);
    await world.approve(promotion);
    return promotion.promotion;
  };

  it('leaves no server behind, and what was live is live again', async () => {
    const first = start({});
    const promotion = await approve(1);
    await world.outcomesOf(promotion);
    await answersWith(first, 1);
    const orphans = await modelServersOf(first.pid);
    expect(orphans).toHaveLength(1);
    const fetched = world.registry.fetched.length;

    await first.end('SIGKILL');
    await until(() => orphans.every(({ pid }) => !isAlive(pid)));
    const second = start({});
    await answersWith(second, 1);

    expect(world.registry.fetched).toHaveLength(fetched);
    const servers = await modelServersOf(second.pid);
    expect(servers).toHaveLength(1);
    await second.end('SIGTERM');
    expect(servers.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });

  it('finishes a rollout that was cut off before its server was ready', async () => {
    const first = start();
    await answersWith(first, 1);
    let promotion = '';
    await world.registry.whileSilent(async () => {
      promotion = await approve(2);
      await until(() => world.progress.some((step) => step.promotion === promotion));
      await first.end('SIGKILL');
    });

    const second = start();
    await answersWith(second, 2);
    expect((await world.outcomesOf(promotion))[0]?.subject).toBe(subjects.deploymentSucceeded);
  });

  it('does not go back to the old version if traffic had moved', async () => {
    const first = start();
    await answersWith(first, 2);
    const lasting = infer(first, { 'x-delay': '20000' }).catch((error: Error) => error);
    await pause(100);
    const promotion = await approve(3);
    await answersWith(first, 3);
    await first.end('SIGKILL');
    expect(await lasting).toHaveProperty('code', 'ECONNRESET');
    expect(world.outcomes.filter(({ data }) => data.promotion === promotion)).toEqual([]);

    const second = start();
    const seen = new Set<number | null>();
    await until(async () => seen.add(await versionAt(second)).has(3), 20_000);
    expect(seen).not.toContain(2);
    expect((await world.outcomesOf(promotion))[0]?.subject).toBe(subjects.deploymentSucceeded);
  });

  it('is replaced by one that waited for its end', async () => {
    const [first, second] = [start(), start()];
    await Promise.race([answersWith(first, 3), answersWith(second, 3)]);
    const servers = await Promise.all([first, second].map(({ pid }) => modelServersOf(pid)));
    expect(servers.map(({ length }) => length).toSorted()).toEqual([0, 1]);
    const [leader, waiting] = servers[0]!.length === 1 ? [first, second] : [second, first];
    expect(await versionAt(waiting)).toBeNull();

    await leader.end('SIGKILL');
    await answersWith(waiting, 3);
  });

  it('has told each outcome once, after all of this', () => {
    expect(world.outcomes.map(({ subject }) => subject)).toEqual(
      Array.from({ length: 3 }, () => subjects.deploymentSucceeded),
    );
  });
});
