import { gainShares, scoreBin, scoreBins, scoreSums } from '@sluice/evaluation/scores';
import { componentExponent } from '../sql/ranks-sql.js';
import { lossExponent, precisionExponent, scoreExponent } from '../sql/scored-relation.js';
import { ExactSums } from './exact-sums.js';
import { sortRows, type SortableRows } from './sort-rows.js';

/** How rows fall into slices, and what is known of these before their scores are looked at. */
export interface WalkPlan {
  /** For each panel, by its combinations of codes, the slices that their rows belong to. */
  readonly panels: readonly (readonly (readonly number[])[])[];
  readonly slices: number;
  /** Σ w by slice and label, at 2 · slice + label: of all rows, not only those walked over. */
  readonly totals: Float64Array;
  readonly weighted: boolean;
}

/** Of each slice: where its sums are, from `sumsPerSlice` · slice on. */
export const sliceSum = { wins: 0, p1: 1, p2: 2, n1: 3, n2: 4, precision: 5 } as const;
export const sumsPerSlice = 6;

/** Of each combination of codes and label in a panel: losses, squares of scores, then scores by twentieth. */
export const cellSum = {
  log: 0,
  logSquares: 1,
  brier: 2,
  brierSquares: 3,
  scoreSquares: 4,
  scores: 5,
} as const;
export const sumsPerCell = cellSum.scores + scoreSums;

/** What a walk over some of the rows found; walks over the others add to it. */
export interface WalkResult {
  readonly slices: Pick<ExactSums, 'high' | 'low'>;
  readonly panels: readonly {
    readonly sums: Pick<ExactSums, 'high' | 'low'>;
    /** Σ w by 2 · combination + label, then bin. */
    readonly bins: Float64Array;
  }[];
  /** By slice: the largest distance of the classes' distributions, −1 for none, and its score. */
  readonly distance: Float64Array;
  readonly distanceAt: Float64Array;
  /** By slice, then share; NaN where the share is reached among other rows. */
  readonly gains: Float64Array;
}

const smallest = 2 ** -52;
const shares = gainShares.length;

/**
 * Walks over rows from the lowest score to the highest, and takes all sums of scores on the way: ranks within every
 * slice at once, since how many rows of a slice lie below is counted as one goes, histograms and losses.
 *
 * The definitions are those of `ranksSql`, `histogramSql` and `lossesSql`, to the last bit but for the logarithm, of
 * which engines have their own. Sums are whole numbers and exact, so that it doesn't matter how rows are parted among
 * walks. This is the idea of X. Sun and W. Xu, Fast implementation of DeLong's algorithm, IEEE Signal Processing
 * Letters 21 (2014), with counts in place of midranks.
 */
export class ScoreWalk implements WalkResult {
  readonly slices: ExactSums;
  readonly panels: readonly { readonly sums: ExactSums; readonly bins: Float64Array }[];
  readonly distance: Float64Array;
  readonly distanceAt: Float64Array;
  readonly gains: Float64Array;
  private readonly tied: Float64Array;
  private readonly touched: Int32Array;
  /** By slice, how many shares are yet to be reached. */
  private readonly ahead: Uint8Array;
  /** By panel, at 2 · combination + label, where its slices begin in `members`. */
  private readonly members: readonly { readonly starts: Int32Array; readonly slices: Int32Array }[];

  /** @param below Σ w by 2 · slice + label of the rows with lower scores than all walked over */
  constructor(
    private readonly plan: WalkPlan,
    private readonly below: Float64Array,
  ) {
    this.slices = new ExactSums(plan.slices * sumsPerSlice);
    this.panels = plan.panels.map((combinations) => ({
      sums: new ExactSums(2 * combinations.length * sumsPerCell),
      bins: new Float64Array(2 * combinations.length * scoreBins),
    }));
    this.distance = new Float64Array(plan.slices).fill(-1);
    this.distanceAt = new Float64Array(plan.slices);
    this.gains = new Float64Array(plan.slices * shares).fill(NaN);
    this.tied = new Float64Array(2 * plan.slices);
    this.touched = new Int32Array(plan.slices);
    this.ahead = new Uint8Array(plan.slices).fill(shares);
    this.members = plan.panels.map((combinations) => {
      const starts = new Int32Array(combinations.length + 1);
      combinations.forEach((slices, index) => {
        starts[index + 1] = (starts[index] as number) + slices.length;
      });
      return { starts, slices: Int32Array.from(combinations.flat()) };
    });
  }

