import { describe, expect, it } from '@jest/globals';
import type { Measure, MetricName, ValuePolicy } from '@sluice/contracts';
import { seededRandom } from '@sluice/statistics';
import { profileOf, repeated, type Row } from '../../test/profiles.js';
import { oracleWorths, scoreOracles } from '../../test/score-oracles.js';
import { measureProfile } from '../measure-profile.js';
import { bestThreshold, valueByThreshold, valueCurve } from './value-by-threshold.js';

const worths: ValuePolicy = oracleWorths;
const request = (metric: MetricName, of: Measure['of'] = 'version', own = worths) => ({
  metric,
  of,
  by: null,
  group: null,
  worths: own,
});

/** Scores are probabilities; the champion's are blurred ones. */
const drawRows = (random: () => number, n: number, amounts = false): Row[] =>
  Array.from({ length: n }, () => {
    const score = random();
    const championScore = Math.min(1, Math.max(0, score + (random() - 0.5) / 2));
    return {
      label: random() < score,
      prediction: score >= 0.5,
      score,
      championScore,
      champion: championScore >= 0.5,
      groups: { g: random() < 0.5 ? 'a' : 'b' },
      ...(amounts && { amount: 100 * -Math.log(1 - random()) }),
    };
  });

describe('valueMeasure', () => {
  it('is worked out by hand', () => {
    const row = (label: boolean, prediction: boolean): Row => ({ label, prediction, groups: {} });
    const profile = profileOf(
      [
        ...repeated([row(true, true)], 40),
        ...repeated([row(false, true)], 10),
        ...repeated([row(true, false)], 20),
        ...repeated([row(false, false)], 30),
      ],
      [],
    );
    const value = (metric: MetricName, own: ValuePolicy = worths) =>
      measureProfile(profile, request(metric, 'version', own)).value;
    // 40 · 5 − 10 · 8 − 20 · 2.5 + 30 · 1 = 100; all favorable 60 · 5 − 40 · 8 = −20, none −60 · 2.5 + 40 = −110.
    expect(value('expected_value')).toBeCloseTo(1, 14);
    expect(value('total_value')).toBeCloseTo(100, 12);
    expect(value('value_over_baseline')).toBeCloseTo(1.2, 14);
    expect(value('return_on_investment', { ...worths, cost: 80 })).toBeCloseTo(0.5, 14);
    expect(value('break_even_threshold')).toBeCloseTo(9 / 16.5, 14);
  });

  it.each([
    ['never worse', { true_positive: 5, false_positive: 1, true_negative: 0, false_negative: 0 }],
    ['all the same', { true_positive: 1, false_positive: 1, true_negative: 1, false_negative: 1 }],
    ['upside down', { true_positive: 0, false_positive: 1, true_negative: 0, false_negative: 1 }],
  ])('has no threshold to break even at when predictions are %s', (_, own) => {
    const { rows } = scoreOracles[1] as (typeof scoreOracles)[number];
    expect(
      measureProfile(profileOf(rows, []), request('break_even_threshold', 'version', own)),
    ).toMatchObject({ state: 'undefined', value: null });
  });

  it('needs worths, and the amounts that they are shares of', () => {
    const profile = profileOf(drawRows(seededRandom([1]), 40), []);
    expect(() =>
      measureProfile(profile, { ...request('expected_value'), worths: undefined }),
    ).toThrow(/no `value`/);
    expect(() => measureProfile(profile, request('return_on_investment'))).toThrow(/value\.cost/);
    expect(
      measureProfile(profile, request('expected_value', 'version', { ...worths, amount: 'a' })),
    ).toMatchObject({ state: 'undefined', reason: 'the profile holds no amounts' });
  });

  it('is taken in groups, whose share of the cost goes by rows', () => {
    const rows = drawRows(seededRandom([2]), 400);
    const own = { ...worths, cost: 100 };
    const profile = profileOf(rows, ['g']);
    for (const group of ['a', 'b']) {
      const alone = rows.filter(({ groups }) => groups['g'] === group);
      const inGroup = measureProfile(profile, {
        ...request('return_on_investment', 'version', own),
        by: 'g',
        group,
      });
      const cost = (100 * alone.length) / rows.length;
      const byItself = measureProfile(
        profileOf(alone, []),
        request('return_on_investment', 'version', { ...worths, cost }),
      );
      expect(inGroup.value).toBeCloseTo(byItself.value as number, 12);
    }
  });

  it('has an interval when all rows are worth the same, and when models agree on all', () => {
    const rows = repeated(
      [{ label: true, prediction: true, champion: true, groups: {} } satisfies Row],
      50,
    );
    const profile = profileOf(rows, []);
    for (const whose of ['version', 'difference'] as const) {
      const { value, interval } = measureProfile(profile, request('expected_value', whose));
      expect(value).toBe(whose === 'version' ? 5 : 0);
      expect((interval?.upper as number) - (interval?.lower as number)).toBeGreaterThan(0.05);
      expect(interval?.lower).toBeLessThanOrEqual(value as number);
      expect(interval?.upper).toBeGreaterThanOrEqual(value as number);
    }
  });

  it.each([false, true])('covers the truth as often as it says (amounts: %s)', (amounts) => {
    // By integration over the uniform score: 5u − 8(1 − u) above ½, −2.5u + (1 − u) below; amounts have the mean 100.
    const unit = amounts ? 100 : 1;
    const truth = {
      expected_value: (13 * 0.375 - 4 + (0.5 - 3.5 * 0.125)) * unit,
      value_over_baseline: (13 * 0.375 - 4 + (0.5 - 3.5 * 0.125) + 0.75) * unit,
    };
    const own = amounts ? { ...worths, amount: 'amount' } : worths;
    const random = seededRandom([3, Number(amounts)]);
    const trials = 200;
    const covered = { expected_value: 0, value_over_baseline: 0, difference: 0 };
    // What the champion's errors near its threshold cost, from many rows.
    const many = drawRows(seededRandom([4]), 200_000);
    const worth = ({ label }: Row, predicted: boolean): number =>
      label ? (predicted ? 5 : -2.5) : predicted ? -8 : 1;
    const lost =
      (unit *
        many.reduce(
          (sum, row) => sum + worth(row, row.prediction) - worth(row, row.champion as boolean),
          0,
        )) /
      many.length;
    for (let trial = 0; trial < trials; trial += 1) {
      const profile = profileOf(
        drawRows(random, 200, amounts).map(({ score: _, championScore: __, ...row }) => row),
        [],
      );
      for (const metric of ['expected_value', 'value_over_baseline'] as const) {
        const { interval } = measureProfile(profile, request(metric, 'version', own));
        const { lower = NaN, upper = NaN } = interval ?? {};
        if (lower <= truth[metric] && truth[metric] <= upper) covered[metric] += 1 / trials;
      }
      const { interval } = measureProfile(profile, request('expected_value', 'difference', own));
      const { lower = NaN, upper = NaN } = interval ?? {};
      if (lower <= lost && lost <= upper) covered.difference += 1 / trials;
    }
    for (const share of Object.values(covered)) expect(share).toBeGreaterThan(0.9);
  });
});

