import { describe, expect, it } from '@jest/globals';
import { delong } from '../delong.js';
import { seededRandom, type Random } from '../random.js';
import { componentCovariance, mergePairedScores, type PairedScores } from './paired-scores.js';
import { rankBounds, type Bounds } from './rank-bounds.js';
import { areSingleScores, mergeScoreRuns, type ScoreRuns } from './score-runs.js';

interface Row {
  readonly score: number;
  readonly label: boolean;
  readonly weight: number;
}
const shares = [0.05, 0.2, 0.5, 0.9];

/** Scores with some ties; `shift` moves them, as between tables of different times. */
const draw = (random: Random, rows: number, shift = 0, weighted = false): Row[] =>
  Array.from({ length: rows }, () => {
    const label = random() < 0.4;
    const score = Math.floor((random() + (label ? 0.3 : 0) + shift) * 997) / 997;
    return { label, score, weight: weighted ? 1 + Math.floor(4 * random()) : 1 };
  });

const sum = (rows: readonly Row[]): number => rows.reduce((all, { weight }) => all + weight, 0);

/** Each figure by its definition, over all rows. */
const plain = (rows: readonly Row[]) => {
  const [up, down] = [rows.filter(({ label }) => label), rows.filter(({ label }) => !label)];
  const from = (some: readonly Row[], score: number): number =>
    sum(some.filter((row) => row.score >= score));
  const wins = up.reduce(
    (all, { score, weight }) =>
      all +
      weight *
        down.reduce(
          (won, other) => won + (other.weight * (Math.sign(score - other.score) + 1)) / 2,
          0,
        ),
    0,
  );
  const scores = [...new Set(rows.map(({ score }) => score))].sort((a, b) => b - a);
  const gain = (share: number): number => {
    const wanted = share * sum(rows);
    const edge = scores.find((score) => from(rows, score) >= wanted - 1e-9) as number;
    const tied = rows.filter(({ score }) => score === edge);
    const before = from(rows, edge) - sum(tied);
    const part = (wanted - before) / sum(tied);
    const own = sum(tied.filter(({ label }) => label));
    return (from(up, edge) - own + part * own) / sum(up);
  };
  return {
    auc: wins / sum(up) / sum(down),
    averagePrecision:
      up.reduce(
        (all, { score, weight }) => all + (weight * from(up, score)) / from(rows, score),
        0,
      ) / sum(up),
    distance: Math.max(
      ...scores.map((score) => Math.abs(from(up, score) / sum(up) - from(down, score) / sum(down))),
    ),
    gains: shares.map(gain),
  };
};

const runsOf = (rows: readonly Row[], most = 1e6): ScoreRuns =>
  mergeScoreRuns(
    [
      {
        low: rows.map(({ score }) => score),
        high: rows.map(({ score }) => score),
        positives: rows.map(({ label, weight }) => (label ? weight : 0)),
        negatives: rows.map(({ label, weight }) => (label ? 0 : weight)),
      },
    ],
    most,
  );

const each = (rows: readonly Row[], runs: ScoreRuns): [figure: number, bounds: Bounds][] => {
  const [figures, bounds] = [plain(rows), rankBounds(runs, shares)];
  return [
    [figures.auc, bounds.auc],
    [figures.averagePrecision, bounds.averagePrecision],
    [figures.distance, bounds.distance],
    ...figures.gains.map((gain, at): [number, Bounds] => [gain, bounds.gains[at] as Bounds]),
  ];
};

const expectWithin = (rows: readonly Row[], runs: ScoreRuns, width: number): void => {
  for (const [figure, { lower, upper }] of each(rows, runs)) {
    expect(figure).toBeGreaterThanOrEqual(lower - 1e-12);
    expect(figure).toBeLessThanOrEqual(upper + 1e-12);
    expect(upper - lower).toBeLessThanOrEqual(width);
  }
};

