import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistryClient } from '@sluice/client';
import { canonicalJson, verdictDigest, verdictSchema, type Verdict } from '@sluice/contracts';
import { GitHubStandIn } from '@sluice/github-stand-in';
import { runGate, type GateResult } from './gate-run.js';
import { beginPromotion } from './release.js';
import { repository, Stack } from './stack.js';

const run = promisify(execFile);

/** The examples whose models tell several classes apart, or predict numbers. */
const examples = [
  {
    name: 'ticket-triage',
    unfair: 'proposals/english-only.onnx',
    failed: ['log_loss/against_champion', 'accuracy/across difference/language/at_most'],
    told: ['By class', 'By language'],
  },
  {
    name: 'delivery-times',
    unfair: 'proposals/city-only.onnx',
    failed: [
      'mean_absolute_error/at_most_interval',
      'r2_score/at_least',
      'mean_error/at_least_at_most',
      'root_mean_squared_error/against_champion',
      'mean_absolute_error/across difference/area/at_most',
      'mean_error/area/at_least_at_most',
    ],
    told: ['By area'],
  },
] as const;

describe('models of several classes and of numbers', () => {
  let stack: Stack;
  let key: string;
  let ci: RegistryClient;
  let maria: RegistryClient;
  let folder: string;
  const github = new GitHubStandIn();

  beforeAll(async () => {
    stack = await Stack.start();
    key = (
      await stack.admin.createKey({
        name: 'ci',
        kind: 'machine',
        roles: ['contributor', 'reader'],
      })
    ).secret;
    ci = stack.client(key);
    maria = await stack.person('maria', 'approver', 'reader');
    folder = mkdtempSync(join(tmpdir(), 'sluice-tasks-'));
    await github.start();
  }, 120_000);
  afterAll(async () => {
    await github.stop();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  const bytesOf = (example: string, file: string): Buffer =>
    readFileSync(join(repository, 'examples', example, file));

  /** Opens a pull request that brings in a model, and gates it. */
  const propose = async (
    example: string,
    branch: string,
    model: string,
  ): Promise<GateResult & { comment: string }> => {
    const name = `acme/${example}`;
    const files = { 'model.onnx': bytesOf(example, model) };
    github.commitFiles(name, { branch, files, author: 'bob', message: branch });
    const pullRequest = github.openPullRequest(name, {
      author: 'bob',
      head: branch,
      title: branch,
    });
    const result = await runGate({
      github,
      name,
      pullRequest,
      files: {
        ...files,
        'sluice.yaml': bytesOf(example, 'sluice.yaml'),
        'data/holdout.csv': bytesOf(example, 'data/holdout.csv'),
      },
      registry: { url: stack.record.registryUrl, key },
      folder,
    });
    return { ...result, comment: github.comments(name, pullRequest).at(-1)?.body ?? '' };
  };

  /** The same evaluation without services. */
  const offline = async (example: string, model: string): Promise<Verdict> => {
    const head = join(folder, example);
    for (const file of ['sluice.yaml', 'data/holdout.csv', 'model.onnx'] as const) {
      const from = file === 'model.onnx' ? model : file;
      mkdirSync(dirname(join(head, file)), { recursive: true });
      writeFileSync(join(head, file), bytesOf(example, from));
    }
    // A model's digest is of its name too: the champion is called as it is in its own commit.
    const champion = join(head, 'champion', 'model.onnx');
    mkdirSync(dirname(champion), { recursive: true });
    writeFileSync(champion, bytesOf(example, 'model.onnx'));
    const cli = join(repository, 'apps/cli/bin/sluice.js');
    const policy = join(head, 'sluice.yaml');
    const { stdout } = await run(
      process.execPath,
      [cli, 'evaluate', '--policy', policy, '--champion', champion, '--json'],
      { maxBuffer: 16 * 1024 * 1024 },
    ).catch((error: { stdout: string }) => error);
    return verdictSchema.parse(JSON.parse(stdout));
  };

  it.each(examples)(
    '$name: a first version, its promotion, and a gate against it, from pull request to comment',
    async ({ name, unfair, failed, told }) => {
      github.addRepository(`acme/${name}`);
      github.commitFiles(`acme/${name}`, {
        branch: 'main',
        files: {
          'sluice.yaml': bytesOf(name, 'sluice.yaml'),
          'data/holdout.csv': bytesOf(name, 'data/holdout.csv'),
        },
        author: 'alice',
        message: 'A policy and its data',
      });

      const first = await propose(name, 'first', 'model.onnx');
      expect(first).toMatchObject({ exitCode: 0, outputs: { outcome: 'pass', version: '1' } });
      const started = verdictSchema.parse(JSON.parse(first.outputs['verdict'] ?? ''));
      expect(started.subject.champion).toBeNull();
      expect(started.checks.filter(({ outcome }) => outcome === 'warn')).not.toEqual([]);
      expect(first.comment).toContain('There is no champion yet');
      const version = await ci.version(name, 1);
      await ci.waitForPromotion((await beginPromotion(ci, maria, version, 'production')).id, {
        timeoutMs: 90_000,
      });

      const second = await propose(name, 'unfair', unfair);
      expect(second).toMatchObject({ exitCode: 1, outputs: { outcome: 'fail', version: '2' } });
      const { verdict } = await ci.evaluation(second.outputs['evaluation'] ?? '');
      expect(
        verdict?.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id),
      ).toEqual(failed);
      expect(second.outputs['verdict-digest']).toBe(verdictDigest(verdict as Verdict));
      for (const text of told) expect(second.comment).toContain(text);
      expect(second.comment).toContain('if they did not differ');
      expect(canonicalJson(await offline(name, unfair))).toBe(canonicalJson(verdict));
    },
    240_000,
  );
});
