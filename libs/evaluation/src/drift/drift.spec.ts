import { describe, expect, it } from '@jest/globals';
import {
  digestOfBytes,
  driftMetricNames,
  driftSchema,
  metricDefinition,
  policyCheckSchema,
  policyDigest,
  policySchema,
  type Check,
  type DriftMetricName,
  type Measure,
} from '@sluice/contracts';
import {
  drawBinomial,
  drawMultinomial,
  seededRandom,
  twoCategorySamples,
  twoSamples,
  type Random,
} from '@sluice/statistics';
import { performanceOf, type Judged } from '../../test/performance.js';
import { profileOf, type Row } from '../../test/profiles.js';
import { decideCheck } from '../checks/decide-check.js';
import { evaluate } from '../evaluate.js';
import type { Profile } from '../profile.js';
import { driftFigures } from './drift-figures.js';
import type { CategoricalDrift, ColumnDrift, DriftProfile, NumericDrift } from './drift-profile.js';
import { mergeDriftProfiles } from './merge-drift-profiles.js';

const numeric = (
  column: string,
  reference: readonly number[],
  current: readonly number[],
  missing = { reference: 0, current: 0 },
): NumericDrift => ({
  column,
  kind: 'numeric',
  integers: false,
  missing,
  samples: twoSamples(Float64Array.from(reference), Float64Array.from(current)),
  bins: null,
});

const categorical = (
  column: string,
  reference: Readonly<Record<string, number>>,
  current: Readonly<Record<string, number>>,
  missing = { reference: 0, current: 0 },
): CategoricalDrift => ({
  column,
  kind: 'categorical',
  missing,
  samples: twoCategorySamples(new Map(Object.entries(reference)), new Map(Object.entries(current))),
});

const rowsOf = ({ missing, samples }: ColumnDrift) => {
  const sum = (counts: ArrayLike<number>): number =>
    Array.from(counts).reduce((total, count) => total + count, 0);
  return {
    reference: missing.reference + sum(samples.reference),
    current: missing.current + sum(samples.current),
  };
};

const driftOf = (...columns: ColumnDrift[]): DriftProfile => ({
  rows: rowsOf(columns[0] as ColumnDrift),
  columns,
  joint: null,
  embeddings: [],
  reference: null,
  performance: null,
});

const scored = (rows: number, shift = 0): Row[] =>
  Array.from({ length: rows }, (_, row) => {
    const score = ((row * 37) % 100) / 100;
    return {
      label: (row * 61) % 100 < 100 * score - shift,
      prediction: score >= 0.5,
      score,
      groups: {},
    };
  });

const decided = (drift: DriftProfile, checks: unknown[], rest: Record<string, unknown> = {}) => {
  const policy = policySchema.parse({
    version: 1,
    model: 'test',
    task: 'binary-classification',
    data: { evaluation: 'current.parquet', reference: 'reference.parquet' },
    columns: { label: 'outcome', favorable: 'yes', score: 'risk' },
    checks,
    ...rest,
  });
  return evaluate({
    policy,
    profile: profileOf(scored(60), []),
    drift,
    subject: {
      model: 'test',
      version: null,
      champion: null,
      datasets: { evaluation: digestOfBytes('a'), reference: digestOfBytes('b') },
      policy: policyDigest(policy),
    },
  });
};
/** One check by itself: thousands of them are simulated. */
const only = (
  drift: DriftProfile,
  check: unknown,
  { drift: more = {} }: { drift?: object } = {},
): Check =>
  decideCheck(policyCheckSchema.parse(check), {
    profile: profileOfRows(drift.rows.current),
    hasChampion: false,
    drift,
    driftPolicy: driftSchema.parse(more),
  });
const profiles = new Map<number, Profile>();
const profileOfRows = (rows: number): Profile => {
  const known = profiles.get(rows) ?? profileOf(scored(Math.min(rows, 1000)), []);
  profiles.set(rows, known);
  return known;
};
const measureOf = (drift: DriftProfile, metric: DriftMetricName, column?: string): Measure =>
  only(drift, {
    metric,
    ...(column === undefined ? {} : { column }),
    at_most: metricDefinition(metric).highest === Infinity ? 1e9 : 1,
  }).measure as Measure;

