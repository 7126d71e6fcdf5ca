import { describe, expect, it } from '@jest/globals';
import {
  comparedValue,
  metricDefinition,
  isDriftMetric,
  metricsOf,
  type Measure,
  type MetricName,
} from '@sluice/contracts';
import { drawBinomial, seededRandom } from '@sluice/statistics';
import { groupingOf, profileOf, repeated, type Row } from '../test/profiles.js';
import { measureProfile } from './measure-profile.js';
import { mergeProfiles } from './merge-profiles.js';
import type { BinaryProfile as Profile } from './profile.js';

type Value = (metric: MetricName) => number;

/**
 * What holds of each metric whatever the data. A metric that isn't classified here fails the first test.
 *
 * - bins: whether profiles of parts give the value of the whole when they hold no scores but bins, or one within the bound that
 *   it states. With runs of the scores, all of them do
 * - labelSwap: the metric's value when favorable and unfavorable change places in labels, predictions and scores;
 *   null when that is no metric of ours
 * - sums: when it is a mean of figures that don't add up exactly, such as logarithms, whose order shows in the last digits
 * - certain: when rows don't matter, so that more of them make no interval narrower
 * - total: when it adds up over rows; taken here over the rows that it is of, it has the properties of a mean
 * - smoothed: when some rows are added, so that it isn't the same of three times as many
 */
