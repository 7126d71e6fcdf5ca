import { describe, expect, it } from '@jest/globals';
import {
  metricDefinition,
  metricsOf,
  policyCheckSchema,
  type Check,
  type Measure,
  type MetricName,
} from '@sluice/contracts';
import {
  mcnemar,
  normalQuantile,
  pairedT,
  seededRandom,
  weightedGeneralizedScore,
} from '@sluice/statistics';
import type { z } from 'zod';
import {
  multiclassSlice,
  regressionSlice,
  type ClassRow,
  type NumberRow,
} from '../../test/task-slices.js';
import { decideChecks } from '../checks/decide-checks.js';
import type { Profile } from '../profile.js';
import type { ModelTest } from '../quality/paired-test.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import type { RegressionSlice } from './regression-slice.js';
import { sliceMeasure } from './slice-measure.js';
import { taskTest } from './task-tests.js';

const random = seededRandom([77]);
const normal = (): number => normalQuantile(Math.max(1e-12, random()));
const numbers = Array.from({ length: 120 }, (): NumberRow => {
  const label = 50 + 10 * normal();
  const shared = 3 * normal();
  return { label, version: label + shared + normal(), champion: label + shared + 2 * normal() };
});
const classes = ['a', 'b', 'c'];
const classRows = Array.from({ length: 150 }, (_, row): ClassRow => {
  const label = row % 3;
  const scored = (signal: number): number[] => {
    const raw = classes.map((__, at) => (at === label ? signal : 0) + random());
    const sum = raw.reduce((total, each) => total + each, 0);
    return raw.map((each) => each / sum);
  };
  return { label, version: scored(0.9), champion: scored(0.4) };
});
const profileOf = (slice: RegressionSlice | MulticlassSlice, rows: number): Profile =>
  slice.kind === 'regression'
    ? {
        task: 'regression',
        rows,
        overall: slice,
        byColumn: [],
        predicted: { exponent: 0, center: 0, bins: [], masses: [], predictions: [], labels: [] },
      }
    : {
        task: 'multiclass-classification',
        rows,
        overall: slice,
        byColumn: [],
        classes: slice.classes,
      };
const regression = regressionSlice(numbers);
const multiclass = multiclassSlice(classRows, classes);

const measureOf = (metric: MetricName, rest: Partial<Measure> = {}): Measure => ({
  metric,
  of: 'difference',
  by: null,
  group: null,
  column: null,
  value: 0,
  interval: null,
  n: 1,
  state: 'ok',
  reason: null,
  ...rest,
});

const tested = (measure: Measure, slice: MulticlassSlice | RegressionSlice): ModelTest => {
  const test = taskTest(measure, slice);
  if (typeof test === 'string') throw new Error(`${measure.metric} has no test, as ${test}.`);
  return test;
};

const pairedOf = (loss: (row: NumberRow, prediction: number) => number): number => {
  const differences = numbers.map((row) => loss(row, row.version) - loss(row, row.champion ?? 0));
  const mean = (of: (each: number) => number): number =>
    differences.reduce((sum, each) => sum + of(each), 0) / differences.length;
  return pairedT({
    mean: mean((each) => each),
    meanSquare: mean((each) => each * each),
    n: differences.length,
  }).p as number;
};

