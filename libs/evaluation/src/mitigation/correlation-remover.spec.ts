import { describe, expect, it } from '@jest/globals';
import { mitigation } from '../../test/mitigation-oracles.js';
import { fitCorrelation, indicators, withoutCorrelation } from './correlation-remover.js';

const { data, one_column, two_columns } = mitigation.correlation;
const [s0, s1, f0, f1] = [data.s0, data.s1, data.f0, data.f1].map((values) =>
  Float64Array.from(values),
) as [Float64Array, Float64Array, Float64Array, Float64Array];

const correlation = (a: Float64Array, b: Float64Array): number => {
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (of: (row: number) => number) => a.reduce((total, _, row) => total + of(row), 0);
  const [da, db] = [
    (row: number) => (a[row] as number) - ma,
    (row: number) => (b[row] as number) - mb,
  ];
  return sum((r) => da(r) * db(r)) / Math.sqrt(sum((r) => da(r) ** 2) * sum((r) => db(r) ** 2));
};

describe.each([
  { name: 'one sensitive column', sensitive: [s0], oracle: one_column },
  { name: 'two sensitive columns of different means', sensitive: [s0, s1], oracle: two_columns },
])('$name', ({ sensitive, oracle }) => {
  const fit = fitCorrelation(sensitive, [f0, f1]);

  it.each([1, 0.5])("gives fairlearn's values at alpha %s", (alpha) => {
    [f0, f1].forEach((feature, index) => {
      const found = withoutCorrelation(fit, index, sensitive, feature, alpha);
      (oracle[String(alpha)]?.[index] as number[]).forEach((value, row) =>
        expect(found[row]).toBeCloseTo(value, 9),
      );
    });
  });

  it('leaves no correlation with any sensitive column, and keeps the mean', () => {
    [f0, f1].forEach((feature, index) => {
      const found = withoutCorrelation(fit, index, sensitive, feature, 1);
      for (const column of sensitive) expect(correlation(found, column)).toBeCloseTo(0, 12);
      const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
      expect(mean(found)).toBeCloseTo(mean(feature), 12);
    });
  });

  it('changes nothing at alpha 0', () => {
    expect(withoutCorrelation(fit, 0, sensitive, f0, 0)).toEqual(f0);
  });
});

describe('correlation removal', () => {
  it('copes with columns that say the same twice', () => {
    const once = fitCorrelation([s0], [f0]);
    const twice = fitCorrelation([s0, s0.map((value) => 3 * value + 1)], [f0]);
    expect(twice.rank).toBe(1);
    expect(twice.coefficients[0]).toEqual([once.coefficients[0]?.[0], 0]);
  });

  it('makes group means alike by indicators', () => {
    const groups = Array.from({ length: 60 }, (_, row) => ['a', 'b', 'c'][row % 3] as string);
    const columns = indicators(groups, ['a', 'b', 'c']);
    const found = withoutCorrelation(fitCorrelation(columns, [f0]), 0, columns, f0, 1);
    const means = ['a', 'b', 'c'].map((name) => {
      const rows = [...found].filter((_, row) => groups[row] === name);
      return rows.reduce((sum, value) => sum + value, 0) / rows.length;
    });
    for (const mean of means) expect(mean).toBeCloseTo(means[0] as number, 12);
  });
});