const normal = (random: Random, shift = 0): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()) + shift;
const normals = (n: number, random: Random, shift = 0): number[] =>
  Array.from({ length: n }, () => normal(random, shift));

describe('the default check of drift', () => {
  const limit = { metric: 'drift_distance', at_most: 0.1 };

  it.each([
    [50, 50],
    [100, 1000],
    [1000, 1000],
    [5000, 500],
  ])('rarely fails without drift: 20 columns, %i against %i rows', (n, m) => {
    const random = seededRandom([n, m]);
    let alarms = 0;
    const rounds = n + m < 1500 ? 40 : 12;
    for (let round = 0; round < rounds; round += 1) {
      const columns = Array.from({ length: 20 }, (_, index) => {
        if (index % 2 === 0) return numeric(`n${index}`, normals(n, random), normals(m, random));
        const drawn = (rows: number) => {
          const counts = drawMultinomial(rows, index === 1 ? [1, 1] : [5, 3, 1, 1], random);
          return Object.fromEntries(counts.map((count, place) => [`c${place}`, count]));
        };
        return categorical(`c${index}`, drawn(n), drawn(m));
      });
      if (only(driftOf(...columns), limit).outcome === 'fail') alarms += 1;
    }
    expect(alarms / rounds).toBeLessThanOrEqual(0.05);
  });

  it.each([100, 1000, 10_000])(
    'fails at the limit itself within its level, whatever the size: %i rows',
    (rows) => {
      // Two categories that differ by exactly the limit: the hardest case that must pass.
      const random = seededRandom([3, rows]);
      let alarms = 0;
      const rounds = 2000;
      const drawn = (p: number): Record<string, number> => {
        const yes = drawBinomial(rows, p, random);
        return { yes, no: rows - yes };
      };
      for (let round = 0; round < rounds; round += 1) {
        const column = categorical('c', drawn(0.4), drawn(0.5));
        if (only(driftOf(column), limit).outcome === 'fail') alarms += 1;
      }
      expect(alarms / rounds).toBeLessThanOrEqual(0.05);
    },
  );

  it('sees a shift of one standard deviation in one of 20 columns', () => {
    const random = seededRandom([5]);
    for (let round = 0; round < 20; round += 1) {
      const columns = Array.from({ length: 20 }, (_, index) =>
        numeric(`n${index}`, normals(300, random), normals(300, random, index === 7 ? 1 : 0)),
      );
      const check = only(driftOf(...columns), limit);
      expect([check.outcome, check.measure?.column]).toEqual(['fail', 'n7']);
      expect(check.reason).toMatch(
        /^The drift distance of n7 is .*, the worst of 20 columns, above/,
      );
      expect(check.measure?.interval?.level).toBeCloseTo(1 - 0.05 / 20, 12);
    }
  });

  it('does not fail for what may be chance, and says so; the estimate would', () => {
    const column = categorical('c', { a: 15, b: 15 }, { a: 21, b: 9 });
    const check = only(driftOf(column), limit);
    expect(check.outcome).toBe('pass');
    expect(check.reason).toContain('that may be chance');
    expect(only(driftOf(column), { ...limit, holds: 'estimate' }).outcome).toBe('fail');
    expect(only(driftOf(column), { ...limit, holds: 'interval' }).outcome).toBe('fail');
  });
});