describe('the test that version and champion do not differ', () => {
  it.each([
    ['mean_absolute_error', (row: NumberRow, p: number) => Math.abs(p - row.label)],
    ['mean_squared_error', (row: NumberRow, p: number) => (p - row.label) ** 2],
    ['root_mean_squared_error', (row: NumberRow, p: number) => (p - row.label) ** 2],
    ['r2_score', (row: NumberRow, p: number) => (p - row.label) ** 2],
    [
      'mean_absolute_percentage_error',
      (row: NumberRow, p: number) => Math.abs((p - row.label) / row.label),
    ],
  ] as const)('of %s is the paired t test of the losses of rows', (metric, loss) => {
    const test = tested(measureOf(metric), regression);
    expect(test.method).toBe('paired-t');
    expect(Math.abs((test.p as number) - pairedOf(loss))).toBeLessThan(1e-9);
    expect(test.p).toBeLessThan(0.05);
  });

  it('is none of figures that are no mean of rows', () => {
    for (const metric of ['mean_error', 'median_absolute_error', 'max_error'] as const)
      expect(taskTest(measureOf(metric), regression)).toBe('it is no mean over rows');
    for (const metric of ['macro_f1_score', 'cohen_kappa', 'micro_log_loss'] as const)
      expect(taskTest(measureOf(metric), multiclass)).toBe('it is no mean over rows');
  });

  it("is McNemar's of rows that one model alone is right about", () => {
    const right = (scores: readonly number[], label: number): boolean =>
      scores.indexOf(Math.max(...scores)) === label;
    const only = (first: 'version' | 'champion', second: 'version' | 'champion'): number =>
      classRows.filter((row) => right(row[first], row.label) && !right(row[second], row.label))
        .length;
    const { p, method } = mcnemar({
      firstOnly: only('version', 'champion'),
      secondOnly: only('champion', 'version'),
    });
    for (const metric of [
      'accuracy',
      'error_rate',
      'micro_f1_score',
      'micro_true_negative_rate',
    ] as const)
      expect(taskTest(measureOf(metric), multiclass)).toMatchObject({ p, method });
  });

  it('is that of the rows of the class, where a rate is of one', () => {
    const found = tested(measureOf('true_positive_rate', { class: 'b' }), multiclass);
    const all = tested(measureOf('accuracy'), multiclass);
    expect(found.method).toBe('mcnemar-mid-p');
    expect(found.p).toBeGreaterThan(all.p as number);
  });

  it('is of places and of losses where a metric is of scores', () => {
    expect(tested(measureOf('top_k_accuracy'), multiclass).method).toBe('mcnemar-mid-p');
    for (const metric of ['log_loss', 'multiclass_brier_score'] as const) {
      const test = tested(measureOf(metric), multiclass);
      expect(test.method).toBe('paired-t');
      expect(test.p).toBeLessThan(0.01);
    }
  });

  it('is the paired t test of the effective rows of weighted shares and losses', () => {
    const weighted = {
      ...multiclass,
      cells: multiclass.cells.map((cell) => ({
        ...cell,
        weight: { sum: 2 * cell.count, squares: 4 * cell.count },
      })),
    };
    const differences = classRows.map(
      ({ label, version, champion }) =>
        Number(version.indexOf(Math.max(...version)) === label) -
        Number(champion.indexOf(Math.max(...champion)) === label),
    );
    const mean = (of: (each: number) => number): number =>
      differences.reduce((sum, each) => sum + of(each), 0) / differences.length;
    const { p, method } = tested(measureOf('accuracy'), weighted);
    expect(method).toBe('paired-t');
    expect(p).toBeCloseTo(
      pairedT({ mean: mean((each) => each), meanSquare: mean((each) => each ** 2), n: 150 })
        .p as number,
      12,
    );
    const heavier = regressionSlice(numbers.map((row) => ({ ...row, weight: 7 })));
    const [one, other] = [regression, heavier].map((slice) =>
      tested(measureOf('mean_absolute_error'), slice),
    );
    expect(other?.p).toBeCloseTo(one?.p as number, 12);
  });

  it('has no p when both are the same model', () => {
    const same = regressionSlice(numbers.map((row) => ({ ...row, champion: row.version })));
    expect(tested(measureOf('mean_absolute_error'), same).p).toBeNull();
    const twin = multiclassSlice(
      classRows.map((row) => ({ ...row, champion: row.version })),
      classes,
    );
    expect(tested(measureOf('accuracy'), twin).p).toBe(1);
  });
});

