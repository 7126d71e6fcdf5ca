import { describe, expect, it } from '@jest/globals';
import { SluiceError } from '../errors.js';
import { parsePolicy } from './parse-policy.js';

const policyOf = (consistency: string, check: string, task = 'binary-classification'): string =>
  `version: 1
model: test
task: ${task}
data: { evaluation: holdout.csv }
columns: { label: y, ${task.startsWith('binary') ? 'favorable: 1,' : ''} prediction: p, protected: [{ name: sex }] }
${consistency}
checks:
  - { ${check} }
`;
const asking = 'metric: consistency, at_least: 0.8';

const expectations = (text: string): [string | undefined, string | undefined][] => {
  try {
    parsePolicy(text);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return error.faults.map(({ path, expected }) => [path, expected]);
  }
  return [];
};

describe('consistency in a policy', () => {
  it('names the columns by which rows are alike, and has defaults for the rest', () => {
    const { consistency } = parsePolicy(policyOf('consistency: { columns: [age, job] }', asking));
    expect(consistency).toEqual({
      columns: ['age', 'job'],
      neighbours: 5,
      scale: 'standard',
      rows: 2000,
    });
  });

  it.each([
    ['', asking, 'checks[0].metric', 'needs the columns by which rows are alike'],
    ['consistency: { columns: [age, age] }', asking, 'consistency.columns[1]', 'each column once'],
    ['consistency: { columns: [age, p] }', asking, 'consistency.columns[1]', 'expected a feature'],
    [
      'consistency: { columns: [age] }',
      `${asking}, by: sex`,
      'checks[0].by',
      'of all rows, whatever their groups',
    ],
    ['consistency: { columns: [] }', asking, 'consistency.columns', 'at least 1 entry'],
    [
      'consistency: { columns: [age], neighbours: 0 }',
      asking,
      'consistency.neighbours',
      'at least 1',
    ],
    ['consistency: { columns: [age], rows: 5 }', asking, 'consistency.rows', 'at least 100'],
  ])('%s with { %s } is a fault at %s', (consistency, check, path, expected) => {
    const found = expectations(policyOf(consistency, check));
    expect(found).toEqual([[path, expect.stringContaining(expected.replace('expected ', ''))]]);
  });

  it('is of two classes', () => {
    const found = expectations(
      policyOf('consistency: { columns: [age] }', 'metric: r2_score, at_least: 0', 'regression'),
    );
    expect(found).toEqual([['consistency', 'none: similar rows of a regression are not compared']]);
  });
});
