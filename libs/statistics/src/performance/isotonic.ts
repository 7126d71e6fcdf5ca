/** Rows of one score: how many were positive, and how many negative. */
export interface LabelledScores {
  /** Ascending and distinct. */
  readonly scores: Float64Array;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** A monotone map of scores to probabilities: linear between its knots, and constant beyond the outer ones. */
export interface IsotonicCalibration {
  /** Ascending and distinct. */
  readonly scores: Float64Array;
  /** Never descending, in [0, 1]. */
  readonly probabilities: Float64Array;
}

/**
 * The isotonic regression of labels on scores: the never descending probabilities that minimise Σ (label − p)², by
 * pooling adjacent violators. O(distinct scores).
 *
 * Between two fitted scores the probability is interpolated, and beyond them it is that of the nearest, as
 * scikit-learn's `IsotonicRegression(out_of_bounds="clip")` does. Only the ends of pooled blocks are kept as knots.
 *
 * null when there are no rows.
 *
 * @throws RangeError when the columns differ in length, a count isn't one, or scores aren't ascending and finite
 *
 * Source: R. E. Barlow, D. J. Bartholomew, J. M. Bremner and H. D. Brunk, Statistical inference under order
 * restrictions (1972).
 */
export const isotonicCalibration = (rows: LabelledScores): IsotonicCalibration | null => {
  checkLabelledScores(rows);
  const blocks = pooledBlocks(rows);
  if (blocks.length === 0) return null;
  const scores: number[] = [];
  const probabilities: number[] = [];
  for (const { first, last, positives, weight } of blocks) {
    scores.push(rows.scores[first] as number);
    probabilities.push(positives / weight);
    if (last === first) continue;
    scores.push(rows.scores[last] as number);
    probabilities.push(positives / weight);
  }
  return { scores: Float64Array.from(scores), probabilities: Float64Array.from(probabilities) };
};

/** @throws RangeError as `isotonicCalibration` says */
export const checkLabelledScores = ({ scores, positives, negatives }: LabelledScores): void => {
  if (positives.length !== scores.length || negatives.length !== scores.length)
    throw new RangeError('Each score has a count of positive and one of negative rows.');
  scores.forEach((score, index) => {
    if (!Number.isFinite(score))
      throw new RangeError(`Score ${index} is ${score}; a score to calibrate is finite.`);
    if (index > 0 && !(score > (scores[index - 1] as number)))
      throw new RangeError(`Scores are ascending and distinct; score ${index} isn't.`);
    for (const count of [positives[index] as number, negatives[index] as number])
      if (!(count >= 0 && count < Infinity))
        throw new RangeError(`A count of score ${index} is ${count}; it must be finite and ≥ 0.`);
  });
};

interface Block {
  readonly first: number;
  readonly last: number;
  readonly positives: number;
  readonly weight: number;
}

const pooledBlocks = ({ scores, positives, negatives }: LabelledScores): Block[] => {
  const blocks: Block[] = [];
  for (let index = 0; index < scores.length; index += 1) {
    const here = positives[index] as number;
    const weight = here + (negatives[index] as number);
    if (weight === 0) continue;
    let block: Block = { first: index, last: index, positives: here, weight };
    for (let before = blocks.at(-1); before && !ascends(before, block); before = blocks.at(-1)) {
      block = {
        first: before.first,
        last: block.last,
        positives: before.positives + block.positives,
        weight: before.weight + block.weight,
      };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks;
};

/** Products, as quotients of equal shares may round differently. */
const ascends = (a: Block, b: Block): boolean => a.positives * b.weight < b.positives * a.weight;

/** The calibrated probability of a score. NaN has none. */
export const calibrated = (
  { scores, probabilities }: IsotonicCalibration,
  score: number,
): number => {
  const last = scores.length - 1;
  if (score <= (scores[0] as number)) return probabilities[0] as number;
  if (score >= (scores[last] as number)) return probabilities[last] as number;
  if (Number.isNaN(score)) return NaN;
  let [below, above] = [0, last];
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if ((scores[middle] as number) <= score) below = middle;
    else above = middle;
  }
  const [from, to] = [scores[below] as number, scores[above] as number];
  const [low, high] = [probabilities[below] as number, probabilities[above] as number];
  return low + ((score - from) / (to - from)) * (high - low);
};
