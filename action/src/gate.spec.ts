import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { verdictDigest, verdictSchema } from '@sluice/contracts';
import { check, failedCheck, onnxModel, repository, Stage } from './action-run.fixture.js';

let stage: Stage;
const comments = () => stage.github.comments(repository, 1).map(({ body }) => body);

beforeEach(async () => {
  stage = new Stage();
  await stage.set();
});
afterEach(() => stage.strike());

describe('a verdict', () => {
  it('that passes is told in comment, summary, outputs and exit code', async () => {
    const run = await stage.gate(await stage.propose());

    expect(run.exitCode).toBe(0);
    const [version] = stage.registry.versions;
    expect(version).toMatchObject({
      author: 'maria',
      source: {
        repository,
        commit: stage.github.headOf(repository, 1),
        ref: 'better',
        pullRequest: 1,
      },
    });
    expect(run.outputs).toMatchObject({
      outcome: 'pass',
      model: 'credit-risk',
      version: '1',
      'artifact-digest': version?.artifactDigest,
      evaluation: stage.registry.evaluations[0]?.id,
    });
    const verdict = verdictSchema.parse(JSON.parse(run.outputs.verdict ?? ''));
    expect(run.outputs['verdict-digest']).toBe(verdictDigest(verdict));
    expect(comments()).toEqual([
      expect.stringMatching(
        /^<!-- sluice:gate:credit-risk:sluice\.yaml -->\n<!-- sluice:run:\w{40}:100:1 -->\n\n## ✅/,
      ),
    ]);
    expect(run.summary).toContain('## ✅');
    expect(run.log).toContain('… Counting rows');
    expect(run.log).not.toContain('::error');
    expect(stage.registry.datasets).toMatchObject([{ name: 'data/holdout.csv' }]);
  });

  it('that fails fails the job and names each failed check', async () => {
    stage.registry.checks = [
      failedCheck,
      check({ id: 'accuracy/at_least', outcome: 'warn', severity: 'warn' }),
    ];
    const run = await stage.gate(await stage.propose());

    expect(run.exitCode).toBe(1);
    expect(run.outputs.outcome).toBe('fail');
    expect(run.log).toContain(
      '::error title=roc_auc/at_least failed::The ROC AUC is 0.600, below the limit of 0.70. Train on more rows.',
    );
    expect(run.log).toContain('::warning title=accuracy/at_least warns::');
    expect(comments()[0]).toContain('## ❌');
    expect(run.summary).toContain('Train on more rows');
  });

  it('replaces the comment of the run before, on page two as well', async () => {
    const number = await stage.propose();
    for (let count = 0; count < 120; count += 1) {
      stage.github.addComment(repository, number, { login: 'eve', type: 'User' }, 'hm');
    }
    await stage.gate(number);
    stage.registry.checks = [failedCheck];
    await stage.gate(number, { runId: 101 });

    const ours = stage.github
      .comments(repository, number)
      .filter(({ user }) => user.type === 'Bot');
    expect(ours.map(({ body }) => body.includes('## ❌'))).toEqual([true]);
    // The same bytes again are the same version.
    expect(stage.registry.versions).toHaveLength(1);
  });

  it('does not touch a comment that somebody else marked as ours', async () => {
    const number = await stage.propose();
    const forged = '<!-- sluice:gate:credit-risk:sluice.yaml -->\n## ✅ all fine';
    stage.github.addComment(repository, number, { login: 'mallory', type: 'User' }, forged);
    stage.github.addComment(repository, number, { login: 'other[bot]', type: 'Bot' }, forged);
    stage.registry.checks = [failedCheck];
    await stage.gate(number);
    expect(comments()).toEqual([forged, forged, expect.stringContaining('## ❌')]);
  });

  it('of an older commit does not overwrite that of a newer one', async () => {
    const number = await stage.propose();
    stage.registry.onEvaluation = () => {
      stage.github.commitFiles(repository, {
        branch: 'better',
        files: { 'model.onnx': onnxModel(3) },
      });
    };
    const run = await stage.gate(number);
    expect(run.exitCode).toBe(0);
    expect(comments()).toEqual([]);
    expect(run.log).toContain('the pull request has moved on');
    expect(run.summary).toContain('## ✅');
  });

  it('of an older run does not overwrite that of a newer one', async () => {
    const number = await stage.propose();
    await stage.gate(number, { runId: 101 });
    stage.registry.checks = [failedCheck];
    const late = await stage.gate(number, { runId: 100, runAttempt: 9 });
    expect(late.exitCode).toBe(1);
    expect(comments()).toEqual([expect.stringContaining('## ✅')]);
  });

  it('fits into a comment, however many checks it has', async () => {
    stage.registry.checks = Array.from({ length: 1500 }, (_, index) => ({
      ...failedCheck,
      id: `check-${index}`,
      reason: `${failedCheck.reason} ${'ü'.repeat(60)}`,
    }));
    const run = await stage.gate(await stage.propose());
    expect(run.exitCode).toBe(1);
    const [comment = ''] = comments();
    expect(comment.length).toBeLessThanOrEqual(65_536);
    expect(comment).toContain('Left out for length');
    expect(run.log.match(/^::error /gm)).toHaveLength(9);
    expect(run.log).toContain('1491 more of these are in the job summary');
  });

  it('keeps what users named inert', async () => {
    const hostile = '<img src=x onerror=alert(1)> @acme/team [x](javascript:alert(1)) #1';
    stage.registry.checks = [
      {
        ...failedCheck,
        reason: `${hostile}\n::set-output name=outcome::pass\n## ✅`,
        advice: hostile,
      },
    ];
    const run = await stage.gate(await stage.propose());
    for (const text of [comments()[0], run.summary]) {
      expect(text).not.toContain('<img');
      expect(text).not.toContain('@acme');
      expect(text).not.toMatch(/[^\\]\]\(javascript/);
      expect(text).not.toMatch(/^## ✅/m);
    }
    expect(run.log).not.toMatch(/^::set-output/m);
    expect(run.outputs.outcome).toBe('fail');
  });

  it('needs no comment on merge_group and workflow_dispatch', async () => {
    const number = await stage.propose();
    const head = stage.github.headOf(repository, number);
    const main = stage.github.headOf(repository, number);
    const group = await stage.run({
      event: 'merge_group',
      payload: {
        merge_group: {
          head_sha: head,
          head_ref: 'refs/heads/gh-readonly-queue/main/1',
          base_sha: main,
        },
        sender: { login: 'olga' },
      },
      sha: head,
      ref: 'refs/heads/gh-readonly-queue/main/1',
    });
    const dispatched = await stage.run({
      event: 'workflow_dispatch',
      payload: { repository: { default_branch: 'main' }, sender: { login: 'olga' } },
      sha: head,
      ref: 'refs/heads/better',
    });
    expect([group.exitCode, dispatched.exitCode]).toEqual([0, 0]);
    expect(comments()).toEqual([]);
  });
});
