import { describe, expect, it } from '@jest/globals';
import { seededRandom } from './random.js';
import { weightedGeneralizedScore, type SelectedRows } from './weighted-generalized-score.js';
import type { Proportion } from './wilson.js';

const of = (successes: number, failures: number): Proportion => ({
  successes,
  trials: successes + failures,
});

/** As Kosinski writes it, with the rows that both select taken away. */
const published = ({ firstOnly, secondOnly, both }: SelectedRows): number => {
  const [first, second] = [firstOnly, secondOnly].map((only) => ({
    successes: only.successes + both.successes,
    trials: only.trials + both.trials,
  })) as [Proportion, Proportion];
  const all = first.trials + second.trials;
  const pooled = (first.successes + second.successes) / all;
  const shared =
    (both.successes * (1 - pooled) ** 2 + (both.trials - both.successes) * pooled ** 2) / all;
  const difference = first.successes / first.trials - second.successes / second.trials;
  return (
    difference ** 2 /
    ((pooled * (1 - pooled) - 2 * shared) * (1 / first.trials + 1 / second.trials))
  );
};

describe('weightedGeneralizedScore', () => {
  // The hypothetical study of 712 subjects that the R package DTComPair comes with, its predictive values of either sign.
  const positive = { firstOnly: of(78, 53), secondOnly: of(22, 22), both: of(319, 31) };
  const negative = { firstOnly: of(22, 22), secondOnly: of(53, 78), both: of(155, 32) };

  it.each([
    ['positive', positive, 5.465887446421036, 0.019391204144692],
    ['negative', negative, 16.535404143197837, 0.000047750116007],
  ])('is the published statistic, of %s predictive values', (_sign, rows, statistic, p) => {
    const found = weightedGeneralizedScore(rows);
    expect(Math.abs(found.statistic - published(rows))).toBeLessThan(1e-12);
    expect(Math.abs(found.statistic - statistic)).toBeLessThan(1e-12);
    expect(Math.abs(found.p - p)).toBeLessThan(1e-14);
    expect(found).toMatchObject({ degreesOfFreedom: 1, method: 'weighted-generalized-score' });
  });

  it('is the score test of independent proportions without rows that both select', () => {
    const { statistic } = weightedGeneralizedScore({
      firstOnly: of(30, 20),
      secondOnly: of(25, 35),
      both: of(0, 0),
    });
    const pooled = 55 / 110;
    const z = (30 / 50 - 25 / 60) / Math.sqrt(pooled * (1 - pooled) * (1 / 50 + 1 / 60));
    expect(statistic).toBeCloseTo(z ** 2, 12);
  });

  it('doubts nothing where nothing differs', () => {
    for (const rows of [
      { firstOnly: of(0, 0), secondOnly: of(0, 0), both: of(7, 3) },
      { firstOnly: of(4, 0), secondOnly: of(9, 0), both: of(7, 0) },
      { firstOnly: of(0, 4), secondOnly: of(0, 9), both: of(0, 7) },
    ])
      expect(weightedGeneralizedScore(rows)).toMatchObject({ statistic: 0, p: 1 });
  });

  it('takes effective rows, and refuses impossible ones', () => {
    const half = (rows: Proportion): Proportion => ({
      successes: rows.successes / 2,
      trials: rows.trials / 2,
    });
    const { statistic } = weightedGeneralizedScore({
      firstOnly: half(positive.firstOnly),
      secondOnly: half(positive.secondOnly),
      both: half(positive.both),
    });
    expect(statistic).toBeCloseTo(5.465887446421036 / 2, 12);
    expect(() =>
      weightedGeneralizedScore({ ...positive, both: { successes: 5, trials: 4 } }),
    ).toThrow(/5 of 4 rows can't succeed/);
    expect(() =>
      weightedGeneralizedScore({ firstOnly: of(1, 1), secondOnly: of(0, 0), both: of(0, 0) }),
    ).toThrow(/each predictor has to select some/);
  });

  it('is rarely significant where shares are equal, whatever the two have in common', () => {
    const random = seededRandom([31]);
    const trials = 1500;
    for (const shared of [0.2, 0.9]) {
      let alarms = 0;
      for (let trial = 0; trial < trials; trial += 1) {
        const counts = Array.from({ length: 3 }, () => ({ successes: 0, trials: 0 }));
        for (let row = 0; row < 120; row += 1) {
          const at = random() < shared ? 2 : random() < 0.5 ? 0 : 1;
          const own = counts[at] as (typeof counts)[number];
          own.trials += 1;
          if (random() < 0.7) own.successes += 1;
        }
        const [firstOnly, secondOnly, both] = counts as [Proportion, Proportion, Proportion];
        if (weightedGeneralizedScore({ firstOnly, secondOnly, both }).p <= 0.05) alarms += 1;
      }
      const rate = alarms / trials;
      expect(rate).toBeGreaterThan(0.02);
      expect(rate).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials));
    }
  });
});