describe('valueByThreshold', () => {
  it.each(scoreOracles)('is that of the rows of $name', ({ rows, expected, hasAmounts }) => {
    const { overall } = profileOf(rows, []);
    const own = hasAmounts ? { ...worths, amount: 'amount' } : worths;
    const values = valueByThreshold(overall, 'version', own) ?? [];
    expect(values).toHaveLength(1001);
    for (const [threshold, value] of Object.entries(
      expected['value_by_threshold'] as Record<string, number>,
    )) {
      const found = values.find((each) => each.threshold === Number(threshold))?.value as number;
      expect(Math.abs(found - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
    }
  });

  it('is best at about the break-even threshold when scores are probabilities', () => {
    const { overall } = profileOf(drawRows(seededRandom([5]), 20_000), []);
    const values = valueByThreshold(overall, 'version', worths) ?? [];
    const best = bestThreshold(values);
    expect(Math.abs(best.threshold - 9 / 16.5)).toBeLessThan(0.05);
    expect(Math.max(...values.map(({ value }) => value))).toBe(best.value);
  });
});

describe('valueCurve', () => {
  it('has an interval of the best value that holds what the chosen threshold is worth', () => {
    // 13u − 8 above the threshold t and 1 − 3.5u below, integrated.
    const truth = (t: number): number => 6.5 * (1 - t * t) - 8 * (1 - t) + t - 1.75 * t * t;
    const random = seededRandom([6]);
    const trials = 50;
    let [chosen, ideal, high] = [0, 0, 0];
    for (let trial = 0; trial < trials; trial += 1) {
      const { overall } = profileOf(drawRows(random, 150), []);
      const curve = valueCurve(overall, 'version', worths);
      if (curve === null) throw new Error('There are scores and worths.');
      const { threshold, value, interval } = curve.best;
      expect(interval.lower).toBeLessThan(value);
      expect(interval.upper).toBeGreaterThan(value);
      const holds = (of: number): number =>
        interval.lower <= of && of <= interval.upper ? 1 / trials : 0;
      chosen += holds(truth(threshold));
      ideal += holds(truth(9 / 16.5));
      high += value > truth(threshold) ? 1 / trials : 0;
    }
    expect(chosen).toBeGreaterThan(0.9);
    expect(ideal).toBeGreaterThan(0.9);
    // Chosen for it, the value is too high more often than not: that is what the interval allows for.
    expect(high).toBeGreaterThan(0.55);
  });

  it('is the same each time, and null without scores or amounts', () => {
    const rows = drawRows(seededRandom([7]), 200);
    const { overall } = profileOf(rows, []);
    expect(valueCurve(overall, 'version', worths)).toEqual(valueCurve(overall, 'version', worths));
    expect(valueCurve({ ...overall, scores: null }, 'version', worths)).toBeNull();
    expect(valueCurve(overall, 'version', { ...worths, amount: 'amount' })).toBeNull();
  });
});
