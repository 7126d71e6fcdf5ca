import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  comparedValue,
  isAverage,
  isDriftMetric,
  metricDefinition,
  metricsOf,
  type AveragedName,
  type Measure,
  type MetricName,
} from '@sluice/contracts';
import { mergeProfiles, type MulticlassProfile, type RegressionProfile } from '@sluice/evaluation';
import { measureProfile } from '@sluice/evaluation/testing';
import type { Layout } from '../assembly/layout.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { multiclassProfile } from './multiclass-profile.js';
import { regressionProfile } from './regression-profile.js';

type Profile = MulticlassProfile | RegressionProfile;
type Merge = 'whole' | 'bounded' | 'total';

/** All averages of a metric of one class are as it is. */
const averages = (ofOneClass: Record<AveragedName, Merge>): Record<string, Merge> =>
  Object.fromEntries(
    (['macro', 'weighted', 'micro'] as const).flatMap((averaging) =>
      Object.entries(ofOneClass)
        .map(([name, merge]) => [`${averaging}_${name}`, merge] as const)
        .filter(([name]) => isAverage(name)),
    ),
  );

/**
 * Whether profiles of parts that weren't made to be merged give the value of the whole, or one within the bound that they state;
 * those that were give the value. A total is one of weights: over that of all rows it has the properties of the others. A metric that isn't classified here fails the first test.
 */
const classified: Record<'regression' | 'multiclass-classification', Record<string, Merge>> = {
  regression: {
    mean_absolute_error: 'whole',
    mean_squared_error: 'whole',
    root_mean_squared_error: 'whole',
    mean_absolute_percentage_error: 'whole',
    median_absolute_error: 'whole',
    max_error: 'whole',
    pinball_loss: 'whole',
    r2_score: 'whole',
    mean_error: 'whole',
    residual_quantile: 'whole',
    mean_prediction: 'whole',
    mean_label: 'whole',
    mean_prediction_difference: 'whole',
    mean_error_difference: 'whole',
    group_loss_difference: 'whole',
    group_loss_ratio: 'whole',
    bounded_group_loss: 'whole',
  },
  'multiclass-classification': {
    accuracy: 'whole',
    roc_auc: 'bounded',
    selection_rate: 'whole',
    true_positive_rate: 'whole',
    false_positive_rate: 'whole',
    true_negative_rate: 'whole',
    false_negative_rate: 'whole',
    error_rate: 'whole',
    balanced_accuracy: 'whole',
    youden_j: 'whole',
    precision: 'whole',
    negative_predictive_value: 'whole',
    false_discovery_rate: 'whole',
    false_omission_rate: 'whole',
    f1_score: 'whole',
    matthews_correlation_coefficient: 'whole',
    cohen_kappa: 'whole',
    base_rate: 'whole',
    theil_index: 'whole',
    generalized_entropy_index: 'whole',
    coefficient_of_variation: 'whole',
    generalized_true_positive_rate: 'whole',
    generalized_false_positive_rate: 'whole',
    generalized_false_negative_rate: 'whole',
    generalized_true_negative_rate: 'whole',
    log_loss: 'whole',
    brier_score: 'whole',
    expected_calibration_error: 'whole',
    maximum_calibration_error: 'whole',
    pr_auc: 'bounded',
    ks_statistic: 'bounded',
    gain: 'bounded',
    lift: 'bounded',
    f_beta_score: 'whole',
    true_positives: 'total',
    false_positives: 'total',
    true_negatives: 'total',
    false_negatives: 'total',
    generalized_true_positives: 'total',
    generalized_false_positives: 'total',
    generalized_true_negatives: 'total',
    generalized_false_negatives: 'total',
    demographic_parity_difference: 'whole',
    demographic_parity_ratio: 'whole',
    equalized_odds_difference: 'whole',
    equalized_odds_ratio: 'whole',
    accuracy_difference: 'whole',
    top_k_accuracy: 'whole',
    multiclass_brier_score: 'whole',
    ...averages({
      accuracy: 'whole',
      error_rate: 'whole',
      precision: 'whole',
      recall: 'whole',
      f1_score: 'whole',
      f_beta_score: 'whole',
      true_negative_rate: 'whole',
      false_positive_rate: 'whole',
      false_negative_rate: 'whole',
      negative_predictive_value: 'whole',
      false_discovery_rate: 'whole',
      false_omission_rate: 'whole',
      balanced_accuracy: 'whole',
      youden_j: 'whole',
      matthews_correlation_coefficient: 'whole',
      cohen_kappa: 'whole',
      roc_auc: 'bounded',
      pr_auc: 'bounded',
      ks_statistic: 'bounded',
      gain: 'bounded',
      lift: 'bounded',
      log_loss: 'whole',
      brier_score: 'whole',
      expected_calibration_error: 'whole',
      maximum_calibration_error: 'whole',
      generalized_true_positive_rate: 'whole',
      generalized_false_positive_rate: 'whole',
      generalized_true_negative_rate: 'whole',
      generalized_false_negative_rate: 'whole',
    }),
  },
};

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  // Any numbers that are neither alike nor in order, the same on every machine.
  await connection.run(`CREATE TABLE drawn AS SELECT i, hash(i, 1) % 1000 / 1000e0 AS a,
    hash(i, 2) % 1000 / 1000e0 AS b, hash(i, 3) % 1000 / 1000e0 AS c, hash(i, 4) % 3 AS k,
    hash(i, 5) % 2 AS g, (1 + hash(i, 6) % 8) / 4e0 AS w FROM range(360) AS r(i)`);
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
const layout: Layout = {
  columns: [{ name: 'g', names: ['one', 'two'], privileged: null }],
  groupings: [{ columns: [0], within: null }],
};

