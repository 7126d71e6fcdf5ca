import { describe, expect, it } from '@jest/globals';
import {
  driftMetricNames,
  driftSchema,
  metricDefinition,
  policyCheckSchema,
  type DriftMetricName,
  type Measure,
} from '@sluice/contracts';
import { seededRandom, twoCategorySamples, type Random, type TwoSamples } from '@sluice/statistics';
import { performanceOf } from '../../test/performance.js';
import { histogramOfCounts, scoreBin, scoreBins, scoreSums } from '../curves/score-histogram.js';
import type { BinaryProfile, Cell, Moments } from '../profile.js';
import { driftCandidates } from './drift-candidates.js';
import { driftFigures } from './drift-figures.js';
import type { DriftProfile, Sides } from './drift-profile.js';
import { effectivePerWeight } from './effective-rows.js';
import { mergeDriftProfiles } from './merge-drift-profiles.js';

interface Weighted {
  readonly age: number | null;
  readonly city: string;
  readonly kind: 'new' | 'old';
  readonly label: boolean;
  readonly score: number;
  readonly weight: number;
}
interface Tables extends Sides<readonly Weighted[]> {
  /** Whether the profile knows of weights. */
  readonly weighted: boolean;
}

const total = (rows: readonly Weighted[]): number => rows.reduce((sum, row) => sum + row.weight, 0);
const momentsOf = (rows: readonly Weighted[]): Moments => ({
  sum: total(rows),
  squares: rows.reduce((sum, { weight }) => sum + weight * weight, 0),
});
const by = <Key>(rows: readonly Weighted[], key: (row: Weighted) => Key): Map<Key, number> => {
  const sums = new Map<Key, number>();
  for (const row of rows) sums.set(key(row), (sums.get(key(row)) ?? 0) + row.weight);
  return sums;
};

const agesOf = ({ reference, current }: Tables): TwoSamples => {
  const [r, c] = [by(reference, ({ age }) => age), by(current, ({ age }) => age)];
  const known = [...r.keys(), ...c.keys()].filter((age) => age !== null);
  const values = Float64Array.from(new Set(known)).sort();
  return {
    values,
    reference: values.map((value) => r.get(value) ?? 0),
    current: values.map((value) => c.get(value) ?? 0),
  };
};

const profileOf = (rows: readonly Weighted[], weighted: boolean): BinaryProfile => {
  const positives = new Float64Array(scoreBins);
  const negatives = new Float64Array(scoreBins);
  for (const { label, score, weight } of rows)
    (label ? positives : negatives)[scoreBin(score)]! += weight;
  const cells = [true, false].flatMap((label) =>
    [true, false].map((prediction): Cell => {
      const own = rows.filter((row) => row.label === label && row.score >= 0.5 === prediction);
      return {
        label,
        prediction,
        champion: null,
        count: own.length,
        ...(weighted ? { weight: momentsOf(own) } : {}),
      };
    }),
  );
  const version = histogramOfCounts({ positives, negatives, sums: new Float64Array(scoreSums) });
  return {
    task: 'binary-classification',
    rows: rows.length,
    overall: { cells, ranking: null, scores: { version, champion: null }, losses: null },
    byColumn: [],
  };
};

const driftOf = (tables: Tables, estimates = true): DriftProfile => {
  const { reference, current, weighted } = tables;
  const judged = (rows: readonly Weighted[]) =>
    rows.map((row) => ({ ...row, prediction: row.score >= 0.5 }));
  const without = (rows: readonly Weighted[]): number =>
    total(rows.filter(({ age }) => age === null));
  const none = { reference: 0, current: 0 };
  return {
    rows: { reference: reference.length, current: current.length },
    ...(weighted
      ? { weights: { reference: momentsOf(reference), current: momentsOf(current) } }
      : {}),
    columns: [
      {
        column: 'age',
        kind: 'numeric',
        integers: true,
        missing: { reference: without(reference), current: without(current) },
        samples: agesOf(tables),
        bins: null,
      },
      ...(['city', 'kind'] as const).map((column) => ({
        column,
        kind: 'categorical' as const,
        missing: none,
        samples: twoCategorySamples(
          by<string>(reference, (row) => row[column]),
          by<string>(current, (row) => row[column]),
        ),
      })),
    ],
    joint: null,
    embeddings: [],
    reference: profileOf(reference, weighted),
    performance: estimates ? performanceOf(judged(reference), judged(current), 40) : null,
  };
};