describe('runs of scores', () => {
  it.each([false, true])('that are single scores tell all figures exactly (weighted: %s)', (w) => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const rows = draw(seededRandom([seed]), 20 * seed, 0, w);
      const runs = runsOf(rows);
      expect(areSingleScores(runs)).toBe(true);
      expectWithin(rows, runs, 1e-15);
    }
  });

  it('have DeLong’s variances when they are single scores', () => {
    const rows = draw(seededRandom([3]), 150);
    const of = (label: boolean): Float64Array =>
      Float64Array.from(
        rows.filter((row) => row.label === label),
        ({ score }) => score,
      );
    const { first } = delong({ positives: of(true), negatives: of(false) });
    const { tied } = rankBounds(runsOf(rows), []);
    expect(tied.auc).toBeCloseTo(first.auc as number, 14);
    expect(tied.variance.positive).toBeCloseTo(first.variance.positive as number, 14);
    expect(tied.variance.negative).toBeCloseTo(first.variance.negative as number, 14);
  });

  it('bound all figures however few they are', () => {
    for (const most of [5, 8, 20, 100])
      for (let seed = 1; seed <= 15; seed += 1) {
        const rows = draw(seededRandom([seed, most]), 200, 0, seed % 2 === 0);
        const runs = runsOf(rows, most);
        expect(runs.low.length).toBeLessThanOrEqual(most);
        expectWithin(rows, runs, 1);
      }
  });

  it('of many rows bound them closely, merged in any order', () => {
    const random = seededRandom([8]);
    const parts = [0, 0.2, -0.1].map((shift) => draw(random, 700, shift));
    const rows = parts.flat();
    const sketches = parts.map((part) => runsOf(part, 201));
    const merged = mergeScoreRuns(sketches, 401);
    expect(merged.low.length).toBeGreaterThan(100);
    expect(merged.low.length).toBeLessThanOrEqual(401);
    expect(merged).toEqual(mergeScoreRuns(sketches.toReversed(), 401));
    expectWithin(rows, merged, 0.1);
  });

  it('merge to those of the whole while nothing is joined', () => {
    const random = seededRandom([9]);
    const parts = [draw(random, 90), draw(random, 40), draw(random, 0)];
    const merged = mergeScoreRuns(
      parts.map((part) => runsOf(part)),
      1e6,
    );
    expect(merged).toEqual(runsOf(parts.flat()));
  });

  it('have bounds that some rows attain', () => {
    // One run of three positives and two negatives, between rows that are known.
    const runs: ScoreRuns = {
      low: [1, 2, 4],
      high: [1, 3, 4],
      positives: [1, 3, 1],
      negatives: [1, 2, 1],
    };
    const rest = [1, 4].flatMap((score) =>
      [true, false].map((label) => ({ score, label, weight: 1 })),
    );
    const placed = (up: readonly number[], down: readonly number[]): Row[] => [
      ...rest,
      ...up.map((score) => ({ score, label: true, weight: 1 })),
      ...down.map((score) => ({ score, label: false, weight: 1 })),
    ];
    const [best, worst] = [placed([3, 3, 3], [2, 2]), placed([2, 2.1, 2.2], [3, 3])].map(plain);
    const { auc, averagePrecision, gains } = rankBounds(runs, shares);
    expect(auc.upper).toBeCloseTo(best?.auc as number, 14);
    expect(auc.lower).toBeCloseTo(worst?.auc as number, 14);
    expect(averagePrecision.upper).toBeCloseTo(best?.averagePrecision as number, 14);
    // The sum over three positives is no smaller than its integral.
    expect(averagePrecision.lower).toBeLessThanOrEqual(worst?.averagePrecision as number);
    expect(averagePrecision.lower).toBeGreaterThan((worst?.averagePrecision as number) - 0.1);
    gains.forEach(({ lower, upper }, at) => {
      expect(upper).toBeCloseTo(best?.gains[at] as number, 14);
      expect(lower).toBeCloseTo(worst?.gains[at] as number, 14);
    });
  });

  it('keep what rests on a heavy score alone', () => {
    const rows = [
      ...draw(seededRandom([4]), 300),
      ...Array.from({ length: 600 }, (_, row) => ({ score: 0.5, label: row % 2 === 0, weight: 1 })),
    ];
    const runs = runsOf(rows, 21);
    expect(runs.low.some((low, run) => low === 0.5 && runs.high[run] === 0.5)).toBe(true);
    expectWithin(rows, runs, 0.25);
  });

  it('are refused where they make no sense', () => {
    const runs = { low: [1], high: [1], positives: [1], negatives: [] };
    expect(() => mergeScoreRuns([runs], 10)).toThrow('of one length');
    expect(() => mergeScoreRuns([], 4)).toThrow('5 or more');
    expect(() => rankBounds({ ...runs, negatives: [0] }, [])).toThrow('rows of both');
  });
});

describe('paired scores', () => {
  const random = seededRandom([11]);
  const rows = Array.from({ length: 120 }, () => ({
    first: Math.floor(8 * random()),
    second: Math.floor(6 * random()),
    label: random() < 0.5,
  }));
  const pairsOf = (some: typeof rows): PairedScores => ({
    first: some.map(({ first }) => first),
    second: some.map(({ second }) => second),
    positives: some.map(({ label }) => Number(label)),
    negatives: some.map(({ label }) => Number(!label)),
  });

  it('have DeLong’s covariance, merged or not', () => {
    const of = (whose: 'first' | 'second') => {
      const scored = (label: boolean): Float64Array =>
        Float64Array.from(
          rows.filter((row) => row.label === label),
          (row) => row[whose],
        );
      return { positives: scored(true), negatives: scored(false) };
    };
    const { covariance, positives, negatives } = delong(of('first'), of('second'));
    const merged = mergePairedScores([pairsOf(rows.slice(0, 50)), pairsOf(rows.slice(50))], 48);
    const found = componentCovariance(merged as PairedScores, { positives, negatives });
    expect(found.positive).toBeCloseTo(covariance?.positive as number, 14);
    expect(found.negative).toBeCloseTo(covariance?.negative as number, 14);
    expect(merged).toEqual(mergePairedScores([pairsOf(rows)], 48));
  });

  it('are none when there are too many', () => {
    expect(mergePairedScores([pairsOf(rows)], 10)).toBeNull();
  });

  it('have no covariance over one row', () => {
    const pairs = { first: [1, 2], second: [1, 2], positives: [1, 0], negatives: [0, 1] };
    expect(componentCovariance(pairs, { positives: 1, negatives: 1 })).toEqual({
      positive: null,
      negative: null,
    });
  });
});
