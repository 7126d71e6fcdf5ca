import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { findDatasetFiles } from '@sluice/artifacts';
import type { RegistryClient } from '@sluice/client';
import { canonicalJson, verdictSchema } from '@sluice/contracts';
import { beginPromotion, registerModel, requestEvaluation } from './release.js';
import { example, repository, Stack } from './stack.js';

const run = promisify(execFile);

describe('the verdict', () => {
  let stack: Stack;
  let ci: RegistryClient;
  let folder: string;

  beforeAll(async () => {
    stack = await Stack.start();
    ci = await stack.machine('ci', 'contributor', 'reader');
    folder = mkdtempSync(join(tmpdir(), 'sluice-verdict-'));
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The repository as a pull request leaves it, and the champion's file beside it. */
  const checkOut = (proposal: string): { policy: string; champion: string } => {
    const head = join(folder, 'head');
    const base = join(folder, 'base');
    for (const place of [head, base]) mkdirSync(place, { recursive: true });
    cpSync(join(example, 'sluice.yaml'), join(head, 'sluice.yaml'));
    cpSync(join(example, 'data'), join(head, 'data'), { recursive: true });
    cpSync(join(example, proposal), join(head, 'model.onnx'));
    cpSync(join(example, 'model.onnx'), join(base, 'model.onnx'));
    return { policy: join(head, 'sluice.yaml'), champion: join(base, 'model.onnx') };
  };

  it.each([
    ['proposals/more-accurate.onnx', 'fail', 1],
    ['proposals/fair.onnx', 'pass', 0],
  ])(
    'on %s is the same document in the registry and offline, and says %s',
    async (proposal, outcome, exitCode) => {
      const policyText = readFileSync(join(example, 'sluice.yaml'), 'utf8');
      if ((await ci.champion('credit-risk', 'production').catch(() => null)) === null) {
        const maria = await stack.person('maria', 'approver', 'reader');
        const first = await registerModel(ci, 'model.onnx', 'aaaaaaa');
        await ci.waitForEvaluation((await requestEvaluation(ci, first, policyText)).id, {
          timeoutMs: 60_000,
        });
        for (const environment of ['staging', 'production'])
          await ci.waitForPromotion((await beginPromotion(ci, maria, first, environment)).id, {
            timeoutMs: 60_000,
          });
      }

      const { policy, champion } = checkOut(proposal);
      await ci.ensureModel('credit-risk');
      const version = await ci.registerVersion({
        model: 'credit-risk',
        modelPath: join(folder, 'head/model.onnx'),
        author: 'bob',
      });
      const asked = await requestEvaluation(ci, version, policyText);
      const { verdict } = await ci.waitForEvaluation(asked.id, { timeoutMs: 60_000 });
      expect(verdict?.outcome).toBe(outcome);

      const cli = join(repository, 'apps/cli/bin/sluice.js');
      const offline = await run(
        process.execPath,
        [cli, 'evaluate', '--policy', policy, '--champion', champion, '--json'],
        {
          maxBuffer: 16 * 1024 * 1024,
        },
      ).then(
        ({ stdout }) => ({ stdout, code: 0 }),
        (error: { stdout: string; code: number }) => error,
      );
      expect(offline.code).toBe(exitCode);
      expect(canonicalJson(verdictSchema.parse(JSON.parse(offline.stdout)))).toBe(
        canonicalJson(verdict),
      );
    },
    120_000,
  );

  it('is the same document for a folder of files, too', async () => {
    const { policy, champion } = checkOut('proposals/fair.onnx');
    const text = readFileSync(policy, 'utf8').replace('data/holdout.parquet', 'parts/');
    writeFileSync(policy, text);
    const parts = ['a.parquet', 'b.parquet'].map((name) => join(folder, 'head/parts', name));
    mkdirSync(join(folder, 'head/parts'));
    for (const part of parts) cpSync(join(example, 'data/holdout.parquet'), part);
    const files = await findDatasetFiles(join(folder, 'head'), 'parts/');
    const dataset = await ci.registerDataset({ path: files, name: 'parts' });
    const version = await ci.registerVersion({
      model: 'credit-risk',
      modelPath: join(folder, 'head/model.onnx'),
      author: 'bob',
    });
    const asked = await ci.requestEvaluation({
      model: 'credit-risk',
      version: version.number,
      policy: text,
      datasets: { evaluation: dataset.digest },
    });
    const { verdict } = await ci.waitForEvaluation(asked.id, { timeoutMs: 60_000 });
    const cli = join(repository, 'apps/cli/bin/sluice.js');
    const { stdout } = await run(
      process.execPath,
      [cli, 'evaluate', '--policy', policy, '--champion', champion, '--json'],
      { maxBuffer: 16 * 1024 * 1024 },
    ).catch((error: { stdout: string }) => error);
    expect(canonicalJson(verdictSchema.parse(JSON.parse(stdout)))).toBe(canonicalJson(verdict));
  }, 120_000);
});
