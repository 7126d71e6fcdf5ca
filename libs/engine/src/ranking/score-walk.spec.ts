import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { scoreBins, scoreSums } from '@sluice/evaluation/scores';
import type { ExpectedRows } from './bucketed-rows.js';
import { exactSum } from './exact-sums.js';
import { cellSum, sumsPerCell } from './score-charges.js';
import { walkOver, type WalkPlan, type WalkResult } from './score-walk.js';
import { rowBuffer } from './row-buffer.js';
import { RowTaker } from './taken-rows.js';
import { sliceSum, sumsPerSlice } from './slice-ranks.js';

interface Sample {
  readonly scores: Float64Array;
  /** 2 · combination + label. */
  readonly cells: Uint16Array;
}

/** All rows and one of two groups, which the combination of a row tells. */
const panels = [
  [
    [0, 1],
    [0, 2],
  ],
];
const slices = 3;
/** Beyond a carry of ranks. */
const rows = 80_000;

const sampleOf = (scoreOf: (row: number, random: () => number) => number): Sample => {
  const random = seededRandom([rows]);
  const scores = new Float64Array(rows);
  const cells = new Uint16Array(rows);
  for (let row = 0; row < rows; row += 1) {
    scores[row] = scoreOf(row, random);
    cells[row] = 2 * Number(random() < 0.3) + Number(random() < (scores[row] as number));
  }
  return { scores, cells };
};

type Expected = Omit<ExpectedRows, 'limits'> & { readonly limits?: readonly number[] };
const usual: Expected = { count: rows / 4, lowest: 0.1, highest: 0.9 };
const buckets = 16;

const walked = (
  { scores, cells }: Sample,
  plan: WalkPlan,
  most = 30_000,
  { count, lowest, highest, limits }: Expected = usual,
): WalkResult => {
  const inner = [-Infinity, ...(limits ?? []), Infinity];
  const shape = { rows: most, codes: 1, weighted: false };
  const task = {
    panels: [{ columns: [0], sizes: [2] }],
    shape,
    expected: { count, lowest, highest, limits: inner },
    buckets,
    predictsAtHalf: false,
    sizes: null,
  };
  const takers = [0, 1].map(() => new RowTaker(task));
  for (let from = 0; from < rows; from += most) {
    const own = Math.min(most, rows - from);
    const buffer = rowBuffer(shape);
    buffer.scores.set(scores.subarray(from, from + own));
    buffer.codes[0]?.set(cells.subarray(from, from + own).map((cell) => cell >> 1));
    buffer.marks.set(cells.subarray(from, from + own).map((cell) => cell & 1));
    takers[(from / most) % 2]?.take(buffer.shared, own);
  }
  const names = Uint16Array.of(0, 1, 2, 3);
  const parts = takers.map((taker) => taker.taken().rows);
  const ordered = { parts, cells: [[names], [names]] };
  return walkOver({ ...ordered, from: 0, to: (inner.length - 1) * buckets }, plan);
};

const planOf = ({ cells }: Sample): WalkPlan => {
  const totals = new Float64Array(2 * slices);
  for (const cell of cells)
    for (const slice of panels[0]?.[cell >> 1] as number[])
      totals[2 * slice + (cell & 1)] = (totals[2 * slice + (cell & 1)] as number) + 1;
  return { panels, slices, totals, below: new Float64Array(2 * slices) };
};

/** Ties go to the even one. */
const nearest = (value: number): bigint => {
  const below = Math.floor(value);
  const rest = value - below;
  return BigInt(below + Number(rest > 0.5 || (rest === 0.5 && below % 2 === 1)));
};

/** The sums of ranks of one slice by their definition, in integers of any size. */
const ranksOf = ({ scores, cells }: Sample, slice: number) => {
  const own = Array.from(scores, (score, row) => ({ score, cell: cells[row] as number }))
    .filter(({ cell }) => panels[0]?.[cell >> 1]?.includes(slice))
    .sort((a, b) => a.score - b.score);
  const positive = own.filter(({ cell }) => cell & 1).length;
  const sums = { p1: 0n, p2: 0n, n1: 0n, n2: 0n, precision: 0n };
  let farthest = { distance: -1, score: NaN };
  let [positives, negatives] = [0, 0];
  for (let start = 0; start < own.length;) {
    const { score } = own[start] as (typeof own)[number];
    let end = start;
    let ones = 0;
    for (; own[end]?.score === score; end += 1) ones += (own[end]?.cell ?? 0) & 1;
    const zeros = end - start - ones;
    const wins = BigInt(2 * negatives + zeros);
    const losses = BigInt(2 * (positive - positives) - ones);
    const [pa, na] = [positive - positives, own.length - positive - negatives];
    sums.p1 += BigInt(ones) * wins;
    sums.p2 += BigInt(ones) * wins * wins;
    sums.n1 += BigInt(zeros) * losses;
    sums.n2 += BigInt(zeros) * losses * losses;
    sums.precision += BigInt(ones) * nearest((pa / (pa + na)) * 2 ** 44);
    const distance = Math.abs(pa / positive - na / (own.length - positive));
    if (distance >= farthest.distance) farthest = { distance, score };
    positives += ones;
    negatives += zeros;
    start = end;
  }
  return { sums, farthest };
};

