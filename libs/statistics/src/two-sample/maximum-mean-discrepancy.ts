import type { Random } from '../random.js';
import { drawPlaces, squaredDistances } from './pairwise-distances.js';
import { tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';

/** A point for each row: all of one length. */
export type Points = readonly Float64Array[];

export interface MaximumMeanDiscrepancyOptions {
  readonly random: Random;
  /** 199 unless told otherwise: the smallest p-value is then 0.005. */
  readonly permutations?: number;
  /**
   * Rows used of each sample, 500 unless told otherwise; drawn without replacement when there are more. Time and memory
   * grow with its square.
   */
  readonly largestSample?: number;
  /**
   * How the kernel k(x, y) = exp(−γ|x − y|²) gets its width. `reference` (Evidently's column test): 1/γ is the median
   * squared distance over all pairs of reference rows, each row with itself among them. `between` (Evidently's
   * embedding drift): the median distance between a reference and a current row, squared.
   */
  readonly bandwidth?: 'reference' | 'between';
}

export interface MaximumMeanDiscrepancy extends TwoSampleTest {
  /** The rows that were used of each sample. */
  readonly used: { readonly reference: number; readonly current: number };
}

/**
 * The maximum mean discrepancy of two samples with a Gaussian kernel, and its permutation test.
 *
 * Statistic: the unbiased MMD² = mean k(x, x′) + mean k(y, y′) − 2 mean k(x, y) over different rows. About 0, and
 * possibly below it, when both samples come from one distribution; at most 2. Symmetric with the bandwidth `between`.
 *
 * The p-value is the share of (1 + permutations) splits of the rows used whose MMD² reaches this one, the observed one
 * itself included, so never 0 (Evidently leaves it out).
 *
 * Undefined when a sample has fewer than 2 rows, or a coordinate is infinite or NaN. A median distance of 0 gives the
 * kernel a width of 1.
 *
 * @throws RangeError when the points differ in dimension
 *
 * Source: A. Gretton et al., A kernel two-sample test, Journal of Machine Learning Research 13 (2012).
 */
export const maximumMeanDiscrepancy = (
  reference: Points,
  current: Points,
  {
    random,
    permutations = 199,
    largestSample = 500,
    bandwidth = 'reference',
  }: MaximumMeanDiscrepancyOptions,
): MaximumMeanDiscrepancy => {
  const method = 'maximum-mean-discrepancy';
  const n = { reference: reference.length, current: current.length };
  const finite = [...reference, ...current].every((point) => point.every(Number.isFinite));
  const why = tooFew(n, 2) ?? (finite ? null : 'A coordinate is not finite.');
  if (why) return { ...undefinedTest(method, n, why), used: { reference: 0, current: 0 } };
  const drawn = (points: Points): Points =>
    drawPlaces(points.length, largestSample, random).map((row) => points[row] as Float64Array);
  const first = drawn(reference);
  const second = drawn(current);
  const size = first.length + second.length;
  const kernel = squaredDistances([...first, ...second]);
  const gamma = 1 / (medianSquare(kernel, first.length, size, bandwidth) || 1);
  for (let place = 0; place < kernel.length; place += 1)
    kernel[place] = Math.exp(-gamma * (kernel[place] as number));
  const split = Uint8Array.from({ length: size }, (_, row) => (row < first.length ? 0 : 1));
  const statistic = discrepancy(kernel, split, first.length, second.length);
  let reached = 1;
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    shuffle(split, random);
    if (discrepancy(kernel, split, first.length, second.length) >= statistic - 1e-12) reached += 1;
  }
  return {
    statistic,
    pValue: reached / (permutations + 1),
    n,
    method,
    used: { reference: first.length, current: second.length },
  };
};

const medianSquare = (
  distances: Float64Array,
  rows: number,
  size: number,
  bandwidth: 'reference' | 'between',
): number => {
  const among = (from: number, to: number): Float64Array => {
    const chosen = new Float64Array(rows * (to - from));
    for (let row = 0; row < rows; row += 1)
      chosen.set(distances.subarray(row * size + from, row * size + to), row * (to - from));
    return chosen.sort();
  };
  if (bandwidth === 'reference') {
    const sorted = among(0, rows);
    const middle = (sorted.length - 1) / 2;
    // numpy's `nearest`: a half goes to the even neighbour.
    const below = Math.floor(middle);
    return sorted[middle === below || below % 2 === 0 ? below : below + 1] as number;
  }
  const sorted = among(rows, size);
  const below = Math.sqrt(sorted[Math.floor((sorted.length - 1) / 2)] as number);
  const above = Math.sqrt(sorted[Math.ceil((sorted.length - 1) / 2)] as number);
  const median = (below + above) / 2;
  return median * median;
};

const discrepancy = (
  kernel: Float64Array,
  split: Uint8Array,
  rows: number,
  others: number,
): number => {
  const sums = [0, 0, 0];
  for (let row = 0; row < split.length; row += 1) {
    const side = split[row] as number;
    let own = 0;
    let all = 0;
    for (let column = 0; column < row; column += 1) {
      const value = kernel[row * split.length + column] as number;
      all += value;
      if (split[column] === side) own += value;
    }
    sums[side] = (sums[side] as number) + own;
    sums[2] = (sums[2] as number) + all - own;
  }
  const [within = 0, withinOthers = 0, between = 0] = sums;
  return (
    (2 * within) / (rows * (rows - 1)) +
    (2 * withinOthers) / (others * (others - 1)) -
    (2 * between) / (rows * others)
  );
};

/** Fisher and Yates. */
const shuffle = (items: Uint8Array, random: Random): void => {
  for (let place = items.length - 1; place > 0; place -= 1) {
    const other = Math.floor(random() * (place + 1));
    const item = items[place] as number;
    items[place] = items[other] as number;
    items[other] = item;
  }
};
