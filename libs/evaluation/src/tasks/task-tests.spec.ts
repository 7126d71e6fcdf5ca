import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema, type Check, type Measure, type MetricName } from '@sluice/contracts';
import { mcnemar, normalQuantile, pairedT, seededRandom } from '@sluice/statistics';
import type { z } from 'zod';
import {
  multiclassSlice,
  regressionSlice,
  type ClassRow,
  type NumberRow,
} from '../../test/task-slices.js';
import { decideChecks } from '../checks/decide-checks.js';
import type { Profile } from '../profile.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import type { RegressionSlice } from './regression-slice.js';
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
    const test = taskTest(measureOf(metric), regression);
    expect(test?.method).toBe('paired-t');
    expect(Math.abs((test?.p as number) - pairedOf(loss))).toBeLessThan(1e-9);
    expect(test?.p).toBeLessThan(0.05);
  });

  it('is none of figures that are no mean of rows', () => {
    for (const metric of ['mean_error', 'median_absolute_error', 'max_error'] as const)
      expect(taskTest(measureOf(metric), regression)).toBeNull();
    for (const metric of ['macro_f1_score', 'cohen_kappa', 'micro_log_loss'] as const)
      expect(taskTest(measureOf(metric), multiclass)).toBeNull();
    for (const metric of ['precision', 'f1_score'] as const)
      expect(taskTest(measureOf(metric, { class: 'a' }), multiclass)).toBeNull();
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
    const found = taskTest(measureOf('true_positive_rate', { class: 'b' }), multiclass);
    const all = taskTest(measureOf('accuracy'), multiclass);
    expect(found?.method).toBe('mcnemar-mid-p');
    expect(found?.p).toBeGreaterThan(all?.p as number);
  });

  it('is of places and of losses where a metric is of scores', () => {
    expect(taskTest(measureOf('top_k_accuracy'), multiclass)?.method).toBe('mcnemar-mid-p');
    for (const metric of ['log_loss', 'multiclass_brier_score'] as const) {
      const test = taskTest(measureOf(metric), multiclass);
      expect(test?.method).toBe('paired-t');
      expect(test?.p).toBeLessThan(0.01);
    }
  });

  it('is none of weighted shares, and of the effective rows of weighted losses', () => {
    const weighted = {
      ...multiclass,
      cells: multiclass.cells.map((cell) => ({
        ...cell,
        weight: { sum: 2 * cell.count, squares: 4 * cell.count },
      })),
    };
    expect(taskTest(measureOf('accuracy'), weighted)).toBeNull();
    const heavier = regressionSlice(numbers.map((row) => ({ ...row, weight: 7 })));
    const [one, other] = [regression, heavier].map((slice) =>
      taskTest(measureOf('mean_absolute_error'), slice),
    );
    expect(other?.p).toBeCloseTo(one?.p as number, 12);
  });

  it('has no p when both are the same model', () => {
    const same = regressionSlice(numbers.map((row) => ({ ...row, champion: row.version })));
    expect(taskTest(measureOf('mean_absolute_error'), same)?.p).toBeNull();
    const twin = multiclassSlice(
      classRows.map((row) => ({ ...row, champion: row.version })),
      classes,
    );
    expect(taskTest(measureOf('accuracy'), twin)?.p).toBe(1);
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
