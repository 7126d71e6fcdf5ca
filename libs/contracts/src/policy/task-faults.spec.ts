import { describe, expect, it } from '@jest/globals';
import { SluiceError, type Fault } from '../errors.js';
import { parsePolicy } from './parse-policy.js';

const policyOf = (task: string, columns: string, check: string): string => `version: 1
model: test
task: ${task}
data: { evaluation: holdout.csv }
columns: { label: y, protected: [{ name: sex }], ${columns} }
checks:
  - { ${check} }
`;

const faultsOf = (text: string): readonly Fault[] => {
  try {
    parsePolicy(text);
  } catch (error) {
    if (error instanceof SluiceError) return error.faults;
    throw error;
  }
  return [];
};

describe('a policy of several classes or of a regression', () => {
  it.each([
    ['regression', 'prediction: p', 'metric: r2_score, at_least: 0.5'],
    ['regression', 'prediction: p', 'metric: pinball_loss, parameter: 0.9, at_most: 3'],
    [
      'regression',
      'prediction: p',
      'metric: mean_absolute_error, by: sex, across: ratio, at_least: 0.8',
    ],
    ['multiclass-classification', 'prediction: p', 'metric: macro_f1_score, at_least: 0.5'],
    [
      'multiclass-classification',
      'scores: { a: pa, b: pb, c: pc }',
      'metric: roc_auc, class: a, at_least: 0.5',
    ],
    ['multiclass-classification', 'prediction: p', 'metric: precision, class: a, at_least: 0.5'],
  ])('of %s with %s may check %s', (task, columns, check) => {
    expect(faultsOf(policyOf(task, columns, check))).toEqual([]);
  });

  it.each([
    [
      'a metric of another task, with the near name',
      'regression',
      'prediction: p',
      'metric: f1_score, at_least: 0.5',
      'checks[0].metric',
      /a metric of regression, .*f1_score is one of binary-classification/,
    ],
    [
      'a metric of regression',
      'multiclass-classification',
      'prediction: p',
      'metric: r2_score, at_least: 0.5',
      'checks[0].metric',
      /a metric of multiclass-classification/,
    ],
    [
      'a favorable label',
      'regression',
      'prediction: p, favorable: 1',
      'metric: r2_score, at_least: 0.5',
      'columns.favorable',
      /no label of a regression is the favorable one/,
    ],
    [
      'no favorable label',
      'binary-classification',
      'prediction: p',
      'metric: accuracy, at_least: 0.5',
      'columns.favorable',
      /favorable/,
    ],
    [
      'one score for several classes',
      'multiclass-classification',
      'score: s',
      'metric: accuracy, at_least: 0.5',
      'columns.score',
      /columns\.scores/,
    ],
    [
      'scores of one class',
      'multiclass-classification',
      'scores: { a: pa }',
      'metric: accuracy, at_least: 0.5',
      'columns.scores',
      /2 to 100 classes/,
    ],
    [
      'no class',
      'multiclass-classification',
      'prediction: p',
      'metric: precision, at_least: 0.5',
      'checks[0].metric',
      /expected `class`|`class`/,
    ],
    [
      'a class of all classes',
      'multiclass-classification',
      'prediction: p',
      'metric: macro_recall, class: a, at_least: 0.5',
      'checks[0].class',
      /of all classes together/,
    ],
    [
      'a broken k',
      'multiclass-classification',
      'scores: { a: pa, b: pb }',
      'metric: top_k_accuracy, parameter: 1.5, at_least: 0.5',
      'checks[0].parameter',
      /whole number/,
    ],
    [
      'an interval that there is not',
      'regression',
      'prediction: p',
      'metric: max_error, holds: interval, at_most: 5',
      'checks[0].holds',
      /no interval/,
    ],
    [
      'a class that has no column of scores, with the near name',
      'multiclass-classification',
      'scores: { alpha: pa, beta: pb }',
      'metric: precision, class: alpa, at_least: 0.5',
      'checks[0].class',
      /a class of columns\.scores, alpha/,
    ],
    [
      'so large a k that every row is a hit',
      'multiclass-classification',
      'scores: { a: pa, b: pb }',
      'metric: top_k_accuracy, at_least: 0.5',
      'checks[0].metric',
      /k below 2/,
    ],
    [
      'a given k that is too large',
      'multiclass-classification',
      'scores: { a: pa, b: pb, c: pc }',
      'metric: top_k_accuracy, parameter: 3, at_least: 0.5',
      'checks[0].parameter',
      /k below 3/,
    ],
    [
      'a score that is needed and missing',
      'multiclass-classification',
      'prediction: p',
      'metric: log_loss, at_most: 1',
      'checks[0].metric',
      /log_loss/,
    ],
  ])('reports %s', (_what, task, columns, check, path, expected) => {
    const fault = faultsOf(policyOf(task, columns, check)).find((each) => each.path === path);
    expect(fault?.expected).toMatch(expected);
    expect(fault?.line).toBeGreaterThan(0);
    expect(fault?.column).toBeGreaterThan(0);
  });

  it('reports scores that are taken from predictions and stand in the data', () => {
    const [fault] = faultsOf(`version: 1
model: test
task: multiclass-classification
data: { evaluation: holdout.csv, predictions: scores.csv }
columns:
  label: y
  key: id
  scores:
    a: pa
    b: y
checks:
  - { metric: accuracy, at_least: 0.5 }
`);
    expect(fault).toMatchObject({
      path: 'columns.scores.b',
      line: 10,
      expected: expect.stringContaining('y is one of the data'),
    });
  });

  it('reports a label output of a regression', () => {
    const [fault] = faultsOf(`version: 1
model: test
task: regression
artifact: model.onnx
outputs: { score: price, label: band }
data: { evaluation: holdout.csv }
columns: { label: y }
checks:
  - { metric: r2_score, at_least: 0.5 }
`);
    expect(fault).toMatchObject({
      path: 'outputs.label',
      line: 5,
      expected: expect.stringContaining('predicts a number'),
    });
  });
});