describe('a walk over rows that count 1', () => {
  it.each([
    ['all different scores', (_row: number, random: () => number) => random()],
    [
      'a few rows of each score',
      (_row: number, random: () => number) => Math.floor(random() * 2e4) / 2e4,
    ],
    ['few scores', (_row: number, random: () => number) => Math.floor(random() * 4) / 4],
    [
      'more rows of one score than are carried at once',
      (row: number, random: () => number) => (row % 10 ? 0.5 : random()),
    ],
    ['most scores at one end', (_row: number, random: () => number) => random() ** 40],
  ])('has the sums of the definition, with %s', (_what, scoreOf) => {
    const sample = sampleOf(scoreOf);
    const { slices: sums, distance, distanceAt } = walked(sample, planOf(sample));
    for (let slice = 0; slice < slices; slice += 1) {
      const expected = ranksOf(sample, slice);
      const sum = (at: number): bigint => exactSum([sums], slice * sumsPerSlice + at);
      expect({
        p1: sum(sliceSum.p1),
        p2: sum(sliceSum.p2),
        n1: sum(sliceSum.n1),
        n2: sum(sliceSum.n2),
        precision: sum(sliceSum.precision),
      }).toEqual(expected.sums);
      expect(distance[slice]).toBe(expected.farthest.distance);
      expect(distanceAt[slice]).toBe(expected.farthest.score);
    }
  });

  it.each([
    { count: 1, lowest: 0.5, highest: 0.5 },
    { count: 10 * rows, lowest: 0.5, highest: 0.5 + 2 ** -50 },
    { count: rows, lowest: 2, highest: 3 },
    { count: rows, lowest: 0.2, highest: 0.7, limits: [0.1, 0.6, 0.75] },
  ])('finds the same, whatever rows were expected: %j', (expected) => {
    const sample = sampleOf((_row, random) => random());
    const plan = planOf(sample);
    expect(walked(sample, plan, 1000, expected)).toEqual(walked(sample, plan));
  });

  it('charges each row to its cell, in units that are added up exactly', () => {
    const sample = sampleOf((_row, random) => random());
    const { panels: found } = walked(sample, planOf(sample), 1000);
    const { sums, bins } = found[0] as WalkResult['panels'][number];
    const units = (value: number, exponent: number): bigint => nearest(value * 2 ** exponent);
    const expected = Array.from({ length: 4 }, () => ({
      brier: 0n,
      squares: 0n,
      log: 0n,
      score: 0n,
    }));
    const counts = new Float64Array(4 * scoreBins);
    sample.scores.forEach((score, row) => {
      const cell = sample.cells[row] as number;
      const given = (cell & 1) === 1 ? score : 1 - score;
      const into = expected[cell] as (typeof expected)[number];
      into.brier += units((1 - given) * (1 - given), 52);
      into.squares += units(score * score, 60);
      into.log += units(-Math.log(given), 52);
      into.score += units(score, 60);
      const at = cell * scoreBins + Math.floor(score * scoreBins);
      counts[at] = (counts[at] as number) + 1;
    });
    expect(bins).toEqual(counts);
    expected.forEach(({ brier, squares, log, score }, cell) => {
      const sum = (at: number): bigint => exactSum([sums], cell * sumsPerCell + at);
      expect(sum(cellSum.brier)).toBe(brier);
      expect(sum(cellSum.scoreSquares)).toBe(squares);
      expect(sum(cellSum.log)).toBe(log);
      const scores = Array.from({ length: scoreSums }, (_, at) => sum(cellSum.scores + at));
      expect(scores.reduce((all, one) => all + one)).toBe(score);
    });
  });
});