describe('columns that are counted in bins', () => {
  const binned = (column: NumericDrift, width: number): NumericDrift => {
    const { values, reference, current } = column.samples;
    const upper: number[] = [];
    const counts = { reference: [] as number[], current: [] as number[] };
    values.forEach((value, index) => {
      if (index % width === 0) {
        upper.push(value);
        counts.reference.push(0);
        counts.current.push(0);
      }
      upper[upper.length - 1] = value;
      counts.reference[upper.length - 1]! += reference[index] as number;
      counts.current[upper.length - 1]! += current[index] as number;
    });
    return {
      ...column,
      samples: {
        values: Float64Array.from(upper),
        reference: Float64Array.from(counts.reference),
        current: Float64Array.from(counts.current),
      },
      bins: { upper: Float64Array.from(upper), single: new Uint8Array(upper.length) },
    };
  };

  it('have an interval that holds the one of all rows, and fail only where that would', () => {
    const random = seededRandom([41]);
    const differing = new Set<string>();
    for (let round = 0; round < 150; round += 1) {
      const shift = random();
      const exact = numeric('x', normals(120, random), normals(90, random, shift), {
        reference: round % 7,
        current: round % 5,
      });
      const coarse = binned(exact, 2 + (round % 30));
      const [all, few] = [exact, coarse].map((column) =>
        measureOf(driftOf(column), 'drift_distance'),
      );
      const within = few!.errorBound ?? 0;
      expect(all!.value).toBeGreaterThanOrEqual((few!.value as number) - 1e-12);
      expect(all!.value).toBeLessThanOrEqual((few!.value as number) + within + 1e-12);
      expect(few!.interval!.lower).toBeLessThanOrEqual(all!.interval!.lower + 1e-12);
      expect(few!.interval!.upper).toBeGreaterThanOrEqual(all!.interval!.upper - 1e-12);
      const outcome = (column: ColumnDrift, limit: object): string =>
        only(driftOf(column), { metric: 'drift_distance', ...limit }).outcome;
      for (const limit of [{ at_most: 0.1 }, { at_least: 0.3 }]) {
        const [ofAll, ofFew] = [outcome(exact, limit), outcome(coarse, limit)];
        // What isn't shown of all rows must not seem shown of bins.
        if (ofAll === 'pass') expect(ofFew).toBe('pass');
        differing.add(`${ofAll} ${ofFew}`);
        // And what has to be proven is proven of bins only when it is of all rows.
        const proof = { ...limit, holds: 'interval' };
        if (outcome(coarse, proof) === 'pass') expect(outcome(exact, proof)).toBe('pass');
      }
    }
    expect([...differing].sort()).toEqual(['fail fail', 'fail pass', 'pass pass']);
  });
});

describe('missing values and new categories', () => {
  it('are drift, though the values that are left are alike', () => {
    const values = Array.from({ length: 100 }, (_, row) => row);
    const holes = numeric(
      'n',
      values,
      values.filter((row) => row % 2 === 0),
      {
        reference: 0,
        current: 50,
      },
    );
    expect(measureOf(driftOf(holes), 'drift_distance').value).toBeCloseTo(0.5, 12);
    expect(measureOf(driftOf(holes), 'null_rate_increase').value).toBeCloseTo(0.5, 12);
    expect(measureOf(driftOf(holes), 'kolmogorov_smirnov_p_value').value).toBeCloseTo(1, 6);
    const codes = categorical(
      'c',
      { a: 50, b: 50 },
      { a: 25, b: 25 },
      { reference: 0, current: 50 },
    );
    expect(measureOf(driftOf(codes), 'drift_distance').value).toBeCloseTo(0.5, 12);
    expect(measureOf(driftOf(codes), 'total_variation_distance').value).toBe(0);
  });

  it('are counted as shares of the rows with a value', () => {
    const column = categorical(
      'c',
      { a: 60, b: 40 },
      { a: 40, x: 30, y: 10 },
      { reference: 0, current: 20 },
    );
    const share = measureOf(driftOf(column), 'new_category_share');
    expect([share.value, share.n, share.interval?.method]).toEqual([0.5, 180, 'wilson']);
  });
});