interface Classified {
  readonly bins: 'whole' | 'bounded';
  readonly labelSwap: ((value: Value) => number) | null;
  readonly sums?: true;
  readonly certain?: true;
  readonly total?: true;
  readonly smoothed?: true;
}
const classified: Partial<Record<MetricName, Classified>> = {
  accuracy: { bins: 'whole', labelSwap: (value) => value('accuracy') },
  roc_auc: { bins: 'bounded', labelSwap: (value) => value('roc_auc') },
  selection_rate: { bins: 'whole', labelSwap: (value) => 1 - value('selection_rate') },
  true_positive_rate: { bins: 'whole', labelSwap: (value) => 1 - value('false_positive_rate') },
  false_positive_rate: { bins: 'whole', labelSwap: (value) => 1 - value('true_positive_rate') },
  true_negative_rate: { bins: 'whole', labelSwap: (value) => value('true_positive_rate') },
  false_negative_rate: { bins: 'whole', labelSwap: (value) => value('false_positive_rate') },
  error_rate: { bins: 'whole', labelSwap: (value) => value('error_rate') },
  balanced_accuracy: { bins: 'whole', labelSwap: (value) => value('balanced_accuracy') },
  youden_j: { bins: 'whole', labelSwap: (value) => value('youden_j') },
  precision: { bins: 'whole', labelSwap: (value) => value('negative_predictive_value') },
  negative_predictive_value: { bins: 'whole', labelSwap: (value) => value('precision') },
  false_discovery_rate: { bins: 'whole', labelSwap: (value) => value('false_omission_rate') },
  false_omission_rate: { bins: 'whole', labelSwap: (value) => value('false_discovery_rate') },
  f1_score: { bins: 'whole', labelSwap: null },
  matthews_correlation_coefficient: {
    bins: 'whole',
    labelSwap: (value) => value('matthews_correlation_coefficient'),
  },
  cohen_kappa: { bins: 'whole', labelSwap: (value) => value('cohen_kappa') },
  base_rate: { bins: 'whole', labelSwap: (value) => 1 - value('base_rate') },
  theil_index: { bins: 'whole', labelSwap: null },
  generalized_entropy_index: { bins: 'whole', labelSwap: null },
  coefficient_of_variation: { bins: 'whole', labelSwap: null },
  generalized_true_positive_rate: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_true_negative_rate'),
  },
  generalized_false_positive_rate: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_false_negative_rate'),
  },
  generalized_false_negative_rate: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_false_positive_rate'),
  },
  generalized_true_negative_rate: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_true_positive_rate'),
  },
  log_loss: { bins: 'whole', labelSwap: (value) => value('log_loss'), sums: true },
  brier_score: { bins: 'whole', labelSwap: (value) => value('brier_score') },
  // A score on the edge of two bins belongs to the upper one, and swapped to the one that was lower.
  expected_calibration_error: { bins: 'whole', labelSwap: null },
  maximum_calibration_error: { bins: 'whole', labelSwap: null },
  pr_auc: { bins: 'bounded', labelSwap: null },
  ks_statistic: { bins: 'bounded', labelSwap: (value) => value('ks_statistic') },
  gain: { bins: 'bounded', labelSwap: null },
  lift: { bins: 'bounded', labelSwap: null },
  f_beta_score: { bins: 'whole', labelSwap: null },
  true_positives: { bins: 'whole', labelSwap: (value) => value('true_negatives'), total: true },
  false_positives: { bins: 'whole', labelSwap: (value) => value('false_negatives'), total: true },
  true_negatives: { bins: 'whole', labelSwap: (value) => value('true_positives'), total: true },
  false_negatives: { bins: 'whole', labelSwap: (value) => value('false_positives'), total: true },
  generalized_true_positives: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_true_negatives'),
    total: true,
  },
  generalized_false_positives: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_false_negatives'),
    total: true,
  },
  generalized_true_negatives: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_true_positives'),
    total: true,
  },
  generalized_false_negatives: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_false_positives'),
    total: true,
  },
  demographic_parity_difference: {
    bins: 'whole',
    labelSwap: (value) => value('demographic_parity_difference'),
  },
  demographic_parity_ratio: { bins: 'whole', labelSwap: null },
  equal_opportunity_difference: {
    bins: 'whole',
    labelSwap: (value) => value('false_positive_rate_difference'),
  },
  equal_opportunity_ratio: { bins: 'whole', labelSwap: null },
  equalized_odds_difference: {
    bins: 'whole',
    labelSwap: (value) => value('equalized_odds_difference'),
  },
  equalized_odds_ratio: { bins: 'whole', labelSwap: null },
  false_positive_rate_difference: {
    bins: 'whole',
    labelSwap: (value) => value('equal_opportunity_difference'),
  },
  false_positive_rate_ratio: { bins: 'whole', labelSwap: null },
  average_absolute_odds_difference: {
    bins: 'whole',
    labelSwap: (value) => value('average_absolute_odds_difference'),
  },
  accuracy_difference: { bins: 'whole', labelSwap: (value) => value('accuracy_difference') },
  precision_difference: { bins: 'whole', labelSwap: null },
  statistical_parity_difference: {
    bins: 'whole',
    labelSwap: (value) => -value('statistical_parity_difference'),
  },
  disparate_impact: { bins: 'whole', labelSwap: null },
  average_odds_difference: {
    bins: 'whole',
    labelSwap: (value) => -value('average_odds_difference'),
  },
  error_rate_difference: { bins: 'whole', labelSwap: (value) => value('error_rate_difference') },
  error_rate_ratio: { bins: 'whole', labelSwap: (value) => value('error_rate_ratio') },
  accuracy_ratio: { bins: 'whole', labelSwap: (value) => value('accuracy_ratio') },
  precision_ratio: {
    bins: 'whole',
    labelSwap: (value) => value('negative_predictive_value_ratio'),
  },
  false_negative_rate_difference: {
    bins: 'whole',
    labelSwap: (value) => value('false_positive_rate_difference'),
  },
  false_negative_rate_ratio: {
    bins: 'whole',
    labelSwap: (value) => value('false_positive_rate_ratio'),
  },
  true_negative_rate_difference: {
    bins: 'whole',
    labelSwap: (value) => value('equal_opportunity_difference'),
  },
  true_negative_rate_ratio: {
    bins: 'whole',
    labelSwap: (value) => value('equal_opportunity_ratio'),
  },
  negative_predictive_value_difference: {
    bins: 'whole',
    labelSwap: (value) => value('precision_difference'),
  },
  negative_predictive_value_ratio: {
    bins: 'whole',
    labelSwap: (value) => value('precision_ratio'),
  },
  false_discovery_rate_difference: {
    bins: 'whole',
    labelSwap: (value) => value('false_omission_rate_difference'),
  },
  false_discovery_rate_ratio: {
    bins: 'whole',
    labelSwap: (value) => value('false_omission_rate_ratio'),
  },
  false_omission_rate_difference: {
    bins: 'whole',
    labelSwap: (value) => value('false_discovery_rate_difference'),
  },
  false_omission_rate_ratio: {
    bins: 'whole',
    labelSwap: (value) => value('false_discovery_rate_ratio'),
  },
  base_rate_difference: { bins: 'whole', labelSwap: (value) => value('base_rate_difference') },
  base_rate_ratio: { bins: 'whole', labelSwap: null },
  average_odds_ratio: { bins: 'whole', labelSwap: null },
  label_mean_difference: { bins: 'whole', labelSwap: (value) => -value('label_mean_difference') },
  label_disparate_impact: { bins: 'whole', labelSwap: null },
  average_predictive_value_difference: {
    bins: 'whole',
    labelSwap: (value) => -value('average_predictive_value_difference'),
  },
  others_average_absolute_odds_difference: {
    bins: 'whole',
    labelSwap: (value) => value('others_average_absolute_odds_difference'),
  },
  others_equalized_odds_difference: {
    bins: 'whole',
    labelSwap: (value) => value('others_equalized_odds_difference'),
  },
  generalized_equalized_odds_difference: {
    bins: 'whole',
    labelSwap: (value) => value('generalized_equalized_odds_difference'),
  },
  between_all_groups_generalized_entropy_index: { bins: 'whole', labelSwap: null },
  between_all_groups_theil_index: { bins: 'whole', labelSwap: null },
  between_all_groups_coefficient_of_variation: { bins: 'whole', labelSwap: null },
  between_group_generalized_entropy_index: { bins: 'whole', labelSwap: null },
  between_group_theil_index: { bins: 'whole', labelSwap: null },
  between_group_coefficient_of_variation: { bins: 'whole', labelSwap: null },
  smoothed_empirical_differential_fairness: {
    bins: 'whole',
    labelSwap: (value) => value('smoothed_empirical_differential_fairness'),
    smoothed: true,
  },
  label_smoothed_empirical_differential_fairness: {
    bins: 'whole',
    labelSwap: (value) => value('label_smoothed_empirical_differential_fairness'),
    smoothed: true,
  },
  differential_fairness_bias_amplification: {
    bins: 'whole',
    labelSwap: (value) => value('differential_fairness_bias_amplification'),
    smoothed: true,
  },
  demographic_disparity: { bins: 'whole', labelSwap: (value) => -value('demographic_disparity') },
  conditional_demographic_disparity: {
    bins: 'whole',
    labelSwap: (value) => -value('conditional_demographic_disparity'),
  },
  class_imbalance: { bins: 'whole', labelSwap: (value) => value('class_imbalance') },
  predicted_positive_share: { bins: 'whole', labelSwap: null },
  predicted_positive_share_ratio: { bins: 'whole', labelSwap: null },
  // The worths of the outcomes would have to be swapped too.
  expected_value: { bins: 'whole', labelSwap: null, sums: true },
  total_value: { bins: 'whole', labelSwap: null, sums: true, total: true },
  value_over_baseline: { bins: 'whole', labelSwap: null, sums: true },
  return_on_investment: { bins: 'whole', labelSwap: null, sums: true },
  break_even_threshold: {
    bins: 'whole',
    labelSwap: (value) => value('break_even_threshold'),
    certain: true,
  },
};