describe('the test of a metric of one class', () => {
  const unpaired = 'the profile does not hold both scores of each row';
  const methods: Readonly<Record<string, string>> = {
    ...Object.fromEntries(
      [
        'accuracy',
        'error_rate',
        'selection_rate',
        'true_positive_rate',
        'false_positive_rate',
        'true_negative_rate',
        'false_negative_rate',
        'true_positives',
        'false_positives',
        'true_negatives',
        'false_negatives',
      ].map((metric) => [metric, 'mcnemar-mid-p']),
    ),
    ...Object.fromEntries(
      ['precision', 'negative_predictive_value', 'false_discovery_rate', 'false_omission_rate'].map(
        (metric) => [metric, 'weighted-generalized-score'],
      ),
    ),
    ...Object.fromEntries(
      [
        'balanced_accuracy',
        'youden_j',
        'f1_score',
        'f_beta_score',
        'matthews_correlation_coefficient',
        'cohen_kappa',
        'theil_index',
        'generalized_entropy_index',
        'coefficient_of_variation',
      ].map((metric) => [metric, 'multinomial-bootstrap']),
    ),
    log_loss: 'paired-t',
    brier_score: 'paired-t',
    roc_auc: 'delong',
    base_rate: 'labels are the same for both',
    ...Object.fromEntries(
      [
        'expected_calibration_error',
        'maximum_calibration_error',
        'pr_auc',
        'ks_statistic',
        'gain',
        'lift',
        'generalized_true_positive_rate',
        'generalized_false_positive_rate',
        'generalized_true_negative_rate',
        'generalized_false_negative_rate',
        'generalized_true_positives',
        'generalized_false_positives',
        'generalized_true_negatives',
        'generalized_false_negatives',
      ].map((metric) => [metric, unpaired]),
    ),
  };
  const ofClass = metricsOf('multiclass-classification').filter(
    (metric) =>
      metricDefinition(metric).kind === 'quality' &&
      metricDefinition(metric).ofOneClass !== undefined,
  );

  it('is there, or says why not, for each of them', () => {
    expect(ofClass.toSorted()).toEqual(Object.keys(methods).toSorted());
    for (const metric of ofClass) {
      const test = taskTest(measureOf(metric, { class: 'b' }), multiclass);
      const found = typeof test === 'string' ? test : test.method;
      expect([metric, found]).toEqual([metric, methods[metric]]);
      if (typeof test !== 'string') expect(test.p).toBeGreaterThan(0);
    }
  });

  it.each([
    ['log_loss', (given: number) => -Math.log(given)],
    ['brier_score', (given: number) => (1 - given) ** 2],
  ] as const)('of %s is the paired t test of the losses of rows', (metric, loss) => {
    const differences = classRows.map(({ label, version, champion }) => {
      const [ours, theirs] = [version, champion].map((scores) => scores[1] as number);
      const given = (score: number): number => (label === 1 ? score : 1 - score);
      return loss(given(ours as number)) - loss(given(theirs as number));
    });
    const mean = (of: (each: number) => number): number =>
      differences.reduce((sum, each) => sum + of(each), 0) / differences.length;
    const expected = pairedT({
      mean: mean((each) => each),
      meanSquare: mean((each) => each * each),
      n: differences.length,
    });
    const { p } = tested(measureOf(metric, { class: 'b' }), multiclass);
    expect(Math.abs((p as number) - (expected.p as number))).toBeLessThan(1e-9);
    expect(p).toBeLessThan(0.05);
  });

  it('of the precision is of the rows that each model predicts to be of the class', () => {
    const isOf = (scores: readonly number[]): boolean => scores.indexOf(Math.max(...scores)) === 1;
    const rowsOf = (version: boolean, champion: boolean) => {
      const own = classRows.filter(
        (row) => isOf(row.version) === version && isOf(row.champion) === champion,
      );
      return { successes: own.filter(({ label }) => label === 1).length, trials: own.length };
    };
    const { p } = weightedGeneralizedScore({
      firstOnly: rowsOf(true, false),
      secondOnly: rowsOf(false, true),
      both: rowsOf(true, true),
    });
    for (const metric of ['precision', 'false_discovery_rate'] as const)
      expect(tested(measureOf(metric, { class: 'b' }), multiclass).p).toBeCloseTo(p, 12);
  });

  it('is significant when the interval of the difference leaves out 0', () => {
    for (const metric of ['f1_score', 'balanced_accuracy', 'log_loss', 'brier_score'] as const)
      for (const name of classes) {
        const measure = measureOf(metric, { class: name });
        const { interval } = sliceMeasure({ ...measure, of: 'difference' }, multiclass);
        const { p } = tested(measure, multiclass);
        const leavesOut = interval !== null && (interval.lower > 0 || interval.upper < 0);
        // Limits of either kind are those of other formulas, close by.
        if (Math.abs((p as number) - 0.05) > 0.02) expect((p as number) < 0.05).toBe(leavesOut);
      }
  });

  it('is rarely significant when both models are as good', () => {
    const trials = 120;
    const alarms = new Map<MetricName, number>();
    for (let trial = 0; trial < trials; trial += 1) {
      const rows = Array.from({ length: 90 }, (_, row): ClassRow => {
        const label = row % 3;
        const common = classes.map((__, at) => (at === label ? 0.5 : 0) + random());
        const scored = (): number[] => {
          const raw = common.map((each) => each + random());
          const sum = raw.reduce((total, each) => total + each, 0);
          return raw.map((each) => each / sum);
        };
        return { label, version: scored(), champion: scored() };
      });
      const slice = multiclassSlice(rows, classes);
      for (const metric of ['log_loss', 'brier_score', 'precision', 'f1_score', 'roc_auc'] as const)
        if ((tested(measureOf(metric, { class: 'b' }), slice).p ?? 1) <= 0.05)
          alarms.set(metric, (alarms.get(metric) ?? 0) + 1);
    }
    expect(alarms.size).toBe(5);
    const most = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials);
    for (const [metric, count] of alarms)
      expect({ metric, isRare: count / trials < most }).toEqual({ metric, isRare: true });
  });
});

