import { describe, expect, it } from '@jest/globals';
import {
  comparedValue,
  metricDefinition,
  isDriftMetric,
  metricNames as allMetricNames,
  type DriftMetricName,
  type Measure,
  type MetricName,
} from '@sluice/contracts';
import { drawBinomial, seededRandom } from '@sluice/statistics';
import { profileOf, repeated, type Row } from '../test/profiles.js';
import { measureProfile } from './measure-profile.js';
import { mergeProfiles } from './merge-profiles.js';
import type { Profile } from './profile.js';

/** What is measured on a profile; metrics of drift are classified in drift/drift-registry.spec.ts. */
type ProfileMetric = Exclude<MetricName, DriftMetricName>;
const metricNames = allMetricNames.filter((name): name is ProfileMetric => !isDriftMetric(name));
type Value = (metric: ProfileMetric) => number;

/**
 * What holds of each metric whatever the data. A metric that isn't classified here fails the first test.
 *
 * - merge: whether profiles of parts give the value of the whole
 * - labelSwap: the metric's value when favorable and unfavorable change places in labels, predictions and scores;
 *   null when that is no metric of ours
 */
const classified: Record<
  ProfileMetric,
  { merge: 'whole' | 'undefined'; labelSwap: ((value: Value) => number) | null }
> = {
  accuracy: { merge: 'whole', labelSwap: (value) => value('accuracy') },
  roc_auc: { merge: 'undefined', labelSwap: (value) => value('roc_auc') },
  selection_rate: { merge: 'whole', labelSwap: (value) => 1 - value('selection_rate') },
  true_positive_rate: { merge: 'whole', labelSwap: (value) => 1 - value('false_positive_rate') },
  false_positive_rate: { merge: 'whole', labelSwap: (value) => 1 - value('true_positive_rate') },
  true_negative_rate: { merge: 'whole', labelSwap: (value) => value('true_positive_rate') },
  false_negative_rate: { merge: 'whole', labelSwap: (value) => value('false_positive_rate') },
  error_rate: { merge: 'whole', labelSwap: (value) => value('error_rate') },
  balanced_accuracy: { merge: 'whole', labelSwap: (value) => value('balanced_accuracy') },
  youden_j: { merge: 'whole', labelSwap: (value) => value('youden_j') },
  precision: { merge: 'whole', labelSwap: (value) => value('negative_predictive_value') },
  negative_predictive_value: { merge: 'whole', labelSwap: (value) => value('precision') },
  false_discovery_rate: { merge: 'whole', labelSwap: (value) => value('false_omission_rate') },
  false_omission_rate: { merge: 'whole', labelSwap: (value) => value('false_discovery_rate') },
  f1_score: { merge: 'whole', labelSwap: null },
  matthews_correlation_coefficient: {
    merge: 'whole',
    labelSwap: (value) => value('matthews_correlation_coefficient'),
  },
  cohen_kappa: { merge: 'whole', labelSwap: (value) => value('cohen_kappa') },
  base_rate: { merge: 'whole', labelSwap: (value) => 1 - value('base_rate') },
  theil_index: { merge: 'whole', labelSwap: null },
  generalized_entropy_index: { merge: 'whole', labelSwap: null },
  coefficient_of_variation: { merge: 'whole', labelSwap: null },
  demographic_parity_difference: {
    merge: 'whole',
    labelSwap: (value) => value('demographic_parity_difference'),
  },
  demographic_parity_ratio: { merge: 'whole', labelSwap: null },
  equal_opportunity_difference: {
    merge: 'whole',
    labelSwap: (value) => value('false_positive_rate_difference'),
  },
  equal_opportunity_ratio: { merge: 'whole', labelSwap: null },
  equalized_odds_difference: {
    merge: 'whole',
    labelSwap: (value) => value('equalized_odds_difference'),
  },
  equalized_odds_ratio: { merge: 'whole', labelSwap: null },
  false_positive_rate_difference: {
    merge: 'whole',
    labelSwap: (value) => value('equal_opportunity_difference'),
  },
  false_positive_rate_ratio: { merge: 'whole', labelSwap: null },
  average_absolute_odds_difference: {
    merge: 'whole',
    labelSwap: (value) => value('average_absolute_odds_difference'),
  },
  accuracy_difference: { merge: 'whole', labelSwap: (value) => value('accuracy_difference') },
  precision_difference: { merge: 'whole', labelSwap: null },
  statistical_parity_difference: {
    merge: 'whole',
    labelSwap: (value) => -value('statistical_parity_difference'),
  },
  disparate_impact: { merge: 'whole', labelSwap: null },
  average_odds_difference: {
    merge: 'whole',
    labelSwap: (value) => -value('average_odds_difference'),
  },
};

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
        groups: { g: group },
      };
    }),
  );
};

