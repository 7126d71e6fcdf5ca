import { symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOfBytes, SluiceError, toProblem } from '@sluice/contracts';
import { onnxModel, policyText, repository, Stage } from './action-run.fixture.js';

let stage: Stage;
const comments = () => stage.github.comments(repository, 1).map(({ body }) => body);

beforeEach(async () => {
  stage = new Stage();
  await stage.set();
});
afterEach(() => stage.strike());

describe('the policy', () => {
  it('is that of the base, so that a pull request cannot loosen its own gate', async () => {
    const run = await stage.gate(
      await stage.propose({ 'model.onnx': onnxModel(2), 'sluice.yaml': policyText(0.1) }),
    );
    expect(stage.registry.policies).toEqual([policyText()]);
    expect(run.summary).toContain("can't loosen its own gate");
    expect(comments()[0]).toContain('This proposal changes sluice.yaml');
  });

  it('may be reworded without a word about it', async () => {
    await stage.gate(await stage.propose({ 'sluice.yaml': `# reworded\n${policyText()}` }));
    expect(comments()[0]).not.toContain('This proposal changes');
  });

  it('is that of the head where the base has none, which is said', async () => {
    stage.github.commitFiles(repository, { branch: 'main', files: { 'sluice.yaml': null } });
    const run = await stage.gate(await stage.propose({ 'sluice.yaml': policyText(0.65) }));
    expect(stage.registry.policies).toEqual([policyText(0.65)]);
    expect(run.summary).toContain('main has no sluice.yaml yet');
  });

  it('is not that of the head merely because the base cannot be read', async () => {
    const number = await stage.propose({ 'sluice.yaml': policyText(0.1) });
    stage.github.failOn({ path: /\/contents/, status: 404, message: 'Not Found' });
    const run = await stage.gate(number);
    expect(run.exitCode).toBe(1);
    expect(run.outputs.outcome).toBe('error');
    expect(stage.registry.policies).toEqual([]);
    expect(run.summary).toContain('contents: read');
  });

  it('has its faults shown at their lines', async () => {
    const broken = policyText().replace('favorable', 'favourable').replace('roc_auc', 'roc_acu');
    const run = await stage.gate(await stage.propose({ 'sluice.yaml': broken }));
    expect(run.exitCode).toBe(1);
    expect(run.log).toMatch(
      /^::error title=Policy,file=sluice\.yaml,line=9,col=3::unknown key favourable/m,
    );
    expect(run.log).toMatch(/^::error title=Policy,file=sluice\.yaml,line=11,col=15::/m);
    for (const text of [comments()[0], run.summary]) {
      expect(text).toContain('`sluice.yaml:9:3` unknown key favourable');
    }
    expect(stage.registry.versions).toEqual([]);
  });

  it('may lie in a folder', async () => {
    const policy = 'models/credit/sluice.yaml';
    stage.github.commitFiles(repository, { branch: 'main', files: { [policy]: policyText(0.66) } });
    const run = await stage.gate(await stage.propose(), { inputs: { policy: `./${policy}` } });
    expect(run.exitCode).toBe(0);
    expect(stage.registry.policies).toEqual([policyText(0.66)]);
    expect(comments()[0]).toContain(`<!-- sluice:gate:credit-risk:${policy} -->`);
  });

  it('brings what drift is measured against into the registry too', async () => {
    const text = policyText().replace(
      '  evaluation: data/holdout.csv\n',
      '  evaluation: data/holdout.csv\n  reference: data/train.csv\n',
    );
    const train = 'age,credit\n41,bad\n';
    stage.github.commitFiles(repository, {
      branch: 'main',
      files: { 'sluice.yaml': text, 'data/train.csv': train },
    });
    const run = await stage.gate(await stage.propose());
    expect(run.exitCode).toBe(0);
    const [holdout, reference] = stage.registry.datasets;
    expect([holdout?.name, reference?.name]).toEqual(['data/holdout.csv', 'data/train.csv']);
    expect(reference?.digest).toBe(digestOfBytes(train));
    expect(stage.registry.evaluations.map(({ datasets }) => datasets)).toEqual([
      { evaluation: holdout?.digest, reference: reference?.digest },
    ]);
  });

  it('points at the line of a reference that is not there', async () => {
    const text = policyText().replace(
      '  evaluation: data/holdout.csv\n',
      '  evaluation: data/holdout.csv\n  reference: data/train.csv\n',
    );
    stage.github.commitFiles(repository, { branch: 'main', files: { 'sluice.yaml': text } });
    const run = await stage.gate(await stage.propose());
    expect(run.exitCode).toBe(1);
    expect(run.log).toMatch(
      /^::error title=Sluice,file=sluice\.yaml,line=7,col=3::There is no data\/train\.csv/m,
    );
    expect(stage.registry.datasets).toEqual([]);
  });

  it('names files that are not there', async () => {
    const run = await stage.gate(await stage.propose({ 'model.onnx': null }));
    expect(run.exitCode).toBe(1);
    expect(run.log).toMatch(
      /^::error title=Sluice,file=sluice\.yaml,line=4,col=1::There is no model\.onnx/m,
    );
  });

  it.each([
    ['a link out of the checkout', '/etc/hostname', 'leads out of the checkout'],
    ['a folder', 'data', 'is not a file'],
  ])('cannot make %s an artifact', async (_what, target, said) => {
    const number = await stage.propose();
    await unlink(join(stage.workspace, 'model.onnx'));
    await symlink(target, join(stage.workspace, 'model.onnx'));
    const run = await stage.gate(number);
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain(said);
  });

  it('points at the line that names what is no ONNX', async () => {
    const run = await stage.gate(await stage.propose({ 'model.onnx': 'pickled weights' }));
    expect(run.exitCode).toBe(1);
    expect(run.log).toMatch(/^::error title=Sluice,file=sluice\.yaml,line=4,col=1::/m);
    expect(stage.registry.versions).toEqual([]);
  });

  it('sees through Git LFS', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
    const run = await stage.gate(await stage.propose({ 'model.onnx': pointer }));
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain('lfs: true');
  });
});

describe('the data', () => {
  it('is mentioned when the proposal changes it', async () => {
    const run = await stage.gate(
      await stage.propose({
        'model.onnx': onnxModel(2),
        'data/holdout.csv': 'age,credit\n1,good\n',
      }),
    );
    expect(run.exitCode).toBe(0);
    expect(comments()[0]).toContain('This proposal changes data/holdout.csv, the data');
  });

  it('is not mentioned when it stays', async () => {
    await stage.gate(await stage.propose());
    expect(comments()[0]).not.toContain('data/holdout.csv');
  });

  it('that cannot be evaluated is no verdict', async () => {
    const faults = [{ message: 'there is no column credit', found: 'age' }];
    stage.registry.evaluationProblem = toProblem(
      new SluiceError('invalid_data', 'The dataset cannot be evaluated.', { faults }),
    );
    const run = await stage.gate(await stage.propose());
    expect(run.exitCode).toBe(1);
    expect(run.outputs.outcome).toBe('error');
    expect(comments()[0]).toContain('there is no column credit');
  });
});
