import { ascendingOrder } from './ascending-order.js';

/** The scores that one model gave, split by the label of the row. Higher speaks for positive. */
export interface ScoresByClass {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** A figure of each class: of the structural components of the positives (V10) and of the negatives (V01). */
export interface ByClass {
  /** null when the class has fewer than two rows, or the other none. */
  readonly positive: number | null;
  readonly negative: number | null;
}

export interface RankedModel {
  /** null when a class has no rows. */
  readonly auc: number | null;
  readonly variance: ByClass;
}

/** DeLong's sufficient statistics: all that an AUC, its variance and a paired comparison need. */
export interface DeLong {
  readonly positives: number;
  readonly negatives: number;
  readonly first: RankedModel;
  readonly second: RankedModel | null;
  readonly covariance: ByClass | null;
}

/**
 * The areas under the ROC curves of one model, or of two on the same rows, with DeLong's (co)variances.
 *
 * Estimand: θ = P(s₊ > s₋) + ½ P(s₊ = s₋). 1 ranks every positive above every negative, ½ is chance, 0 the reverse.
 * With m positives x and n negatives y, the structural components are
 *
 *     V10ᵢ = (#{y < xᵢ} + ½ #{y = xᵢ}) / n        V01ⱼ = (#{x > yⱼ} + ½ #{x = yⱼ}) / m
 *
 * the AUC is the mean of either, exact under ties; `variance` and `covariance` hold the sample (n − 1) moments S10
 * and S01, so that Cov(θ₁, θ₂) = S10/m + S01/n.
 *
 * Rows of the two models correspond by position. Scores may be infinite, and −0 equals 0.
 *
 * @throws RangeError when a score is NaN, or the two models have different numbers of rows
 *
 * Source: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Comparing the areas under two or more correlated
 * receiver operating characteristic curves, Biometrics 44 (1988).
 */
export const delong = (first: ScoresByClass, second?: ScoresByClass): DeLong => {
  const m = first.positives.length;
  const n = first.negatives.length;
  if (second && (second.positives.length !== m || second.negatives.length !== n))
    throw new RangeError(
      `Models are compared on the same rows: ${m} positives and ${n} negatives aren't ` +
        `${second.positives.length} and ${second.negatives.length}.`,
    );
  const rows = { labels: new Uint8Array(m + n).fill(1, 0, m), groups: null };
  const [whole] = delongByGroup(
    rows,
    rankedScores(joined(first)),
    second && rankedScores(joined(second)),
  );
  return whole as DeLong;
};

const joined = ({ positives, negatives }: ScoresByClass): Float64Array => {
  const scores = new Float64Array(positives.length + negatives.length);
  scores.set(positives);
  scores.set(negatives, positives.length);
  return scores;
};

/** The rows of a table from the lowest score to the highest. */
export interface RankedScores {
  /** The position of the row at each place. */
  readonly order: Uint32Array;
  /** The score at each place. */
  readonly sorted: Float64Array;
}

/** Sorts scores once, for as many partitions of their rows as are of interest. @throws RangeError when one is NaN */
export const rankedScores = (scores: Float64Array): RankedScores => {
  const order = ascendingOrder(scores);
  const sorted = new Float64Array(scores.length);
  for (let place = 0; place < order.length; place += 1)
    sorted[place] = scores[order[place] as number] as number;
  return { order, sorted };
};

export interface LabelledRows {
  /** 1 for a positive row, 0 for a negative one. */
  readonly labels: Uint8Array;
  /** The group of each row, as a position among `count` groups; null when all rows are one group. */
  readonly groups: { readonly codes: Uint16Array; readonly count: number } | null;
}

/**
 * `delong` within each group of rows, in the order of the groups' codes.
 *
 * One walk along the order serves all groups, since how many rows of a group lie below is counted as one goes:
 * O(rows) for each model once the scores are sorted. This is the idea of X. Sun and W. Xu, Fast implementation of
 * DeLong's algorithm, IEEE Signal Processing Letters 21 (2014), with counts in place of midranks.
 */
export const delongByGroup = (
  rows: LabelledRows,
  first: RankedScores,
  second?: RankedScores,
): DeLong[] => {
  const { ofRow, sizes } = cellsOf(rows);
  const one = structuralComponents(ofRow, sizes, first);
  const two = second && structuralComponents(ofRow, sizes, second);
  // Along the order, so that rows in another order give the same sums to the last bit.
  const momentsOne = moments(one.cells, sizes, one.values, one.values);
  const momentsTwo = two && moments(two.cells, sizes, two.values, two.values);
  const momentsBoth =
    two &&
    second &&
    moments(ofRow, sizes, byRow(one.values, first.order), byRow(two.values, second.order));
  return one.aucs.map((auc, group) => ({
    positives: sizes[2 * group + 1] as number,
    negatives: sizes[2 * group] as number,
    first: { auc, variance: momentsOne[group] as ByClass },
    second:
      two && momentsTwo
        ? { auc: two.aucs[group] as number | null, variance: momentsTwo[group] as ByClass }
        : null,
    covariance: momentsBoth ? (momentsBoth[group] as ByClass) : null,
  }));
};

/** Rows by group and class: cell 2 · group + label. */
interface Cells {
  /** The cell of each row. */
  readonly ofRow: Uint32Array;
  /** The rows of each cell. */
  readonly sizes: Float64Array;
}

const cellsOf = ({ labels, groups }: LabelledRows): Cells => {
  const ofRow = new Uint32Array(labels.length);
  const sizes = new Float64Array(2 * (groups?.count ?? 1));
  for (let row = 0; row < labels.length; row += 1) {
    const group = groups === null ? 0 : (groups.codes[row] as number);
    const cell = 2 * group + (labels[row] as number);
    ofRow[row] = cell;
    sizes[cell] = (sizes[cell] as number) + 1;
  }
  return { ofRow, sizes };
};

interface Components {
  /** By group; null when a class has no rows there. */
  readonly aucs: (number | null)[];
  /** The cell of the row at each place of the order. */
  readonly cells: Uint32Array;
  /** V10 of a positive row and V01 of a negative one, within the row's group, at each place of the order. */
  readonly values: Float64Array;
}

const byRow = (values: Float64Array, order: Uint32Array): Float64Array => {
  const rows = new Float64Array(values.length);
  for (let place = 0; place < order.length; place += 1)
    rows[order[place] as number] = values[place] as number;
  return rows;
};

const structuralComponents = (
  ofRow: Uint32Array,
  sizes: Float64Array,
  { order, sorted }: RankedScores,
): Components => {
  // Gathered first, so that the walk below reads memory in order.
  const cells = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place += 1)
    cells[place] = ofRow[order[place] as number] as number;