describe('columns of which little can be said', () => {
  it('have p = 1 when all rows of both tables are of one value, and a method that says so', () => {
    const same = Array.from({ length: 30 }, () => 7);
    const tests = driftMetricNames.filter((name) => /^(?!embedding).*_p_value$/.test(name));
    for (const metric of tests) {
      const isNumeric = metricDefinition(metric).drift === 'numeric';
      const drift = driftOf(
        // Of unequal sizes, of which the test of Cramér and von Mises has p = 0.013.
        isNumeric ? numeric('x', same.slice(10), same) : categorical('x', { a: 20 }, { a: 30 }),
      );
      expect(measureOf(drift, metric, 'x')).toMatchObject({ state: 'ok', value: 1 });
    }
  });

  it('are undefined or insufficient, with the reason, and never a pass', () => {
    const empty = numeric('x', [], [], { reference: 30, current: 30 });
    expect(measureOf(driftOf(empty), 'drift_distance').value).toBe(0);
    expect(measureOf(driftOf(empty), 'wasserstein_distance')).toMatchObject({
      state: 'undefined',
      reason: expect.stringContaining('no reference row with a value'),
    });
    const few = numeric('x', [1, 2, 3], [1, 2, 3]);
    expect(only(driftOf(few), { metric: 'drift_distance', at_most: 1 })).toMatchObject({
      outcome: 'fail',
      measure: { state: 'insufficient' },
    });
    const values = Array.from({ length: 40 }, (_, row) => row);
    const three = categorical('c', { a: 10, b: 20, c: 10 }, { a: 20, b: 10, c: 10 });
    const both = driftOf(numeric('x', values, values), three);
    for (const [metric, column, reason] of [
      ['z_test_p_value', 'c', 'the column has 3'],
      ['chi_square_p_value', 'x', 'drift.categorical'],
      ['wasserstein_distance', 'c', 'holds categories'],
    ] as const)
      expect(measureOf(both, metric, column)).toMatchObject({
        state: 'undefined',
        reason: expect.stringContaining(reason),
      });
    expect(measureOf(driftOf(three), 'energy_distance')).toMatchObject({
      state: 'undefined',
      reason: 'there is no column that it is defined on',
    });
    const infinite = driftOf(numeric('x', [...values, Infinity], values));
    expect(measureOf(infinite, 'wasserstein_distance').reason).toBe('a value is infinite');
    expect(measureOf(infinite, 'drift_distance').state).toBe('ok');
  });
});

describe('p-values of several columns', () => {
  it('are those of Holm', () => {
    const column = (name: string, a: number) =>
      categorical(name, { a: 50, b: 50 }, { a, b: 100 - a });
    const drift = driftOf(column('x', 70), column('y', 60), column('z', 51));
    const alone = ['x', 'y', 'z'].map(
      (name) => measureOf(drift, 'chi_square_p_value', name).value as number,
    );
    const check = only(drift, { metric: 'chi_square_p_value', at_least: 0.05 });
    expect(check.measure).toMatchObject({
      column: 'x',
      method: 'chi-square-homogeneity, holm of 3',
    });
    expect(check.measure?.value).toBeCloseTo(3 * (alone[0] as number), 11);
  });
});

describe('the share of columns that drift', () => {
  it('counts the columns whose drift is shown, at a level for all of them', () => {
    const values = Array.from({ length: 400 }, (_, row) => row);
    const far = values.map((value) => value + 200);
    const drift = driftOf(numeric('a', values, values), numeric('b', values, far));
    expect(measureOf(drift, 'drifted_columns_share')).toMatchObject({
      value: 0.5,
      n: 2,
      method: 'columns-by-effect',
    });
    const lenient = { drift: { threshold: 0.6 } };
    const check = only(drift, { metric: 'drifted_columns_share', at_most: 0.4 }, lenient);
    expect([check.outcome, check.measure?.value]).toEqual(['pass', 0]);
  });
});