  /** Sorts the rows, and walks over them. */
  over(rows: SortableRows, length: number): void {
    sortRows(rows, length);
    const { scores } = rows;
    let start = 0;
    while (start < length) {
      const score = scores[start] as number;
      let end = start + 1;
      while (end < length && scores[end] === score) end += 1;
      this.charge(rows, score, start, end);
      this.rank(score, this.gather(rows, start, end));
      start = end;
    }
  }

  /** Adds rows of one score to histograms and losses. */
  private charge({ cells, masses }: SortableRows, score: number, start: number, end: number): void {
    const bin = scoreBin(score);
    const twentieth = cellSum.scores + Math.floor((bin * scoreSums) / scoreBins);
    const units = whole(score * 2 ** scoreExponent);
    const squares = whole(score * score * 2 ** scoreExponent);
    const unfavorable = lossesOf(1 - score);
    const favorable = lossesOf(score);
    for (let panel = 0; panel < cells.length; panel += 1) {
      const own = cells[panel] as Uint16Array;
      const { sums, bins } = this.panels[panel] as (typeof this.panels)[number];
      for (let row = start; row < end; row += 1) {
        const cell = own[row] as number;
        const mass = masses === null ? 1 : (masses[row] as number);
        const at = cell * scoreBins + bin;
        bins[at] = (bins[at] as number) + mass;
        const losses = (cell & 1) === 1 ? favorable : unfavorable;
        const first = cell * sumsPerCell;
        if (masses === null) {
          sums.add(first + cellSum.log, losses.log);
          sums.add(first + cellSum.logSquares, losses.logSquares);
          sums.add(first + cellSum.brier, losses.brier);
          sums.add(first + cellSum.brierSquares, losses.brierSquares);
          sums.add(first + cellSum.scoreSquares, squares);
          sums.add(first + twentieth, units);
        } else {
          sums.addProduct(first + cellSum.log, mass, losses.log);
          sums.addProduct(first + cellSum.logSquares, mass, losses.logSquares);
          sums.addProduct(first + cellSum.brier, mass, losses.brier);
          sums.addProduct(first + cellSum.brierSquares, mass, losses.brierSquares);
          sums.addProduct(first + cellSum.scoreSquares, mass, squares);
          sums.addProduct(first + twentieth, mass, units);
        }
      }
    }
  }

  /** Adds up rows of one score by slice and label. @returns how many slices they belong to */
  private gather({ cells, masses }: SortableRows, start: number, end: number): number {
    const { tied, touched } = this;
    let count = 0;
    for (let panel = 0; panel < cells.length; panel += 1) {
      const own = cells[panel] as Uint16Array;
      const { starts, slices } = this.members[panel] as (typeof this.members)[number];
      for (let row = start; row < end; row += 1) {
        const cell = own[row] as number;
        const mass = masses === null ? 1 : (masses[row] as number);
        const last = starts[(cell >> 1) + 1] as number;
        for (let at = starts[cell >> 1] as number; at < last; at += 1) {
          const slice = slices[at] as number;
          const first = 2 * slice;
          if (tied[first] === 0 && tied[first + 1] === 0 && mass > 0) touched[count++] = slice;
          tied[first + (cell & 1)] = (tied[first + (cell & 1)] as number) + mass;
        }
      }
    }
    return count;
  }

