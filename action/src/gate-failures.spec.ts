import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { check, failedCheck, repository, Stage } from './action-run.fixture.js';
import { registryKey } from './registry-double.fixture.js';

let stage: Stage;
const comments = () => stage.github.comments(repository, 1).map(({ body }) => body);

beforeEach(async () => {
  stage = new Stage();
  await stage.set();
});
afterEach(() => stage.strike());

describe('GitHub', () => {
  it.each([
    ['passes', check(), 0],
    ['fails', failedCheck, 1],
  ])('may refuse the comment on a fork: what %s still does', async (_what, only, exitCode) => {
    stage.registry.checks = [only];
    stage.token = stage.github.issueToken({ permission: 'read' });
    const run = await stage.gate(await stage.propose(undefined, 'maria/credit'));
    expect(run.exitCode).toBe(exitCode);
    expect(comments()).toEqual([]);
    expect(run.log).toContain(
      '::warning::The comment could not be written: Resource not accessible by integration',
    );
    expect(run.summary).toContain(exitCode === 0 ? '## ✅' : '## ❌');
  });

  it('may fail at the comment without any effect on the outcome', async () => {
    stage.github.failOn({ method: 'POST', path: /\/comments/, status: 502 });
    const run = await stage.gate(await stage.propose());
    expect(run.exitCode).toBe(0);
    expect(run.log).toContain('::warning::The comment could not be written');
  });

  it('may ask to wait', async () => {
    const number = await stage.propose();
    stage.github.limitRate({ path: /issues\/1\/comments/, retryAfterSeconds: 1 });
    stage.github.failOn({ method: 'GET', path: /contents/, status: 503, times: 1 });
    const run = await stage.gate(number);
    expect(run.exitCode).toBe(0);
    expect(comments()).toHaveLength(1);
  });

  it('is not asked to comment when nobody wants it', async () => {
    const run = await stage.gate(await stage.propose(), { inputs: { comment: 'false' } });
    expect(run.exitCode).toBe(0);
    expect(comments()).toEqual([]);
  });

  it('may send an event that cannot be gated safely', async () => {
    const run = await stage.gate(await stage.propose(), { event: 'pull_request_target' });
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain('Use pull\\_request');
  });
});

describe('the registry', () => {
  it('may restart in the middle', async () => {
    let back: Promise<void> = Promise.resolve();
    stage.registry.onEvaluation = () => {
      setTimeout(() => {
        back = stage.registry
          .die()
          .then(() => new Promise((resolve) => setTimeout(resolve, 1500)))
          .then(() => stage.registry.start());
      }, 50);
    };
    const run = await stage.gate(await stage.propose());
    await back;
    expect(run.log).toContain('trying again');
    expect(run.exitCode).toBe(0);
    expect(stage.registry.evaluations).toHaveLength(1);
  });

  it('may stay away, and the gate stays closed', async () => {
    stage.registry.onEvaluation = () => void setTimeout(() => void stage.registry.die(), 50);
    const began = performance.now();
    const run = await stage.gate(await stage.propose(), { inputs: { 'timeout-minutes': '0.05' } });
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(run.exitCode).toBe(1);
    expect(run.outputs.outcome).toBe('error');
    for (const text of [comments()[0], run.summary]) {
      expect(text).toContain('Sluice could not judge this model');
      expect(text).toContain('could not be reached');
      expect(text).toContain('Run the job again');
    }
  });

  it('may take longer than there is time', async () => {
    stage.registry.readings = Infinity;
    const run = await stage.gate(await stage.propose(), { inputs: { 'timeout-minutes': '0.05' } });
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain('was still running (Counting rows)');
    expect(run.summary).toContain('timeout-minutes');
  });

  it('may refuse the key, which is never shown', async () => {
    const wrong = 'slk_wrong';
    const run = await stage.gate(await stage.propose(), { inputs: { 'api-key': wrong } });
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain('Check the secret');
    expect(run.log.replace(`::add-mask::${wrong}`, '')).not.toContain(wrong);
    expect(run.log).not.toContain(registryKey);
  });

  it('gets no key on a fork, which is explained', async () => {
    const run = await stage.gate(await stage.propose(undefined, 'maria/credit'), {
      inputs: { 'api-key': '' },
    });
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain('GitHub gives no secrets');
  });
});

describe('the inputs', () => {
  it('are checked all at once', async () => {
    const run = await stage.gate(await stage.propose(), {
      inputs: { mode: 'guess', policy: '../sluice.yaml', 'timeout-minutes': 'long' },
    });
    expect(run.exitCode).toBe(1);
    for (const name of ['mode', 'policy', 'timeout-minutes']) {
      expect(run.log).toContain(`the input ${name} is not valid`);
    }
  });
});