  const values = new Float64Array(order.length);
  const wins = new Float64Array(sizes.length / 2);
  const below = new Float64Array(sizes.length);
  const tied = new Float64Array(sizes.length);
  let end = 0;
  for (let start = 0; start < order.length; start = end) {
    const score = sorted[start] as number;
    for (; end < order.length && sorted[end] === score; end += 1) {
      const cell = cells[end] as number;
      tied[cell] = (tied[cell] as number) + 1;
    }
    for (let place = start; place < end; place += 1) {
      const cell = cells[place] as number;
      // The other class of the same group.
      const other = cell ^ 1;
      const twiceBelow = 2 * (below[other] as number) + (tied[other] as number);
      const twiceAll = 2 * (sizes[other] as number);
      const positive = (cell & 1) === 1;
      values[place] = (positive ? twiceBelow : twiceAll - twiceBelow) / twiceAll;
      // Integers, so their sum is exact while it stays under 2⁵³: some 60 million rows of either class.
      if (positive) wins[cell >> 1] = (wins[cell >> 1] as number) + twiceBelow;
    }
    for (let place = start; place < end; place += 1) {
      const cell = cells[place] as number;
      below[cell] = (below[cell] as number) + 1;
      tied[cell] = 0;
    }
  }
  const aucs = Array.from(wins, (won, group) => {
    const pairs = (sizes[2 * group] as number) * (sizes[2 * group + 1] as number);
    return pairs === 0 ? null : won / (2 * pairs);
  });
  return { aucs, cells, values };
};

/**
 * The sample covariance of two components over each class of each group; null where a class has fewer than two rows
 * or the other none.
 */
const moments = (
  cells: Uint32Array,
  sizes: Float64Array,
  a: Float64Array,
  b: Float64Array,
): ByClass[] => {
  const meansA = meansOf(cells, sizes, a);
  const meansB = a === b ? meansA : meansOf(cells, sizes, b);
  const sums = new Float64Array(sizes.length);
  for (let index = 0; index < a.length; index += 1) {
    const cell = cells[index] as number;
    const product =
      ((a[index] as number) - (meansA[cell] as number)) *
      ((b[index] as number) - (meansB[cell] as number));
    sums[cell] = (sums[cell] as number) + product;
  }
  const moment = (cell: number): number | null => {
    const size = sizes[cell] as number;
    return size < 2 || sizes[cell ^ 1] === 0 ? null : (sums[cell] as number) / (size - 1);
  };
  return Array.from({ length: sums.length / 2 }, (_, group) => ({
    positive: moment(2 * group + 1),
    negative: moment(2 * group),
  }));
};

/** Two passes: the second takes out the rounding of the first, so that constants have variance 0. */
const meansOf = (cells: Uint32Array, sizes: Float64Array, values: Float64Array): Float64Array => {
  const means = new Float64Array(sizes.length);
  for (let pass = 0; pass < 2; pass += 1) {
    const rest = new Float64Array(sizes.length);
    for (let index = 0; index < values.length; index += 1) {
      const cell = cells[index] as number;
      rest[cell] = (rest[cell] as number) + (values[index] as number) - (means[cell] as number);
    }
    means.forEach((mean, cell) => {
      means[cell] = mean + (rest[cell] as number) / (sizes[cell] as number);
    });
  }
  return means;
};

/** Cov(θ₁, θ₂) = S10/m + S01/n from the moments of the structural components; null when one isn't known. */
export const aucCovariance = (
  moments: ByClass,
  positives: number,
  negatives: number,
): number | null =>
  moments.positive === null || moments.negative === null
    ? null
    : moments.positive / positives + moments.negative / negatives;