const worths = {
  true_positive: 5,
  false_positive: -8,
  true_negative: 1,
  false_negative: -2.5,
};
/** A cost that grows with the rows that it is for. */
const costs = (rows: number) => ({ ...worths, cost: rows / 8 });

/** Made once, so that the metrics share the profiles, and the draws from them. */
const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};
const tables = new Map<string, () => Row[]>();
const table = (name: string, make: () => Row[]): Row[] => {
  const rows = tables.get(name) ?? once(make);
  tables.set(name, rows);
  return rows();
};

const drawnRows = (seed: number): Row[] => table(`drawn ${seed}`, () => drawRows(seed));

const drawRows = (seed: number): Row[] => {
  const random = seededRandom([seed]);
  const yes = (p: number): boolean => drawBinomial(1, p, random) === 1;
  return ['a', 'b', 'c'].flatMap((group, index) =>
    Array.from({ length: 120 + 30 * index }, () => {
      const label = yes(0.5);
      const score = Math.floor(random() * 8 + (label ? 3 : 0) + index) / 16;
      const championScore = Math.floor(random() * 8 + (label ? 2 : 0)) / 16;
      return {
        label,
        score,
        prediction: score >= 0.4,
        championScore,
        champion: championScore >= 0.4,
        groups: { g: group, k: yes(0.4) ? 'x' : 'y' },
      };
    }),
  );
};

/** Rows that weigh from 1 to 4, whatever they are. */
const weightedRows = (seed: number): Row[] =>
  table(`weighted ${seed}`, () => {
    const random = seededRandom([seed, 4]);
    return drawnRows(seed).map((row) => ({ ...row, weight: 1 + Math.floor(4 * random()) }));
  });

