import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identify, isRunning, type ProcessIdentity } from './identity.js';
import { freePort } from './ports.js';
import { until } from './until.js';
import { supervise, type Supervised, type SuperviseOptions } from './supervise.js';

const dist = new URL('../../dist/index.js', import.meta.url).href;

describe('a supervised service', () => {
  let home: string;
  let service: Supervised | undefined;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'sluice-supervise-'));
  });
  afterEach(async () => {
    await service?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const node = async (script: string, options: Partial<SuperviseOptions> = {}) => {
    service = await supervise({
      name: 'service',
      home,
      command: process.execPath,
      args: ['--input-type=module', '-e', script],
      ready: /^ready/,
      backoff: { first: 20, most: 100 },
      ...options,
    });
    return service;
  };
  const stays = `console.log('ready'); setInterval(() => {}, 1000);`;

  it('is started again after kill -9, and nothing is left after stop()', async () => {
    const { pid } = await node(stays);
    const events: string[] = [];
    service?.on('exited', ({ signal, unexpected }) =>
      events.push(`exited ${signal} ${unexpected}`),
    );
    service?.on('started', () => events.push('started'));
    const restarted = new Promise<number>((resolve) =>
      service?.on('restarted', (event) => {
        events.push(`restarted ${event.restarts}`);
        resolve(event.pid);
      }),
    );
    const first = identityOf(pid);
    process.kill(first.pid, 'SIGKILL');
    const second = identityOf(await restarted);
    expect(service?.pid).toBe(second.pid);
    await Promise.all([service?.stop(), service?.stop()]);
    expect([first, second].map(isRunning)).toEqual([false, false]);
    expect(events).toEqual([
      'exited SIGKILL true',
      'started',
      'restarted 1',
      'exited SIGTERM false',
    ]);
  });

  it('waits longer and longer for one that keeps dying, and can be stopped meanwhile', async () => {
    const starts: number[] = [];
    // Ready once; every later life ends at once.
    const dies = `
      import { existsSync, writeFileSync } from 'node:fs';
      if (existsSync('once')) process.exit(3);
      writeFileSync('once', ''); console.log('ready'); setTimeout(() => process.exit(3), 50);`;
    await node(dies, { cwd: home, backoff: { first: 30, most: 120 } });
    const fourTimes = new Promise<void>((resolve) =>
      service?.on('started', () => starts.push(Date.now()) === 4 && resolve()),
    );
    await fourTimes;
    const gaps = starts.slice(1).map((time, index) => time - (starts[index] ?? 0));
    expect(gaps[0]).toBeGreaterThanOrEqual(60);
    expect(gaps[2]).toBeGreaterThanOrEqual(120);
    await service?.stop();
    expect(service?.pid).toBeUndefined();
  });

  it('hands on its lines and keeps them in a file', async () => {
    const lines: string[] = [];
    const talks = `console.error('Grüße'); ${stays}`;
    const { logFile } = await node(talks, {
      onLine: (line, name) => lines.push(`${name}: ${line}`),
    });
    expect(logFile).toBe(join(home, 'logs', 'service.log'));
    await service?.stop();
    expect(lines).toContain('service: Grüße');
    expect(readFileSync(logFile, 'utf8')).toMatch(/^Grüße$/m);
  });

  it('is ready when its address answers', async () => {
    const port = await freePort(55_700);
    const serves = `
      import { createServer } from 'node:http';
      let asked = 0;
      createServer((_, response) => { response.statusCode = ++asked < 3 ? 503 : 200; response.end(String(asked)); })
        .listen(${port}, '127.0.0.1');`;
    const { pid } = await node(serves, {
      ready: undefined,
      readyUrl: `http://127.0.0.1:${port}/ready`,
    });
    expect(pid).toBeGreaterThan(0);
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('4');
  });

  it('reports a first start that fails with its last lines, and does not try again', async () => {
    const fails = node(`console.error('no such thing'); process.exit(7);`);
    await expect(fails).rejects.toMatchObject({
      code: 'cannot-start',
      message: expect.stringMatching(/exit code 7[^]*no such thing[^]*service\.log/),
    });
    await expect(node('', { command: '/no/such/program' })).rejects.toThrow(/ENOENT/);
    await expect(node(stays, { ready: /never/, readyTimeout: 300 })).rejects.toThrow(
      /not ready within 0.3 s/,
    );
  });

  it('is killed when it ignores SIGTERM, and so is what it started', async () => {
    const stubborn = `
      import { spawn } from 'node:child_process';
      process.on('SIGTERM', () => {});
      const child = spawn('sleep', ['60']);
      console.log(\`ready \${child.pid}\`); setInterval(() => {}, 1000);`;
    const lines: string[] = [];
    const { pid } = await node(stubborn, { stopTimeout: 200, onLine: (line) => lines.push(line) });
    const both = [pid, Number(lines[0]?.split(' ')[1])].map(identityOf);
    await service?.stop();
    expect(await until(() => !both.some(isRunning), 5_000)).toBe(true);
  });

  it('ends with its parent, whether it watches its standard input or is on a leash', async () => {
    const watches = `import { exitWithParent } from '${dist}'; exitWithParent(); ${stays}`;
    const parent = runModule(`
      import { supervise } from '${dist}';
      const start = (name, script, options) => supervise({
        name, home: ${JSON.stringify(home)}, ready: /ready/, ...options,
        command: process.execPath, args: ['--input-type=module', '-e', script],
      });
      const one = await start('one', ${JSON.stringify(watches)}, {});
      const two = await start('two', ${JSON.stringify(stays)}, { leash: true });
      console.log(String([one.pid, two.pid]));`);
    try {
      const services = (await firstLineOf(parent)).split(',').map(Number).map(identityOf);
      expect(services.map(isRunning)).toEqual([true, true]);
      parent.kill('SIGKILL');
      expect(await until(() => !services.some(isRunning), 20_000)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

function runModule(script: string): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Resolves to an empty text when the process ends without a word. */
function firstLineOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.stdout?.once('data', (data) => resolve(String(data).trim()));
    child.once('exit', () => resolve(''));
  });
}

function identityOf(pid: number | undefined): ProcessIdentity {
  return identify(pid ?? 0) ?? { pid: pid ?? 0, started: 'never' };
}