describe('checks of several classes and of regression', () => {
  const decide = (
    profile: Profile,
    checks: readonly z.input<typeof policyCheckSchema>[],
    correction: 'none' | 'holm' | 'benjamini-hochberg' = 'none',
  ): Check[] =>
    decideChecks(
      { checks: checks.map((check) => policyCheckSchema.parse(check)), correction },
      { profile, hasChampion: true },
    );

  it('tell how surprising a difference from the champion is', () => {
    const [loss] = decide(profileOf(regression, 120), [
      { metric: 'mean_absolute_error', against: 'champion', no_worse_by: 0 },
    ]);
    expect(loss?.test).toMatchObject({ hypothesis: 'no_difference', method: 'paired-t' });
    expect(loss?.reason).toMatch(/p = 0\.\d+ if they did not differ/);
    const [accuracy] = decide(profileOf(multiclass, 150), [
      { metric: 'accuracy', against: 'champion', no_worse_by: 0 },
    ]);
    expect(accuracy?.test).toMatchObject({ hypothesis: 'no_difference', method: 'mcnemar-mid-p' });
  });

  it('tell it of one class, or why there is none', () => {
    const [loss, error] = decide(profileOf(multiclass, 150), [
      { metric: 'log_loss', class: 'b', against: 'champion', no_worse_by: 0 },
      { metric: 'expected_calibration_error', class: 'b', against: 'champion', no_worse_by: 1 },
    ]);
    expect(loss?.test).toMatchObject({ hypothesis: 'no_difference', method: 'paired-t' });
    expect(loss?.reason).toMatch(/; p < 0.0001 if they did not differ/);
    expect(error?.test).toBeUndefined();
    expect(error?.reason).toContain(
      '; without a test, as the profile does not hold both scores of each row)',
    );
  });

  it('are corrected for their number when they hold by their intervals', () => {
    for (const [profile, checks] of [
      [
        profileOf(regression, 120),
        [
          { metric: 'mean_absolute_error', holds: 'interval', at_most: 3.4 },
          { metric: 'r2_score', holds: 'interval', at_least: 0.5 },
          { metric: 'root_mean_squared_error', holds: 'interval', at_most: 4 },
        ],
      ],
      [
        profileOf(multiclass, 150),
        [
          { metric: 'accuracy', holds: 'interval', at_least: 0.6 },
          { metric: 'log_loss', holds: 'interval', at_most: 1.2 },
          { metric: 'accuracy', holds: 'interval', against: 'champion', no_worse_by: 0.01 },
        ],
      ],
    ] as const) {
      const plain = decide(profile, checks);
      const corrected = decide(profile, checks, 'holm');
      corrected.forEach((check, at) => {
        expect(check.test).toMatchObject({ hypothesis: 'limit_missed', p: plain[at]?.test?.p });
        expect(check.test?.adjusted).toBeGreaterThanOrEqual(check.test?.p as number);
        expect(check.outcome === 'pass').toBe((check.test?.adjusted as number) <= 0.025);
      });
    }
  });
});