describe('what the model makes of the reference', () => {
  const withReference = (reference: Row[]): DriftProfile => ({
    ...driftOf(
      numeric('x', normals(reference.length, seededRandom([1])), normals(1000, seededRandom([2]))),
    ),
    reference: profileOf(reference, []),
    performance: performanceOf(judgedRows(reference), judgedRows(scored(1000))),
  });
  const judgedRows = (rows: readonly Row[]): Judged[] =>
    rows.map(({ score, ...row }) => ({ ...row, score: score as number }));

  it('has no drift of labels and predictions from itself, and its own accuracy', () => {
    const drift = withReference(scored(1000));
    expect(measureOf(drift, 'label_drift').value).toBe(0);
    expect(measureOf(drift, 'prediction_drift').value).toBe(0);
    const rows = scored(1000);
    const accuracy = rows.filter(({ label, prediction }) => label === prediction).length / 1000;
    const estimated = measureOf(drift, 'estimated_accuracy');
    // Not the same: a block of equal calibrated probabilities may lie on both sides of the threshold.
    expect(Math.abs((estimated.value as number) - accuracy)).toBeLessThan(0.02);
    expect(estimated.interval?.method).toMatch(/^cbpe-/);
  });

  it('expects less where the reference had fewer favorable rows at the same scores', () => {
    const drift = withReference(scored(1000, 30));
    expect(measureOf(drift, 'label_drift').value).toBeGreaterThan(0.1);
    expect(measureOf(drift, 'estimated_accuracy').value as number).toBeLessThan(
      measureOf(withReference(scored(1000)), 'estimated_accuracy').value as number,
    );
  });

  it('is undefined when the reference was not scored', () => {
    const drift = driftOf(
      numeric('x', normals(50, seededRandom([1])), normals(50, seededRandom([2]))),
    );
    expect(measureOf(drift, 'estimated_f1')).toMatchObject({ state: 'undefined' });
  });
});

describe('a verdict with drift', () => {
  const values = Array.from({ length: 60 }, (_, row) => row);
  const drift = driftOf(numeric('x', values, values), categorical('c', { a: 60 }, { a: 60 }));

  it('is the same document each time, with each column once', () => {
    const checks = [
      { metric: 'drift_distance', at_most: 0.1 },
      { metric: 'mmd_p_value', at_least: 0.01 },
    ];
    expect(JSON.stringify(decided(drift, checks))).toBe(JSON.stringify(decided(drift, checks)));
    const listed = decided(drift, checks).measures.filter(({ column }) => column !== null);
    expect(listed.map(({ metric, column }) => `${metric} ${column}`)).toEqual([
      'drift_distance x',
      'null_rate_increase x',
      'drift_distance c',
      'null_rate_increase c',
      'new_category_share c',
    ]);
  });

  it('is refused without the drift that the policy asks for, or of other rows', () => {
    const checks = [{ metric: 'drift_distance', at_most: 0.1 }];
    const other = { ...drift, rows: { reference: 60, current: 61 } };
    expect(() => decided(other, checks)).toThrow('measured on 61 rows');
    const data = { evaluation: 'a.parquet' };
    expect(() => decided(drift, [{ metric: 'accuracy', at_least: 0 }], { data })).toThrow(
      'names no reference',
    );
  });

  it('has figures for a report, the worst columns first', () => {
    const far = driftOf(
      numeric('x', values, values),
      categorical('c', { a: 60 }, { b: 50 }, { reference: 0, current: 10 }),
    );
    const figures = driftFigures(far);
    expect(figures.columns.map(({ column }) => column)).toEqual(['c', 'x']);
    expect(figures.columns[0]?.bars).toEqual([
      { label: 'a', role: 'value', reference: 1, current: 0 },
      { label: 'b', role: 'value', reference: 0, current: 50 / 60 },
      { label: 'no value', role: 'missing', reference: 0, current: 10 / 60 },
    ]);
    const sum = (figures.columns[1]?.bars ?? []).reduce((total, bar) => total + bar.current, 0);
    expect(sum).toBeCloseTo(1, 12);
  });
});

describe('mergeDriftProfiles', () => {
  const random = seededRandom([9]);
  const part = () =>
    driftOf(
      numeric('x', normals(40, random).map(Math.round), normals(30, random).map(Math.round), {
        reference: 2,
        current: 1,
      }),
    );

  it('adds up, in any order, and gives the measures of the whole', () => {
    const parts = [part(), part(), part()];
    const merged = mergeDriftProfiles(parts);
    expect(merged).toEqual(mergeDriftProfiles(parts.toReversed()));
    expect(merged.rows).toEqual({ reference: 126, current: 93 });
    expect(rowsOf(merged.columns[0] as ColumnDrift)).toEqual(merged.rows);
  });

  it('refuses parts of other columns', () => {
    const other = driftOf(categorical('x', { a: 1 }, { a: 1 }));
    expect(() => mergeDriftProfiles([part(), other])).toThrow('differ in the column x');
    expect(() => mergeDriftProfiles([])).toThrow('no drift profiles');
  });
});