const subjects = ['version', 'champion', 'difference'] as const;
const across = (metric: MetricName, of: Measure['of'] = 'version') => ({
  metric,
  of,
  by: metricDefinition(metric).kind === 'fairness' ? 'g' : null,
  group: null,
});
const profiles = new WeakMap<readonly Row[], Map<string, Profile>>();
const profiled = (rows: readonly Row[], privileged = 'a'): Profile => {
  const made = profiles.get(rows) ?? new Map<string, Profile>();
  profiles.set(rows, made);
  const profile = made.get(privileged) ?? profileOf(rows, ['g'], { g: privileged });
  made.set(privileged, profile);
  return profile;
};
const seeds = [1, 2, 3];
const mergedProfiles = seeds.map((seed) =>
  once(() => {
    const rows = drawnRows(seed);
    const parts = [rows.slice(0, 100), rows.slice(100, 250), rows.slice(250)];
    return mergeProfiles(parts.map((part) => profiled(part)));
  }),
);
const mergedProfile = (seed: number): Profile => (mergedProfiles[seed - 1] as () => Profile)();

describe('the registry of metrics', () => {
  it('classifies every metric, and no other', () => {
    expect(Object.keys(classified)).toEqual(metricNames);
  });

  describe.each(metricNames)('%s', (metric) => {
    const measure = (
      rows: readonly Row[],
      of: Measure['of'] = 'version',
      privileged?: string,
    ): Measure => measureProfile(profiled(rows, privileged), across(metric, of));
    const sameValue = (found: Measure, expected: Measure): void => {
      expect(found.state).toBe('ok');
      expect(Math.abs((found.value as number) - (expected.value as number))).toBeLessThan(
        8 * Number.EPSILON,
      );
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
          rows.map((row) => ({ ...row, groups: { g: names[row.groups.g as string] as string } })),
        );
        for (const whose of subjects) {
          const [found, expected] = [measure(renamed, whose, names['a']), measure(rows, whose)];
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
          sameValue(thrice, once);
          expect(thrice.n).toBe(3 * once.n);
          const width = ({ interval }: Measure): number =>
            (interval?.upper as number) - (interval?.lower as number);
          expect(width(thrice)).toBeLessThan(width(once));
        }
    });

    it('is the same from profiles of parts, or undefined', () => {
      for (const seed of seeds)
        for (const whose of subjects) {
          const rows = drawnRows(seed);
          const merged = measureProfile(mergedProfile(seed), across(metric, whose));
          if (classified[metric].merge === 'whole') expect(merged).toEqual(measure(rows, whose));
          else expect(merged.state).toBe('undefined');
        }
    });

    const { labelSwap } = classified[metric];
    if (labelSwap !== null)
      it('swaps with the labels as classified', () => {
        for (const seed of seeds) {
          const rows = drawnRows(seed);
          const swapped = table(`swapped ${seed}`, () =>
            rows.map((row) => ({
              ...row,
              label: !row.label,
              prediction: !row.prediction,
              score: -(row.score as number),
            })),
          );
          const value: Value = (name) =>
            measureProfile(profiled(rows), across(name)).value as number;
          expect(measure(swapped).value).toBeCloseTo(labelSwap(value), 14);
        }
      });

    it('is the difference of version and champion, where it compares them', () => {
      for (const seed of seeds) {
        const rows = drawnRows(seed);
        const [version, champion, difference] = subjects.map((of) => measure(rows, of).value);
        // Of a metric with an ideal, of the distances from it.
        const compared = (value: number | null | undefined): number =>
          comparedValue(metric, value as number);
        expect(difference).toBeCloseTo(compared(version) - compared(champion), 14);
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
