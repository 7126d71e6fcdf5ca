import { describe, expect, it } from '@jest/globals';
import { policySchema } from './policy.js';

const faultsOf = (data: object, columns: object, rest: object = {}): string[] => {
  const parsed = policySchema.safeParse({
    version: 1,
    model: 'credit-risk',
    task: 'binary-classification',
    data: { evaluation: 'data/holdout.parquet', ...data },
    columns: {
      label: 'credit',
      favorable: 'good',
      protected: [{ name: 'team' }],
      weight: 'mass',
      ...columns,
    },
    checks: [{ metric: 'accuracy', at_least: 0.5 }],
    ...rest,
  });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const predictions = 'data/predictions.parquet';

describe('predictions in a table of their own', () => {
  it('have a key, and a score or a prediction', () => {
    expect(faultsOf({ predictions }, { key: 'id', score: 'risk' })).toEqual([]);
    expect(faultsOf({ predictions }, { key: 'id', prediction: 'decision' })).toEqual([]);
    expect(faultsOf({ predictions: 'parts/*.csv' }, { key: 'id', score: 'risk' })).toEqual([]);
    expect(faultsOf({ predictions }, { key: 'id' })).toEqual([
      'columns: expected an artifact, or columns.score or columns.prediction',
    ]);
  });

  it('and the key come both or neither', () => {
    expect(faultsOf({ predictions }, { score: 'risk' })).toEqual([
      'data.predictions: expected columns.key, by which predictions are joined',
    ]);
    expect(faultsOf({}, { key: 'id', score: 'risk' })).toEqual([
      'columns.key: expected data.predictions beside the key that joins them',
    ]);
  });

  it('are not those of an artifact', () => {
    const artifact = { artifact: 'model.onnx' };
    expect(faultsOf({ predictions }, { key: 'id' }, artifact)).toEqual([
      'data.predictions: expected either an artifact, or data.predictions, not both',
    ]);
  });

  it.each(['id', 'credit', 'team', 'MASS'])('are in no column of the data such as %s', (name) => {
    expect(faultsOf({ predictions }, { key: 'id', score: name })).toEqual([
      `columns.score: expected a column of the predictions; ${name} is one of the data`,
    ]);
  });

  it('leave drift of scores without any of the reference rows', () => {
    const data = { predictions, reference: 'data/train.parquet' };
    const columns = { key: 'id', score: 'risk' };
    const check = (metric: string) => ({
      checks: [{ metric, at_most: 0.2 }],
      drift: { weights: 'ignore' },
    });
    expect(faultsOf(data, columns, check('drift_distance'))).toEqual([]);
    expect(faultsOf(data, columns, check('prediction_drift'))).toEqual([
      'checks.0.metric: expected no data.predictions: prediction_drift needs scores of the reference rows as well',
    ]);
  });
});