describe('advice on scores of several classes', () => {
  it.each([
    ['expected_calibration_error', 'The scores are no probabilities: calibrate them'],
    ['macro_expected_calibration_error', 'The scores are no probabilities: calibrate them'],
    ['weighted_log_loss', 'lie too far from what happens'],
  ] as const)('of %s says what to do', (metric, expected) => {
    const [found] = decideChecks(
      { checks: [policyCheckSchema.parse({ metric, at_most: 0.001 })], correction: 'none' },
      { profile: profileOf(multiclass, 150), hasChampion: false },
    );
    expect(found?.outcome).toBe('fail');
    expect(found?.advice).toContain(expected);
  });
});

describe('the reason of a check of few rows', () => {
  it('tells the figures that it was decided on', () => {
    const few = multiclassSlice(classRows.slice(0, 12), classes);
    const [first, second] = [classRows.slice(0, 6), classRows.slice(6, 12)].map((own, at) => ({
      group: `g${at}`,
      ...multiclassSlice(own, classes),
    }));
    const profile: Profile = {
      task: 'multiclass-classification',
      rows: 12,
      classes,
      overall: few,
      byColumn: [
        {
          column: 'team',
          privileged: null,
          within: null,
          groups: [first, second].filter((group) => group !== undefined),
        },
      ],
    };
    const found = decideChecks(
      {
        checks: [
          { metric: 'accuracy', by: 'team', across: 'difference', at_most: 1, min_rows: 3 },
          { metric: 'accuracy', against: 'champion', no_worse_by: 1, min_rows: 3 },
        ].map((check) => policyCheckSchema.parse(check)),
        correction: 'none',
      },
      { profile, hasChampion: true },
    );
    for (const { reason, outcome } of found) {
      expect(outcome).toBe('pass');
      expect(reason).not.toMatch(/NaN|undefined/);
    }
    expect(found[0]?.reason).toMatch(
      /for g0 \(n = 6\) and .* for g1|for g1 \(n = 6\) and .* for g0/,
    );
  });
});

describe('top-k accuracy', () => {
  const decideTop = (slice: MulticlassSlice, parameter: number): Check | undefined =>
    decideChecks(
      {
        checks: [
          policyCheckSchema.parse({
            metric: 'top_k_accuracy',
            parameter,
            against: 'champion',
            no_worse_by: 0,
          }),
        ],
        correction: 'none',
      },
      { profile: profileOf(slice, 150), hasChampion: true },
    )[0];

  it('is undefined against a champion that gives labels and no scores', () => {
    const places = (multiclass.places ?? []).map((place) => ({ ...place, champion: null }));
    const check = decideTop({ ...multiclass, places }, 2);
    expect(check).toMatchObject({ outcome: 'fail', measure: { state: 'undefined', value: null } });
    expect(check?.measure?.reason).toContain('no scores of the champion');
  });

  it('is undefined when k is the number of classes, of which it would be 1 whatever the model', () => {
    const check = decideTop(multiclass, 3);
    expect(check?.measure).toMatchObject({ state: 'undefined' });
    expect(check?.measure?.reason).toContain('3 classes only');
  });
});