const measuresOf = (
  metric: DriftMetricName,
  tables: Tables,
  drift = driftOf(tables),
  profile = profileOf(tables.current, tables.weighted),
): Measure[] => {
  const columns = metric.startsWith('z_test') ? { column: 'kind' } : {};
  const check = policyCheckSchema.parse({ metric, at_most: 1, ...columns });
  return driftCandidates(check as Parameters<typeof driftCandidates>[0], {
    profile,
    drift,
    driftPolicy: driftSchema.parse({}),
  });
};

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const scores = Array.from({ length: 40 }, (_, index) => (index + 0.5) / 40);
/** Scores that a calibration makes better. */
const chanceOf = (score: number): number => score ** 3;

/** @param moved how many years the current rows are older */
const draw = (count: number, random: Random, weight: () => number, moved = 0): Weighted[] =>
  Array.from({ length: count }, () => {
    const score = scores[Math.floor(random() * scores.length)] as number;
    return {
      age: random() < 0.1 ? null : 20 + Math.floor(15 * random()) + moved,
      city: 'abcde'.charAt(Math.floor(5 * random() ** 1.5)),
      kind: random() < 0.3 ? 'new' : 'old',
      score,
      label: random() < chanceOf(score),
      weight: weight(),
    };
  });

const metrics = driftMetricNames.filter(
  (metric) => metricDefinition(metric).unweightedInstead === undefined,
);
const random = seededRandom([71]);
const plain = {
  reference: draw(400, random, () => 1),
  current: draw(300, random, () => 1, 2),
};
const mapped = (rows: readonly Weighted[], weight: (row: Weighted, index: number) => number) =>
  rows.map((row, index) => ({ ...row, weight: weight(row, index) }));
const twice = {
  reference: mapped(plain.reference, (_, index) => 1 + (index % 3)),
  current: mapped(plain.current, (_, index) => 1 + (index % 4)),
};

describe('drift of rows that have weights', () => {
  it.each(metrics)('%s is that of rows, to the byte, when all weigh 1', (metric) => {
    const weighted = measuresOf(metric, { ...plain, weighted: true });
    expect(JSON.stringify(weighted)).toBe(
      JSON.stringify(measuresOf(metric, { ...plain, weighted: false })),
    );
    expect(weighted.some(({ value }) => value !== null)).toBe(true);
  });

  it.each(metrics)('%s depends on no unit of weight, in either table', (metric) => {
    const before = measuresOf(metric, { ...twice, weighted: true });
    const after = measuresOf(metric, {
      reference: mapped(twice.reference, ({ weight }) => weight * 3.7),
      current: mapped(twice.current, ({ weight }) => weight * 0.0123),
      weighted: true,
    });
    const figures = ({ value, interval, n }: Measure): number[] =>
      [value, interval?.lower, interval?.upper, n].filter((each) => typeof each === 'number');
    const expected = before.flatMap(figures);
    expect(after.flatMap(figures)).toHaveLength(expected.length);
    after
      .flatMap(figures)
      .forEach((figure, index) => expect(figure).toBeCloseTo(expected[index] as number, 10));
  });

  it.each(
    metrics.filter((metric) => !metric.endsWith('_p_value') && !metric.startsWith('drifted')),
  )(
    '%s has the value of rows that stand there as often as they weigh, and is less sure of it',
    (metric) => {
      const repeat = (rows: readonly Weighted[]): Weighted[] =>
        rows.flatMap((row) => Array.from({ length: row.weight }, () => ({ ...row, weight: 1 })));
      const weighted = measuresOf(metric, { ...twice, weighted: true });
      const repeated = measuresOf(metric, {
        reference: repeat(twice.reference),
        current: repeat(twice.current),
        weighted: false,
      });
      weighted.forEach(({ value, interval }, index) => {
        const same = repeated[index] as Measure;
        expect(value).toBeCloseTo(same.value as number, 10);
        if (interval === null || same.interval === null) return;
        const width = interval.upper - interval.lower;
        expect(width).toBeGreaterThanOrEqual(same.interval.upper - same.interval.lower);
      });
    },
  );

  it('rests on the effective number of rows', () => {
    const [distance] = measuresOf('drift_distance', { ...twice, weighted: true });
    // n = (Σ w)² / Σ w², of weights 1, 2, 3 in turn and 1, 2, 3, 4 in turn.
    const n = 799 ** 2 / 1863 + 750 ** 2 / 2250;
    expect(momentsOf(twice.reference)).toEqual({ sum: 799, squares: 1863 });
    expect(distance?.n).toBe(Math.floor(n));
    const heavy = mapped(plain.current, (_, index) => (index === 0 ? 1e6 : 1));
    const [few] = measuresOf('drift_distance', { ...plain, current: heavy, weighted: true });
    expect(few).toMatchObject({
      state: 'insufficient',
      reason: '1 current row, by the effective number of weighted rows; at least 20 are needed',
    });
    expect(effectivePerWeight({ sum: 0, squares: 0 })).toBe(0);
  });

  it('is drawn in shares of the weight', () => {
    const { rows, columns } = driftFigures(driftOf({ ...twice, weighted: true }));
    expect(rows).toEqual({ reference: 400, current: 300 });
    for (const { bars } of columns)
      expect(bars.reduce((sum, { reference }) => sum + reference, 0)).toBeCloseTo(1, 12);
  });

  it('adds up from parts, which all have weights or none', () => {
    const part = (from: number, to: number, weighted = true) =>
      driftOf(
        {
          reference: twice.reference.slice(from, to),
          current: twice.current.slice(from, to),
          weighted,
        },
        false,
      );
    const merged = mergeDriftProfiles([part(0, 150), part(150, 400)]);
    const whole = part(0, 400);
    expect(merged.weights).toEqual(whole.weights);
    expect(merged.columns).toEqual(whole.columns);
    expect(() => mergeDriftProfiles([part(0, 150), part(150, 400, false)])).toThrow(/weights/);
  });
});