const widthOf = ({ interval }: Measure): number =>
  (interval?.upper as number) - (interval?.lower as number);

/** A total over the rows that it is of, each by its weight. */
const perRow = (total: Measure, rows: readonly Row[]): Measure => {
  const weight = rows.reduce((sum, { weight: own = 1 }) => sum + own, 0);
  const { value, interval } = total;
  return {
    ...total,
    value: value === null ? null : value / weight,
    interval: interval && {
      ...interval,
      lower: interval.lower / weight,
      upper: interval.upper / weight,
    },
  };
};

const subjects = ['version', 'champion', 'difference'] as const;
const across = (metric: MetricName, of: Measure['of'] = 'version', group = 'b') => ({
  metric,
  of,
  by: metricDefinition(metric).kind === 'fairness' ? 'g' : null,
  group: metricDefinition(metric).perGroup ? group : null,
  ...(metricDefinition(metric).needsControl ? { within: { column: 'k', value: null } } : {}),
});
const profiles = new WeakMap<readonly Row[], Map<string, Profile>>();
const profiled = (rows: readonly Row[], privileged = 'a'): Profile => {
  const made = profiles.get(rows) ?? new Map<string, Profile>();
  profiles.set(rows, made);
  const profile = made.get(privileged) ?? withStrata(rows, privileged);
  made.set(privileged, profile);
  return profile;
};
const withStrata = (rows: readonly Row[], privileged: string, mergeable = false): Profile => {
  const profile = profileOf(rows, ['g'], { g: privileged }, mergeable);
  const strata = ['x', 'y'].map((value) =>
    groupingOf(rows, ['g'], privileged, { column: 'k', value }, mergeable),
  );
  return { ...profile, byColumn: [...profile.byColumn, ...strata] };
};
const seeds = [1, 2];
const mergedOf = (rows: readonly Row[], mergeable: boolean): Profile =>
  mergeProfiles(
    [rows.slice(0, 100), rows.slice(100, 250), rows.slice(250)].map((part) =>
      withStrata(part, 'a', mergeable),
    ),
  );
const eachSeed = (rowsOf: (seed: number) => readonly Row[], mergeable: boolean) =>
  seeds.map((seed) => once(() => mergedOf(rowsOf(seed), mergeable)));
const merged = {
  runs: eachSeed(drawnRows, true),
  bins: eachSeed(drawnRows, false),
  weighted: eachSeed(weightedRows, true),
  weightedBins: eachSeed(weightedRows, false),
};
/** Counts add up to the last digit, sums of fractions but for rounding. */
const expectSame = (merged: Measure, whole: Measure): void => {
  const figures = ({ value, interval }: Measure): number[] =>
    [value, interval?.lower, interval?.upper].filter((figure) => typeof figure === 'number');
  const [found, expected] = [figures(merged), figures(whole)];
  expect(found).toHaveLength(expected.length);
  found.forEach((figure, index) => {
    const close = 1e-12 * Math.max(1, Math.abs(expected[index] as number));
    expect(Math.abs(figure - (expected[index] as number))).toBeLessThanOrEqual(close);
  });
  const rest = { value: expect.anything(), interval: expect.anything() };
  expect({ ...merged, ...rest }).toEqual({ ...whole, ...rest });
  expect(merged.interval?.method).toBe(whole.interval?.method);
};

/** The bound is stated, it holds, the interval allows for it, and it is of use. */
const expectWithinBound = (merged: Measure, whole: Measure): void => {
  expect(merged).toMatchObject({ state: 'ok', n: whole.n, reason: null });
  const { value, interval, errorBound } = merged as Measure & { value: number; errorBound: number };
  expect(errorBound).toBeGreaterThanOrEqual(0);
  expect(errorBound).toBeLessThan(0.2);
  expect(Math.abs(value - (whole.value as number))).toBeLessThanOrEqual(errorBound + 1e-12);
  // The limits have twelve decimals.
  const { lowest, highest } = wholeRange(merged);
  expect(interval?.lower).toBeLessThanOrEqual(Math.max(lowest, value - errorBound) + 1e-12);
  expect(interval?.upper).toBeGreaterThanOrEqual(Math.min(highest, value + errorBound) - 1e-12);
  expect(interval?.method).toContain('binned');
};

/** A difference of two figures has twice the range of one. */
const wholeRange = ({ metric, of }: Measure): { lowest: number; highest: number } => {
  const { lowest, highest } = metricDefinition(metric);
  return of === 'difference'
    ? { lowest: lowest - highest, highest: highest - lowest }
    : { lowest, highest };
};

