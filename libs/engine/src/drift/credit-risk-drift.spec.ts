import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  digestOfBytes,
  parsePolicy,
  policyDigest,
  policySchema,
  type Check,
  type Policy,
  type Verdict,
} from '@sluice/contracts';
import { evaluate } from '@sluice/evaluation';
import { EvaluationThread } from '../evaluation-thread.js';
import { temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { profileDataset } from '../profile-dataset.js';
import { driftOfDataset } from './drift-of-dataset.js';

const folder = temporaryFolder();
const example = fileURLToPath(new URL('../../../../examples/credit-risk', import.meta.url));
const train = join(example, 'data/train.parquet');
const holdout = join(example, 'data/holdout.parquet');
const model = { path: join(example, 'model.onnx') };

const base = parsePolicy(readFileSync(join(example, 'sluice.yaml'), 'utf8'));
const policy: Policy = policySchema.parse({
  ...base,
  data: { ...base.data, reference: 'data/train.parquet' },
  checks: [
    { metric: 'domain_classifier_auc', at_most: 0.55 },
    { metric: 'reconstruction_error_ratio', at_most: 1 },
    { metric: 'prediction_drift', at_most: 0.1 },
    { metric: 'estimated_accuracy', at_least: 'reference_chunks' },
    { metric: 'estimated_roc_auc', at_least: 0.7 },
    { metric: 'roc_auc', at_least: 0.5 },
  ],
});

const subject = {
  model: policy.model,
  version: digestOfBytes('version'),
  champion: null,
  datasets: { evaluation: digestOfBytes('a'), reference: digestOfBytes('b') },
  policy: policyDigest(policy),
};

const verdictOn = async (current: string, reference: string): Promise<Verdict> => {
  const request = { policy, dataset: { path: current }, model };
  const { profile } = await profileDataset(request);
  const { drift } = await driftOfDataset({ ...request, reference: { path: reference } });
  return evaluate({ policy, profile, drift, subject });
};

const named = ({ checks }: Verdict, metric: string): Check =>
  checks.find(({ id }) => id.startsWith(`${metric}/`)) as Check;

describe('drift of the credit-risk example, scored by its model', () => {
  let calm: Verdict;
  beforeAll(async () => {
    calm = await verdictOn(holdout, train);
  }, 60_000);

  it('is not seen between training data and rows held out of it', () => {
    for (const metric of [
      'domain_classifier_auc',
      'reconstruction_error_ratio',
      'prediction_drift',
      'estimated_accuracy',
      'estimated_roc_auc',
    ])
      expect([metric, named(calm, metric).outcome]).toEqual([metric, 'pass']);
    const limit = named(calm, 'estimated_accuracy').limit;
    expect(limit.reference_chunks).toMatchObject({ chunks: expect.any(Number) });
    expect(limit.at_least).toBeLessThan(limit.reference_chunks!.mean as number);
    // The labels that it does without tell the same.
    const { value, interval } = named(calm, 'estimated_roc_auc').measure!;
    const realised = named(calm, 'roc_auc').measure?.value as number;
    expect(Math.abs((value as number) - realised)).toBeLessThan(0.1);
    expect(realised).toBeGreaterThan(interval!.lower - 0.05);
  });

  it('is seen by the classifier when rows are of other people', async () => {
    const young = await writeTable(
      join(folder, 'young.parquet'),
      `SELECT * FROM read_parquet('${holdout}') WHERE age < 30 OR duration_months > 24`,
    );
    const shifted = await verdictOn(young, train);
    expect(named(shifted, 'domain_classifier_auc')).toMatchObject({ outcome: 'fail' });
    expect(named(shifted, 'domain_classifier_auc').measure?.interval?.lower).toBeGreaterThan(0.55);
  }, 60_000);

  it('is the same from the thread, which scores the evaluation data once', async () => {
    const thread = new EvaluationThread();
    try {
      await thread.profile({
        policy,
        dataset: { path: holdout },
        reference: { path: train },
        model,
      });
      const { verdict } = await thread.decide(subject);
      expect(JSON.parse(verdict)).toEqual(JSON.parse(JSON.stringify(calm)));
    } finally {
      await thread.close();
    }
  }, 60_000);
});
