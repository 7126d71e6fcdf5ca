import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { manifestOf } from '@sluice/artifacts';
import { digestOfBytes, SluiceError, toProblem, type Version } from '@sluice/contracts';
import { failedCheck, onnxModel, policyText, repository, Stage } from './action-run.fixture.js';

let stage: Stage;
let sha: string;
const policy = policyText();

const states = (run: { outputs: Record<string, string> }) =>
  (JSON.parse(run.outputs.promotion ?? '[]') as { environment: string; state: string }[]).map(
    ({ environment, state }) => `${environment} ${state}`,
  );
const register = async (author = 'maria'): Promise<Version> =>
  stage.registry.addVersion(
    'credit-risk',
    await manifestOf(join(stage.workspace, 'model.onnx')),
    author,
  );
const evaluated = async (version: Version) => {
  const evaluation = stage.registry.addEvaluation({
    model: version.model,
    version: version.number,
    policy,
    datasets: { evaluation: digestOfBytes('age,credit\n23,good\n') },
  });
  stage.registry.finish(evaluation);
  return evaluation;
};

beforeEach(async () => {
  stage = new Stage();
  await stage.set();
  sha = await stage.merge(await stage.propose());
});
afterEach(() => stage.strike());

describe('promotion', () => {
  it('goes through the environments on the verdict of the pull request, up to an approval', async () => {
    const evaluation = await evaluated(await register());
    stage.registry.promotionScripts = {
      staging: [{ state: 'rolling_out', progress: 'Starting version 1' }, { state: 'succeeded' }],
      production: [{ state: 'awaiting_approval', approvalsNeeded: 1 }],
    };
    const run = await stage.promote(sha);

    expect(run.exitCode).toBe(0);
    expect(states(run)).toEqual(['staging succeeded', 'production awaiting_approval']);
    expect(run.outputs).toMatchObject({
      outcome: 'pass',
      'promotion-state': 'awaiting_approval',
      evaluation: evaluation.id,
      version: '1',
    });
    expect(stage.registry.evaluations).toHaveLength(1);
    expect(run.log).toContain('… Starting version 1');
    expect(run.summary).toContain(`npx sluice approve ${stage.registry.promotions[1]?.id}`);
    expect(run.summary).toContain('other than the author, **maria**');
  });

  it('registers and evaluates what no pull request brought', async () => {
    const run = await stage.promote(sha);
    expect(run.exitCode).toBe(0);
    expect(states(run)).toEqual(['staging succeeded', 'production succeeded']);
    expect(stage.registry.versions).toMatchObject([
      { author: 'maria', source: { commit: sha, pullRequest: 1 } },
    ]);
    expect(stage.registry.evaluations).toHaveLength(1);
  });

  it('names the pusher as the author of a direct push', async () => {
    const pushed = stage.github.commitFiles(repository, {
      branch: 'main',
      files: { 'model.onnx': onnxModel(5) },
    });
    await stage.checkOut(stage.github.filesAt(repository, pushed));
    await stage.promote(pushed);
    expect(stage.registry.versions).toMatchObject([{ author: 'olga' }]);
  });

  it('evaluates again when another champion stands there than was judged against', async () => {
    const version = await register();
    await evaluated(version);
    const other = stage.registry.addVersion('credit-risk', {
      files: [{ path: 'model.onnx', digest: digestOfBytes('other'), size: 5 }],
    });
    stage.registry.champions = [stage.registry.champion('production', other)];
    stage.registry.checks = [failedCheck];
    const run = await stage.promote(sha);

    expect(run.exitCode).toBe(1);
    expect(run.outputs.outcome).toBe('fail');
    expect(stage.registry.promotions).toEqual([]);
    expect(run.summary).toContain('evaluated again');
    expect(run.log).toContain('::error title=roc_auc/at_least failed::');
  });

  it('evaluates again when the registry finds the verdict stale at the last moment', async () => {
    const version = await register();
    await evaluated(version);
    stage.registry.refusals = [new SluiceError('verdict_stale', 'The champion has changed.')];
    const run = await stage.promote(sha);
    expect(run.exitCode).toBe(0);
    expect(stage.registry.evaluations).toHaveLength(2);
    expect(stage.registry.promotions[0]?.evaluation).toBe(stage.registry.evaluations[1]?.id);
  });

  it('does not begin what is under way', async () => {
    await evaluated(await register());
    stage.registry.promotionScripts.staging = [{ state: 'awaiting_approval', approvalsNeeded: 1 }];
    const first = await stage.promote(sha);
    expect(first.summary).toContain('Run this workflow again afterwards, to go on to `production`');
    stage.registry.promotionScripts.staging = [{ state: 'succeeded' }];
    const second = await stage.promote(sha);
    expect(states(first)).toEqual(['staging awaiting_approval']);
    expect(states(second)).toEqual(['staging succeeded', 'production succeeded']);
    expect(stage.registry.promotions).toHaveLength(2);
  });

  it('says what stands in the way', async () => {
    await evaluated(await register());
    const detail = 'Promotion 7 of version 9 into staging waits for approval; decide it first.';
    stage.registry.refusals = [new SluiceError('conflict', detail)];
    const run = await stage.promote(sha);
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain(detail);
    expect(run.summary).toContain('then run this workflow again');
  });

  it('leaves alone what runs already', async () => {
    const version = await register();
    stage.registry.champions = ['staging', 'production'].map((environment) =>
      stage.registry.champion(environment, version),
    );
    const run = await stage.promote(sha);
    expect(run.exitCode).toBe(0);
    expect(states(run)).toEqual(['staging unchanged', 'production unchanged']);
    expect(run.outputs['promotion-state']).toBe('unchanged');
    expect(stage.registry.evaluations).toEqual([]);
  });

  it('stops at a rollout that failed, with its reason', async () => {
    await evaluated(await register());
    const problem = toProblem(new SluiceError('unavailable', 'Version 1 never became ready.'));
    stage.registry.promotionScripts.staging = [{ state: 'failed', problem }];
    const run = await stage.promote(sha);
    expect(run.exitCode).toBe(1);
    expect(states(run)).toEqual(['staging failed']);
    expect(run.summary).toContain('Version 1 never became ready');
    expect(run.log).toContain('::error::credit-risk version 1 could not be rolled out in staging');
  });

  it('reports what it reached before the registry went away', async () => {
    await evaluated(await register());
    stage.registry.promotionScripts.production = [{ state: 'rolling_out' }];
    const running = stage.promote(sha, { inputs: { 'timeout-minutes': '0.1' } });
    while (stage.registry.promotions.length < 2) await new Promise((done) => setTimeout(done, 20));
    await stage.registry.die();
    const run = await running;
    expect(run.exitCode).toBe(1);
    expect(run.outputs.outcome).toBe('error');
    expect(states(run)).toEqual(['staging succeeded']);
    expect(run.summary).toContain('`staging` | ✅');
    expect(run.summary).toContain('could not be reached');
  });

  it('goes to chosen environments, in the order of the policy', async () => {
    const run = await stage.promote(sha, { inputs: { environments: 'production, staging' } });
    expect(states(run)).toEqual(['staging succeeded', 'production succeeded']);
    const unknown = await stage.promote(sha, { inputs: { environments: 'moon' } });
    expect(unknown.exitCode).toBe(1);
    expect(unknown.summary).toContain('no environment moon');
  });

  it('is for the default branch only', async () => {
    const run = await stage.promote(sha, { ref: 'refs/heads/better' });
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain('Only what is on the default branch is promoted');
    expect(stage.registry.versions).toEqual([]);
  });
});