const classifiedAs = (metric: MetricName): Classified => classified[metric] as Classified;
/**
 * Metrics of drift are not of one profile; they are classified in drift/drift-registry.spec.ts. Those of similar rows rest
 * on distances, not on counts: their properties are in statistics' neighbour-consistency.spec.ts.
 */
const binaryMetrics = metricsOf('binary-classification').filter(
  (name) => !isDriftMetric(name) && metricDefinition(name).kind !== 'individual',
);

describe('the registry of metrics', () => {
  it('classifies every metric, and no other', () => {
    expect(Object.keys(classified)).toEqual(binaryMetrics);
  });

  describe.each(binaryMetrics)('%s', (metric) => {
    const comparable = (found: Measure, rows: readonly Row[]): Measure =>
      classifiedAs(metric).total ? perRow(found, rows) : found;
    const measures = new Map<readonly Row[], Map<string, Measure>>();
    const measure = (
      rows: readonly Row[],
      of: Measure['of'] = 'version',
      privileged?: string,
      group?: string,
    ): Measure => {
      // What other figures are held against is measured once.
      const known = measures.get(rows) ?? new Map<string, Measure>();
      measures.set(rows, known);
      const key = [of, privileged, group].join();
      const found =
        known.get(key) ??
        comparable(
          measureProfile(profiled(rows, privileged), {
            ...across(metric, of, group),
            worths: costs(rows.length),
          }),
          rows,
        );
      known.set(key, found);
      return found;
    };
    const sameValue = (found: Measure, expected: Measure): void => {
      expect(found.state).toBe('ok');
      expect(Math.abs((found.value as number) - (expected.value as number))).toBeLessThan(
        classifiedAs(metric).sums ? 1e-12 : 8 * Number.EPSILON,
      );
    };
    const sameInterval = (found: Measure, expected: Measure): void => {
      expect(found.interval?.lower).toBeCloseTo(expected.interval?.lower as number, 9);
      expect(found.interval?.upper).toBeCloseTo(expected.interval?.upper as number, 9);
    };

    it('lies within its bounds, and its interval with it', () => {
      const { lowest, highest } = metricDefinition(metric);
      for (const seed of seeds)
        for (const whose of ['version', 'champion'] as const) {
          const { value, interval } = measure(drawnRows(seed), whose);
          for (const figure of [value, interval?.lower, interval?.upper]) {
            expect(figure).toBeGreaterThanOrEqual(lowest);
            expect(figure).toBeLessThanOrEqual(highest);
          }
        }
    });

    it('does not depend on the order of rows', () => {
      for (const seed of seeds)
        for (const whose of subjects)
          sameValue(
            measure(
              table(`reversed ${seed}`, () => drawnRows(seed).toReversed()),
              whose,
            ),
            measure(drawnRows(seed), whose),
          );
    });

    it('does not depend on what groups are called', () => {
      const names: Record<string, string> = { a: 'z', b: 'x', c: 'y' };
      for (const seed of seeds) {
        const rows = drawnRows(seed);
        const renamed = table(`renamed ${seed}`, () =>
          rows.map((row) => ({
            ...row,
            groups: { ...row.groups, g: names[row.groups.g as string] as string },
          })),
        );
        for (const whose of subjects) {
          const [found, expected] = [
            measure(renamed, whose, names['a'], names['b']),
            measure(rows, whose),
          ];
          sameValue(found, expected);
          expect(found.interval?.lower).toBeCloseTo(expected.interval?.lower as number, 11);
          expect(found.interval?.upper).toBeCloseTo(expected.interval?.upper as number, 11);
        }
      }
    });

    it('keeps its value, with a narrower interval, when every row stands there thrice', () => {
      for (const seed of seeds)
        for (const whose of subjects) {
          const rows = drawnRows(seed);
          const [once, thrice] = [
            measure(rows, whose),
            measure(
              table(`thrice ${seed}`, () => repeated(rows, 3)),
              whose,
            ),
          ];
          if (!classifiedAs(metric).smoothed) sameValue(thrice, once);
          expect(thrice.n).toBe(3 * once.n);
          if (classifiedAs(metric).certain) continue;
          expect(widthOf(thrice)).toBeLessThan(widthOf(once));
        }
    });

    it('does not depend on the unit of weights', () => {
      for (const seed of seeds) {
        const rows = weightedRows(seed);
        const scaled = table(`scaled ${seed}`, () =>
          rows.map((row) => ({ ...row, weight: 3.7 * (row.weight as number) })),
        );
        for (const whose of subjects) {
          const [found, expected] = [measure(scaled, whose), measure(rows, whose)];
          expect(found.state).toBe('ok');
          expect(found.value).toBeCloseTo(expected.value as number, 12);
          expect(found.n).toBe(expected.n);
          sameInterval(found, expected);
        }
      }
    });

    it('has the value of as many rows as they weigh, with a wider interval than those', () => {
      for (const seed of seeds) {
        const rows = weightedRows(seed);
        const copies = table(`copies ${seed}`, () =>
          rows.flatMap(({ weight = 1, ...row }) => repeated([row], weight)),
        );
        for (const whose of subjects) {
          const [found, expected] = [measure(rows, whose), measure(copies, whose)];
          expect(found.state).toBe('ok');
          if (!classifiedAs(metric).smoothed)
            expect(found.value).toBeCloseTo(expected.value as number, 12);
          if (classifiedAs(metric).certain) continue;
          expect(widthOf(found)).toBeGreaterThan(widthOf(expected));
        }
      }
    });

    it('is the same when all weigh the same as when nobody is weighed', () => {
      const rows = drawnRows(1);
      const even = table('even', () => rows.map((row) => ({ ...row, weight: 2 })));
      for (const whose of subjects) {
        const [found, expected] = [measure(even, whose), measure(rows, whose)];
        expect(found.value).toBeCloseTo(expected.value as number, 12);
        expect(found.n).toBe(expected.n);
        sameInterval(found, expected);
      }
    });

    const eachMerged = (
      profilesOf: readonly (() => Profile)[],
      rowsOf: (seed: number) => Row[],
      expected: (merged: Measure, whole: Measure) => void,
    ): void => {
      for (const [index, seed] of seeds.entries())
        for (const whose of subjects) {
          const rows = rowsOf(seed);
          const whole = measure(rows, whose);
          expect(whole).not.toHaveProperty('errorBound');
          const profile = (profilesOf[index] as () => Profile)();
          const request = { ...across(metric, whose), worths: costs(rows.length) };
          expected(comparable(measureProfile(profile, request), rows), whole);
        }
    };
    const { bins } = classifiedAs(metric);

    it('is the same from profiles of parts', () => {
      eachMerged(merged.runs, drawnRows, expectSame);
    });

    it('is the same from weighted profiles of parts', () => {
      eachMerged(merged.weighted, weightedRows, expectSame);
    });

    // What doesn't rest on ranks is taken from the same counts, whether there are runs or not.
    if (bins === 'bounded')
      it('is within the bound that it states from the bins of parts', () => {
        eachMerged(merged.bins, drawnRows, expectWithinBound);
        eachMerged(merged.weightedBins, weightedRows, expectWithinBound);
      });

    const { labelSwap } = classifiedAs(metric);
    if (labelSwap !== null)
      it('swaps with the labels as classified', () => {
        for (const seed of seeds) {
          const rows = drawnRows(seed);
          const swapped = table(`swapped ${seed}`, () =>
            rows.map((row) => ({
              ...row,
              label: !row.label,
              prediction: !row.prediction,
              score: 1 - (row.score as number),
            })),
          );
          const value: Value = (name) =>
            comparable(measureProfile(profiled(rows), { ...across(name), worths }), rows)
              .value as number;
          expect(measure(swapped).value).toBeCloseTo(labelSwap(value), 14);
        }
      });

    it('is the difference of version and champion, where it compares them', () => {
      for (const seed of seeds) {
        const rows = drawnRows(seed);
        const [version, champion, difference] = subjects.map((of) => measure(rows, of).value);
        // Of a metric with an ideal, of the distances from it.
        const compared = (value: number | null | undefined): number =>
          comparedValue({ metric }, value as number);
        expect(difference).toBeCloseTo(
          compared(version) - compared(champion),
          classifiedAs(metric).sums ? 12 : 14,
        );
      }
    });

    it('is 0 from itself', () => {
      const rows = table('itself', () =>
        drawnRows(7).map((row) => ({
          ...row,
          champion: row.prediction,
          championScore: row.score as number,
        })),
      );
      const { value, interval } = measure(rows, 'difference');
      expect(value).toBe(0);
      expect(interval?.lower).toBeLessThanOrEqual(0);
      expect(interval?.upper).toBeGreaterThanOrEqual(0);
    });
  });
});