describe('without drift, a check of rows with random weights fails no more often than it says', () => {
  const rounds = 150;
  /** Of such weights, 400 rows are worth some 150. */
  const uneven = (draws: Random) => () => Math.exp(normal(draws));
  const cases: readonly { readonly metric: DriftMetricName; readonly level: number }[] = [
    { metric: 'drift_distance', level: 0.05 },
    { metric: 'total_variation_distance', level: 0.05 },
    { metric: 'null_rate_increase', level: 0.025 },
    { metric: 'prediction_drift', level: 0.05 },
    { metric: 'label_drift', level: 0.05 },
    { metric: 'kolmogorov_smirnov_p_value', level: 0.05 },
    { metric: 'chi_square_p_value', level: 0.05 },
    { metric: 'g_test_p_value', level: 0.05 },
    { metric: 'z_test_p_value', level: 0.05 },
  ];
  const right = (score: number): number => (score >= 0.5 ? chanceOf(score) : 1 - chanceOf(score));
  const truth = scores.reduce((sum, score) => sum + right(score), 0) / scores.length;
  const alarms = new Map<DriftMetricName, number>();
  /** How often the estimated accuracy is as far from the truth as its interval says that it may be. */
  let missed = 0;

  it('draws tables of one population', () => {
    const draws = seededRandom([72]);
    for (let round = 0; round < rounds; round += 1) {
      const tables = {
        reference: draw(400, draws, uneven(draws)),
        current: draw(300, draws, uneven(draws)),
        weighted: true,
      };
      const drift = driftOf(tables);
      const profile = profileOf(tables.current, true);
      for (const { metric } of cases) {
        const measures = measuresOf(metric, tables, drift, profile);
        expect(measures.every(({ state }) => state === 'ok')).toBe(true);
        const fails = measures.some(({ value, interval }) =>
          metric.endsWith('_p_value') ? (value as number) < 0.05 : (interval?.lower as number) > 0,
        );
        if (fails) alarms.set(metric, (alarms.get(metric) ?? 0) + 1);
      }
      const [accuracy] = measuresOf('estimated_accuracy', tables, drift, profile);
      const { lower, upper } = accuracy?.interval ?? { lower: NaN, upper: NaN };
      if (!(lower <= truth && truth <= upper)) missed += 1;
    }
  }, 60_000);

  const most = (level: number): number => level + 2 * Math.sqrt((level * (1 - level)) / rounds);

  it.each(cases)('$metric', ({ metric, level }) => {
    expect((alarms.get(metric) ?? 0) / rounds).toBeLessThanOrEqual(most(level));
  });

  it('estimated_accuracy', () => {
    expect(missed / rounds).toBeLessThanOrEqual(most(0.05));
  });
});