  /** Ranks the rows of one score within each slice that they belong to. */
  private rank(score: number, count: number): void {
    const { totals } = this.plan;
    const { touched, tied, below, distance } = this;
    for (let index = 0; index < count; index += 1) {
      const slice = touched[index] as number;
      const first = 2 * slice;
      const negatives = tied[first] as number;
      const positives = tied[first + 1] as number;
      const negativesBelow = below[first] as number;
      const positivesBelow = below[first + 1] as number;
      tied[first] = 0;
      tied[first + 1] = 0;
      below[first] = negativesBelow + negatives;
      below[first + 1] = positivesBelow + positives;
      const allNegatives = totals[first] as number;
      const allPositives = totals[first + 1] as number;
      // With this score or a higher one.
      const negativesAbove = allNegatives - negativesBelow;
      const positivesAbove = allPositives - positivesBelow;
      const above = positivesAbove + negativesAbove;
      if (positives > 0)
        this.rankPositives(
          slice,
          positives,
          2 * negativesBelow + negatives,
          positivesAbove / above,
        );
      if (negatives > 0) this.rankNegatives(slice, negatives, 2 * positivesAbove - positives);
      if (allPositives === 0) continue;
      if (allNegatives > 0) {
        const own = Math.abs(positivesAbove / allPositives - negativesAbove / allNegatives);
        if (own >= (distance[slice] as number)) {
          distance[slice] = own;
          this.distanceAt[slice] = score;
        }
      }
      if ((this.ahead[slice] as number) > 0)
        this.reach(slice, positives, negatives, positivesAbove, above);
    }
  }

  private rankPositives(slice: number, mass: number, wins: number, precision: number): void {
    const sums = this.slices;
    const { totals, weighted } = this.plan;
    const at = slice * sumsPerSlice;
    // Without weights they are the sum of components.
    if (weighted) sums.addProduct(at + sliceSum.wins, mass, wins);
    const component = weighted ? inUnits(wins, totals[2 * slice] as number) : wins;
    this.addMoments(at + sliceSum.p1, mass, component);
    sums.addProduct(at + sliceSum.precision, mass, whole(precision * 2 ** precisionExponent));
  }

  private rankNegatives(slice: number, mass: number, losses: number): void {
    const { totals, weighted } = this.plan;
    const component = weighted ? inUnits(losses, totals[2 * slice + 1] as number) : losses;
    this.addMoments(slice * sumsPerSlice + sliceSum.n1, mass, component);
  }

  private addMoments(at: number, mass: number, component: number): void {
    const sums = this.slices;
    sums.addProduct(at, mass, component);
    const square = component * component;
    if (square < 2 ** 53) return sums.addProduct(at + 1, mass, square);
    // A component as high · 2^18 + low, so that each product of two parts is exact.
    const high = Math.floor(component / 2 ** 18);
    const low = component - high * 2 ** 18;
    sums.addProduct(at + 1, mass, high * high * 2 ** 36);
    sums.addProduct(at + 1, mass, 2 * high * low * 2 ** 18);
    sums.addProduct(at + 1, mass, low * low);
  }

  /** The gains at all shares of rows that are reached at this score, from the largest share down. */
  private reach(
    slice: number,
    positives: number,
    negatives: number,
    positivesAbove: number,
    after: number,
  ): void {
    const first = 2 * slice;
    const all = (this.plan.totals[first] as number) + (this.plan.totals[first + 1] as number);
    const before = after - positives - negatives;
    let ahead = this.ahead[slice] as number;
    while (ahead > 0) {
      const wanted = (gainShares[ahead - 1] as number) * all;
      if (wanted <= before) break;
      ahead -= 1;
      if (wanted > after) continue;
      const part = (wanted - before) / (positives + negatives);
      this.gains[slice * shares + ahead] =
        (positivesAbove - positives + part * positives) / (this.plan.totals[first + 1] as number);
    }
    this.ahead[slice] = ahead;
  }
}

const inUnits = (numerator: number, others: number): number =>
  others > 0 ? whole((numerator / (2 * others)) * 2 ** componentExponent) : 0;

/** To the nearest whole number, ties to the even one as casts of SQL do; larger numbers of 64 bits are whole. */
const whole = (value: number): number => {
  const all = 2 ** 52;
  if (value >= all || value <= -all) return value;
  return value < 0 ? value - all + all : value + all - all;
};

/** The losses of a score that gives some probability to the label, in units of 2^−52. */
const lossesOf = (given: number) => {
  const log = -Math.log(Math.min(1 - smallest, Math.max(smallest, given)));
  const brier = (1 - given) * (1 - given);
  const units = (loss: number): number => whole(loss * 2 ** lossExponent);
  return {
    log: units(log),
    logSquares: units(log * log),
    brier: units(brier),
    brierSquares: units(brier * brier),
  };
};
