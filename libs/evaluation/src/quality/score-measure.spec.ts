import { describe, expect, it } from '@jest/globals';
import type { Measure, MetricName } from '@sluice/contracts';
import { metrics } from '@sluice/contracts';
import { seededRandom } from '@sluice/statistics';
import { profileOf, repeated, type Row } from '../../test/profiles.js';
import { oracleWorths, scoreOracles } from '../../test/score-oracles.js';
import { gainShares } from '../profile.js';
import { measureProfile } from '../measure-profile.js';
import { mergeProfiles } from '../merge-profiles.js';

const request = (metric: MetricName, of: Measure['of'] = 'version', parameter?: number) =>
  ({ metric, of, by: null, group: null, parameter, worths: oracleWorths }) as const;

const close = (found: number | null, expected: number): void => {
  expect(found).not.toBeNull();
  expect(Math.abs((found as number) - expected)).toBeLessThanOrEqual(
    1e-9 * Math.max(1, Math.abs(expected)),
  );
};

describe('metrics of scores and of weighted rows', () => {
  it.each(scoreOracles)('agree with scikit-learn on $name', ({ rows, expected, hasAmounts }) => {
    // So often that no figure rests on too few, which changes no value.
    const profile = profileOf(repeated(rows, 20), []);
    const worths = { ...oracleWorths, ...(hasAmounts && { amount: 'amount' }) };
    let compared = 0;
    for (const [name, figure] of Object.entries(expected)) {
      if (name === 'fairness' || name === 'value_by_threshold') continue;
      const given = figure !== null && typeof figure === 'object' ? figure : { '': figure };
      for (const [parameter, value] of Object.entries(given)) {
        const measure = measureProfile(profile, {
          ...request(
            name as MetricName,
            'version',
            parameter === '' ? undefined : Number(parameter),
          ),
          worths,
        });
        if (value === null) expect(measure).toMatchObject({ state: 'undefined', value: null });
        else close(measure.value, value);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(18);
    if (expected['gain'] === null) return;
    for (const share of gainShares)
      close(
        measureProfile(profile, request('lift', 'version', share)).value,
        ((expected['gain'] as Record<string, number>)[String(share)] as number) / share,
      );
  });

  it.each(scoreOracles.filter(({ expected }) => expected['fairness']))(
    'agree with fairlearn on weighted groups of $name',
    ({ rows, expected }) => {
      const profile = profileOf(repeated(rows, 20), ['group']);
      for (const [metric, value] of Object.entries(expected['fairness'] as Record<string, number>))
        close(
          measureProfile(profile, { ...request(metric as MetricName), by: 'group' }).value,
          value,
        );
    },
  );

  it('have the figures that yardstick documents for two_class_example', () => {
    const { rows } = scoreOracles[0] as (typeof scoreOracles)[number];
    const profile = profileOf(rows, []);
    const value = (metric: MetricName): number =>
      measureProfile(profile, request(metric)).value as number;
    expect(rows).toHaveLength(500);
    expect(value('roc_auc')).toBeCloseTo(0.939313857389967, 13);
    expect(value('brier_score')).toBeCloseTo(0.10561859, 8);
    expect(value('log_loss')).toBeCloseTo(0.32830965, 8);
    expect(value('accuracy')).toBeCloseTo(0.838, 13);
    expect(value('matthews_correlation_coefficient')).toBeCloseTo(0.67684756, 8);
    expect(value('cohen_kappa')).toBeCloseTo(0.67487637, 8);
    // yardstick's PR AUC is another figure: its points joined by straight lines, on which no threshold lies
    // (Davis and Goadrich, 2006). Ours is scikit-learn's average precision, the area under the steps.
    const sorted = rows.toSorted((a, b) => (b.score as number) - (a.score as number));
    const positives = rows.filter(({ label }) => label).length;
    let [found, area, last] = [0, 0, { recall: 0, precision: 1 }];
    sorted.forEach(({ label, score }, index) => {
      found += label ? 1 : 0;
      if (sorted[index + 1]?.score === score) return;
      const point = { recall: found / positives, precision: found / (index + 1) };
      area += ((point.recall - last.recall) * (point.precision + last.precision)) / 2;
      last = point;
    });
    expect(area).toBeCloseTo(0.9464467, 7);
    expect(value('pr_auc')).toBeCloseTo(0.9465570239988341, 13);
  });

  it('takes the shares that a profile has', () => {
    expect(metrics.gain.parameter.oneOf).toEqual(gainShares);
    expect(metrics.lift.parameter.oneOf).toEqual(gainShares);
  });

  it('says why there is no value', () => {
    const predicted = repeated([{ label: true, prediction: true, groups: {} }], 30);
    const scored = predicted.map((row, index) => ({ ...row, label: index < 5, score: index / 30 }));
    const of = (rows: readonly Row[], metric: MetricName, whose: Measure['of'] = 'version') =>
      measureProfile(profileOf(rows, []), request(metric, whose));
    expect(of(predicted, 'log_loss')).toMatchObject({
      state: 'undefined',
      reason: 'there are no scores: the data holds predictions only',
    });
    expect(of(scored, 'pr_auc')).toMatchObject({
      state: 'insufficient',
      reason: '5 favorable rows; at least 10 are needed',
    });
    expect(of(scored, 'brier_score', 'difference')).toMatchObject({
      state: 'undefined',
      reason: 'there are no scores of the champion',
    });
    const halves = [scored, scored].map((rows) => profileOf(repeated(rows, 4), []));
    expect(measureProfile(mergeProfiles(halves), request('gain'))).toMatchObject({ state: 'ok' });
    const weightless = repeated(scored, 4).map((row) => ({ ...row, weight: row.label ? 0 : 1 }));
    for (const metric of ['pr_auc', 'roc_auc', 'true_positive_rate'] as const)
      expect(of(weightless, metric)).toMatchObject({ state: 'undefined', value: null });
    expect(
      of(
        weightless.map((row) => ({ ...row, weight: 0 })),
        'log_loss',
      ).state,
    ).toBe('undefined');
  });

  it('has an interval where every row is charged the same, and where the labels are apart', () => {
    const rows = repeated(
      [
        { label: true, prediction: true, score: 1, groups: {} },
        { label: false, prediction: false, score: 0, groups: {} },
      ],
      30,
    );
    const profile = profileOf(rows, []);
    for (const metric of ['log_loss', 'brier_score', 'pr_auc', 'ks_statistic', 'gain'] as const) {
      const { interval } = measureProfile(profile, request(metric));
      expect((interval?.upper as number) - (interval?.lower as number)).toBeGreaterThan(0.01);
    }
  });
});

/** Scores that favorable rows of a logistic world have; `bent` ones are no longer their probability. */
const drawRows = (random: () => number, n: number, bent: number): Row[] =>
  Array.from({ length: n }, () => {
    const probability = random();
    const score = probability ** bent;
    const label = random() < probability;
    return { label, prediction: score >= 0.5, score, groups: {} };
  });

/** The truth, from many rows. */
const truthOf = (bent: number): Record<string, number> => {
  const n = 400_000;
  const positive = (from: number, to: number): number => (to * to - from * from) / 2;
  // E|y − s| over tenths: the probability is uniform, and scores are its power.
  let calibration = 0;
  for (let bin = 0; bin < 10; bin += 1) {
    const [from, to] = [(bin / 10) ** (1 / bent), ((bin + 1) / 10) ** (1 / bent)];
    const meanScore = (to ** (bent + 1) - from ** (bent + 1)) / (bent + 1);
    calibration += Math.abs(positive(from, to) - meanScore);
  }
  // P(+ | u > t) = (1 + t) / 2, and half of all rows are favorable.
  let area = 0;
  for (let step = 0; step < n; step += 1) {
    const t = (step + 0.5) / n;
    area += (2 * t * ((1 + t) / 2)) / n;
  }
  return {
    expected_calibration_error: calibration,
    pr_auc: area,
    ks_statistic: 0.5,
    gain: 1 - 0.9 ** 2,
    brier_score: 1 / (2 * bent + 1) - 2 / (bent + 2) + 1 / 2,
  };
};

describe('intervals of metrics of scores', () => {
  it.each([1, 1.6])('cover the truth where scores are probabilities to the power of %d', (bent) => {
    const random = seededRandom([31, Math.round(bent * 10)]);
    const trials = 150;
    const truth = truthOf(bent);
    const covered: Record<string, number> = {};
    for (let trial = 0; trial < trials; trial += 1) {
      const profile = profileOf(drawRows(random, 250, bent), []);
      for (const [metric, value] of Object.entries(truth)) {
        const { interval } = measureProfile(profile, request(metric as MetricName));
        const inside = interval !== null && interval.lower <= value && value <= interval.upper;
        covered[metric] = (covered[metric] ?? 0) + (inside ? 1 / trials : 0);
      }
    }
    // Two and a half standard errors of 150 trials below 95 %.
    for (const [metric, share] of Object.entries(covered))
      expect({ metric, share, enough: share > 0.905 }).toMatchObject({ metric, enough: true });
  });

  it('of calibrated scores contain a calibration error of 0', () => {
    const random = seededRandom([32]);
    let contained = 0;
    for (let trial = 0; trial < 100; trial += 1) {
      const profile = profileOf(drawRows(random, 200, 1), []);
      const { value, interval } = measureProfile(profile, request('expected_calibration_error'));
      expect(value).toBeGreaterThan(0);
      if (interval?.lower === 0) contained += 1;
    }
    expect(contained).toBeGreaterThanOrEqual(95);
  });
});