interface Table {
  /** What stands after FROM. */
  readonly rows: string;
  readonly count: number;
  readonly weighted?: boolean;
  /** Whether the champion is the version. */
  readonly itself?: boolean;
  readonly mergeable?: boolean;
}

const whole: Table = { rows: 'SELECT * FROM drawn', count: 360 };

const regression = ({ rows, count, weighted, itself }: Table): Promise<Profile> => {
  const version = '100 + 50 * a + 8 * b + 5 * g';
  return regressionProfile(
    query,
    duckdbDialect,
    {
      from: `(${rows}) AS rows_`,
      label: '100 + 50 * a',
      prediction: version,
      champion: itself ? version : '104 + 40 * a - 10 * c',
      weight: weighted ? { sql: 'w', largest: 2000 } : null,
      codes: ['CAST(g AS USMALLINT)'],
    },
    layout,
    count,
  );
};

const multiclass = ({
  rows,
  count,
  weighted,
  itself,
  mergeable = false,
}: Table): Promise<Profile> => {
  const scoresOf = (noise: string): string[] =>
    [0, 1, 2].map(
      (at) => `(CASE WHEN k = ${at} THEN 0.5 ELSE 0.2 END + ${noise} * ${(at - 1) / 5}) / 0.9`,
    );
  const predictionsOf = (noise: string) => {
    const scores = scoresOf(noise);
    const best = `greatest(${scores.join(', ')})`;
    return {
      prediction: `CASE WHEN ${scores[0]} = ${best} THEN 0 WHEN ${scores[1]} = ${best} THEN 1 ELSE 2 END`,
      scores,
    };
  };
  const version = predictionsOf('(3 * a - 1.5 + 0.2 * g)');
  return multiclassProfile(
    query,
    duckdbDialect,
    {
      from: `(${rows}) AS rows_`,
      label: 'CAST(k AS INTEGER)',
      version,
      champion: itself ? version : predictionsOf('(4 * b - 2)'),
      weight: weighted ? { sql: 'w', largest: 2000 } : null,
      codes: ['CAST(g AS USMALLINT)'],
    },
    ['x', 'y', 'z'],
    layout,
    count,
    { mergeable, pooled: true },
  );
};

const subjects = ['version', 'champion', 'difference'] as const;

