import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { evaluationSchema, modelPageSchema } from '@sluice/contracts';
import { removeHome } from '@sluice/embedded';
import { repository, until } from './stack.js';

const shell = promisify(execFile);
const demonstration = join(repository, 'scripts/demo/dist/main.js');

interface Run {
  readonly process: ChildProcess;
  output: string;
}

/** What `npm start` runs after it has installed and built. */
const start = (home: string, ...args: string[]): Run => {
  const child = spawn(process.execPath, [demonstration, '--home', home, ...args], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', NODE_OPTIONS: '' },
  });
  const run: Run = { process: child, output: '' };
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (run.output += chunk.toString()));
  return run;
};

/** The command lines of processes that name this folder in them or in their environment. */
const processesOf = (home: string): string[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      const [command, environment] = ['cmdline', 'environ'].map((file) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ');
        } catch {
          // It ended meanwhile, or is someone else's.
          return '';
        }
      });
      return `${command} ${environment}`.includes(home) ? [`${pid} ${command}`] : [];
    });

describe('npm start, on a home of its own', () => {
  let home: string;
  let run: Run;
  const ended = async (): Promise<number | null> => {
    if (run.process.exitCode === null) await once(run.process, 'exit');
    return run.process.exitCode;
  };
  const curl = async (mark: string): Promise<unknown> => {
    const line = run.output
      .split('\n')
      .find((candidate) => candidate.includes('curl ') && candidate.includes(mark));
    if (line === undefined) throw new Error(`No curl with ${mark} in:\n${run.output}`);
    const { stdout } = await shell('sh', ['-c', line.slice(line.indexOf('curl '))], {
      cwd: repository,
    });
    return JSON.parse(stdout);
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'sluice-start-'));
    run = start(home);
    await until(
      'the end of the main job',
      async () => {
        if (run.process.exitCode !== null)
          throw new Error(`It ended with ${run.process.exitCode}:\n${run.output}`);
        return run.output.includes('Ctrl-C') && run.output.includes('/infer') ? true : undefined;
      },
      180,
    );
  }, 200_000);
  afterAll(async () => {
    if (run.process.exitCode === null) {
      run.process.kill('SIGKILL');
      await ended();
    }
    removeHome(home);
  });

  it('does the main job: a gate that fails with its reason, one that passes, a promotion and a rollout', () => {
    expect(run.output).toMatch(/demographic_parity_ratio by age_group.*0\.590/s);
    expect(run.output).toContain('ended with exit code 1');
    expect(run.output).toContain('ended with exit code 0');
    expect(run.output).toContain('carol is the author of version 3');
    expect(run.output).toMatch(/\d+ predictions during the rollout: .*; none failed/);
    const [, before, after] =
      /before .*?sha256:([0-9a-f]{64}).*?after .*?sha256:([0-9a-f]{64})/s.exec(run.output) ?? [];
    expect(before).toBeDefined();
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  it('leaves an API from which curl alone lists models, reads the failing verdict and gets a prediction', async () => {
    expect(
      modelPageSchema.parse(await curl('/api/v1/models')).items.map((model) => model.name),
    ).toEqual(['credit-risk']);
    const { verdict } = evaluationSchema.parse(await curl('/api/v1/evaluations'));
    expect(verdict?.outcome).toBe('fail');
    expect(verdict?.checks.find((check) => check.outcome === 'fail')?.reason).toContain(
      '25_or_under',
    );
    expect(await curl('/infer')).toMatchObject({ model_name: 'credit-risk', id: 'applicant-1' });
  });

  it('keeps keys to itself', () => {
    const key = readFileSync(join(home, 'admin.key'), 'utf8').trim();
    expect(key).toMatch(/^slk_[0-9a-f]{64}$/);
    expect(run.output).not.toContain(key);
  });

  it('ends on Ctrl-C with 0 or 130, and leaves no process behind', async () => {
    run.process.kill('SIGINT');
    expect([0, 130]).toContain(await ended());
    expect(processesOf(home)).toEqual([]);
  }, 60_000);

  it('starts again with the data of the first time, and --exit ends with 0', async () => {
    run = start(home, '--exit');
    expect({ code: await ended(), output: run.output }).toMatchObject({ code: 0 });
    expect(run.output).toMatch(/449bcb362262|version 3/);
    expect(processesOf(home)).toEqual([]);
  }, 180_000);
});