describe.each([
  ['regression', regression],
  ['multiclass-classification', multiclass],
] as const)('the registry of metrics of %s', (task, make) => {
  const profiles: Record<string, Profile> = {};
  beforeAll(async () => {
    const parts = [0, 1, 2].map((part) => ({
      rows: `SELECT * FROM drawn WHERE i % 3 = ${part}`,
      count: 120,
    }));
    const tables: Record<string, Table> = {
      whole,
      reversed: { ...whole, rows: 'SELECT * FROM drawn ORDER BY i DESC' },
      thrice: { rows: 'SELECT drawn.* FROM drawn, range(3)', count: 1080 },
      itself: { ...whole, itself: true },
      weighted: { ...whole, weighted: true },
      heavier: { ...whole, weighted: true, rows: 'SELECT * REPLACE (w * 1000 AS w) FROM drawn' },
    };
    for (const [name, table] of Object.entries(tables)) profiles[name] = await make(table);
    const merged = async (how: Partial<Table>): Promise<Profile> => {
      const made: Profile[] = [];
      for (const part of parts) made.push(await make({ ...part, ...how }));
      return mergeProfiles(made);
    };
    profiles['merged'] = await merged({ mergeable: true });
    profiles['mergedWeighted'] = await merged({ mergeable: true, weighted: true });
    profiles['mergedBins'] = await merged({});
  }, 120_000);

  // Metrics of drift are not of one profile; they are classified in evaluation's drift-registry.spec.ts.
  const names = metricsOf(task).filter((name) => !isDriftMetric(name));
  const known = new Map<string, Measure>();
  const measure = (name: string, metric: MetricName, of: Measure['of'] = 'version'): Measure => {
    const key = [name, metric, of].join();
    const found = known.get(key) ?? comparable(name, measured(name, metric, of));
    known.set(key, found);
    return found;
  };
  const measured = (name: string, metric: MetricName, of: Measure['of']): Measure => {
    const { kind, ofOneClass } = metricDefinition(metric);
    return measureProfile(profiles[name] as Profile, {
      metric,
      of,
      by: kind === 'fairness' ? 'g' : null,
      group: null,
      ...(task === 'multiclass-classification' && ofOneClass === 'always' && { class: 'z' }),
    });
  };
  /** Of a total, what there is of it for a weight of 1. */
  const comparable = (name: string, found: Measure): Measure => {
    if (classified[task][found.metric] !== 'total') return found;
    const { cells } = (profiles[name] as MulticlassProfile).overall;
    const mass = cells.reduce((sum, { count, weight }) => sum + (weight?.sum ?? count), 0);
    const { value, interval } = found as Measure & { value: number };
    return {
      ...found,
      value: value / mass,
      interval: interval && {
        ...interval,
        lower: interval.lower / mass,
        upper: interval.upper / mass,
      },
    };
  };
  const sameFigures = (found: Measure, expected: Measure): void => {
    expect(found.state).toBe('ok');
    const scale = Math.max(1, Math.abs(expected.value as number));
    const figures = ({ value, interval }: Measure) => [value, interval?.lower, interval?.upper];
    figures(expected).forEach((figure, at) => {
      if (figure == null) expect(figures(found)[at]).toBe(figure);
      else expect(Math.abs((figures(found)[at] as number) - figure) / scale).toBeLessThan(1e-9);
    });
  };

  const expectWithinBound = (found: Measure, expected: Measure): void => {
    expect(found).toMatchObject({ state: 'ok', n: expected.n });
    const { value, errorBound, interval } = found as Measure & { value: number };
    expect(errorBound).toBeLessThan(0.2);
    const off = Math.abs(value - (expected.value as number));
    expect(off).toBeLessThanOrEqual((errorBound as number) + 1e-12);
    expect(interval?.lower).toBeLessThanOrEqual(expected.value as number);
    expect(interval?.upper).toBeGreaterThanOrEqual(expected.value as number);
    expect(interval?.method).toContain('binned');
  };

  it('classifies every metric, and no other', () => {
    expect(Object.keys(classified[task]).toSorted()).toEqual(names.toSorted());
  });

  describe.each(names)('%s', (metric) => {
    it('lies within its bounds, and its interval with it', () => {
      const { lowest, highest } = metricDefinition(metric);
      for (const name of ['whole', 'weighted'])
        for (const whose of ['version', 'champion'] as const) {
          const { value, interval } = measure(name, metric, whose);
          for (const figure of [value, interval?.lower ?? value, interval?.upper ?? value]) {
            expect(figure).not.toBeNull();
            expect(figure).toBeGreaterThanOrEqual(lowest);
            expect(figure).toBeLessThanOrEqual(highest);
          }
        }
    });

    it('is the same to the byte in whatever order rows come', () => {
      for (const whose of subjects)
        expect(measure('reversed', metric, whose)).toEqual(measure('whole', metric, whose));
    });

    it('keeps its value, and narrows, when every row stands there thrice', () => {
      for (const whose of subjects) {
        const [once, thrice] = [measure('whole', metric, whose), measure('thrice', metric, whose)];
        expect(thrice.value).toBeCloseTo(once.value as number, 9);
        expect(thrice.n).toBe(3 * once.n);
        if (once.interval === null || thrice.interval === null) continue;
        // Labels are the same for both, without a doubt.
        if (whose === 'difference' && metricDefinition(metric).needs === 'label') continue;
        const width = ({ interval }: Measure): number =>
          (interval?.upper as number) - (interval?.lower as number);
        expect(width(thrice)).toBeLessThan(width(once));
      }
    });

    it('does not depend on the unit of weights', () => {
      for (const whose of subjects)
        sameFigures(measure('heavier', metric, whose), measure('weighted', metric, whose));
    });

    it('is the same from profiles of parts, weighted or not', () => {
      for (const whose of subjects) {
        sameFigures(measure('merged', metric, whose), measure('whole', metric, whose));
        sameFigures(measure('mergedWeighted', metric, whose), measure('weighted', metric, whose));
      }
    });

    // What doesn't rest on ranks is taken from the same counts, whether they were to be merged or not.
    if (classified[task][metric] === 'bounded')
      it('is within a bound from profiles of parts that weren’t to be merged', () => {
        for (const whose of subjects)
          expectWithinBound(measure('mergedBins', metric, whose), measure('whole', metric, whose));
      });

    it('is the difference of version and champion, where it compares them', () => {
      const [version, champion, difference] = subjects.map(
        (whose) => measure('whole', metric, whose).value,
      );
      if (metricDefinition(metric).needs === 'label') return expect(difference).toBe(0);
      const compared = (value: number | null | undefined): number =>
        comparedValue({ metric }, value as number);
      expect(difference).toBeCloseTo(compared(version) - compared(champion), 9);
    });

    it('is 0 from itself', () => {
      if (metricDefinition(metric).needs === 'label') return;
      const { value, interval } = measure('itself', metric, 'difference');
      expect(value).toBeCloseTo(0, 12);
      if (interval === null) return;
      expect(interval.lower).toBeLessThanOrEqual(1e-12);
      expect(interval.upper).toBeGreaterThanOrEqual(-1e-12);
    });
  });
});
