import { binnedAuc } from '../binned-auc.js';
import type { ClassSizes } from '../auc-interval.js';
import type { RankedModel } from '../delong.js';
import { areSingleScores, type ScoreRuns } from './score-runs.js';

/** Where a figure of the rows lies: anywhere from the one to the other. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** What is known of the ranks of scores from their runs. Lower and upper limits are the same where all is known. */
export interface RankBounds {
  /** Whether each run is a single score, so that all is known. */
  readonly exact: boolean;
  readonly auc: Bounds;
  readonly averagePrecision: Bounds;
  /** sup_t |F₊(t) − F₋(t)|, and the score at which it is reached when the rows of a run are tied: the highest if several. */
  readonly distance: Bounds & { readonly score: number };
  /** By share asked for, the share of positives among the rows that rank so high. */
  readonly gains: readonly Bounds[];
  /** The AUC and DeLong's variances with the rows of a run for tied. */
  readonly tied: RankedModel;
}

/**
 * The figures of ranks that are possible for rows whose scores are known by run.
 *
 * With P and N the sums of either class: the AUC P(s₊ > s₋) + ½ P(s₊ = s₋); the average precision
 * Σ_t (TPR_t − TPR_{t−1}) PPV_t over the distinct scores from the highest down; the largest distance of the classes'
 * distribution functions; and the gain, the share of P among the share k of all rows with the highest scores, rows tied
 * at the edge in proportion. All lie in [0, 1], and 1 ranks every positive above every negative (a gain: all positives
 * are found).
 *
 * The AUC and the gain grow when a positive's score does and when a negative's falls. So they are largest with all
 * positives at the upper limits of their runs and all negatives at the lower ones, and smallest the other way round:
 * bounds that scores attain. Those of the distance come from the same two placings, since both classes' shares above a
 * score are between those of the two. The precision at a positive is between
 *
 *     (above + k) / (above + k + c)   and   b / (b + d)
 *
 * for the k-th positive of its run from above, with `above` the positives that are surely as high, c the negatives that may
 * be, b the positives that may be and d the negatives that surely are. Those are attained where runs are disjoint, but for
 * the sum over k of weighted rows, which is taken as an integral, and no larger than the sum. Single scores are tied.
 *
 * O(r log r) for r runs.
 *
 * @param effective the rows of each class that the variances rest on; Σ w unless told otherwise
 * @throws RangeError when a class has no rows
 */
export const rankBounds = (
  runs: ScoreRuns,
  shares: readonly number[],
  effective?: ClassSizes,
): RankBounds => {
  const tied = placed(runs, middles(runs), middles(runs));
  const exact = areSingleScores(runs);
  const totals = tied.at(-1);
  if (!(totals && totals.positivesUpTo > 0 && totals.negativesUpTo > 0))
    throw new RangeError('Ranks of two classes need rows of both.');
  const best = exact ? tied : placed(runs, runs.high, runs.low);
  const worst = exact ? tied : placed(runs, runs.low, runs.high);
  const [up, down] = [distancesOf(best), distancesOf(worst)];
  const [most, least] = [gainsOf(best, shares), gainsOf(worst, shares)];
  return {
    exact,
    auc: { lower: aucOf(worst), upper: aucOf(best) },
    averagePrecision: precisionBounds(runs),
    distance: {
      lower: Math.max(down.positive, up.negative),
      upper: Math.max(up.positive, down.negative),
      score: distancesOf(tied).score,
    },
    gains: shares.map((_, index) => ({
      lower: least[index] as number,
      upper: most[index] as number,
    })),
    tied: binnedAuc(
      {
        positives: tied.map(({ positives }) => positives),
        negatives: tied.map(({ negatives }) => negatives),
      },
      effective,
    ).model,
  };
};

/** Rows of one score, and those up to it. */
interface Place {
  readonly score: number;
  positives: number;
  negatives: number;
  positivesUpTo: number;
  negativesUpTo: number;
}

const middles = ({ low, high }: ScoreRuns): number[] =>
  low.map((score, run) =>
    score === high[run] ? score : score + ((high[run] as number) - score) / 2,
  );

/** The rows in ascending order, when those of either class have one score of each run. */
const placed = (
  { positives, negatives }: ScoreRuns,
  positivesAt: readonly number[],
  negativesAt: readonly number[],
): Place[] => {
  const [first, second] = [ascending(positivesAt), ascending(negativesAt)];
  const places: Place[] = [];
  let [up, down, positivesUpTo, negativesUpTo] = [0, 0, 0, 0];
  while (up < first.length || down < second.length) {
    const above = positivesAt[first[up] as number] ?? Infinity;
    const below = negativesAt[second[down] as number] ?? Infinity;
    const score = Math.min(above, below);
    let [ownPositives, ownNegatives] = [0, 0];
    for (; positivesAt[first[up] as number] === score; up += 1)
      ownPositives += positives[first[up] as number] as number;
    for (; negativesAt[second[down] as number] === score; down += 1)
      ownNegatives += negatives[second[down] as number] as number;
    positivesUpTo += ownPositives;
    negativesUpTo += ownNegatives;
    if (ownPositives + ownNegatives > 0)
      places.push({
        score,
        positives: ownPositives,
        negatives: ownNegatives,
        positivesUpTo,
        negativesUpTo,
      });
  }
  return places;
};

const ascending = (scores: readonly number[]): number[] =>
  Array.from(scores, (_, run) => run).sort((a, b) => (scores[a] as number) - (scores[b] as number));

const totalsOf = (places: readonly Place[]): { positives: number; negatives: number } => {
  const { positivesUpTo, negativesUpTo } = places.at(-1) as Place;
  return { positives: positivesUpTo, negatives: negativesUpTo };
};

const aucOf = (places: readonly Place[]): number => {
  const all = totalsOf(places);
  const wins = places.reduce(
    (sum, { positives, negatives, negativesUpTo }) =>
      sum + positives * (2 * negativesUpTo - negatives),
    0,
  );
  return wins / (2 * all.positives * all.negatives);
};

/** How far either class is above the other at most, and where the two are farthest apart. */
const distancesOf = (
  places: readonly Place[],
): { positive: number; negative: number; score: number } => {
  const all = totalsOf(places);
  let [positive, negative, farthest, score] = [0, 0, -1, NaN];
  for (const place of places) {
    // Above this score or level with it.
    const found = all.positives - place.positivesUpTo + place.positives;
    const taken = all.negatives - place.negativesUpTo + place.negatives;
    const ahead = found / all.positives - taken / all.negatives;
    positive = Math.max(positive, ahead);
    negative = Math.max(negative, -ahead);
    if (Math.abs(ahead) < farthest) continue;
    farthest = Math.abs(ahead);
    score = place.score;
  }
  return { positive, negative, score };
};

const gainsOf = (places: readonly Place[], shares: readonly number[]): number[] => {
  const all = totalsOf(places);
  return shares.map((share) => {
    const wanted = share * (all.positives + all.negatives);
    let at = places.length - 1;
    const taken = ({ positivesUpTo, negativesUpTo, positives, negatives }: Place): number =>
      all.positives - positivesUpTo + positives + (all.negatives - negativesUpTo + negatives);
    while (at > 0 && taken(places[at] as Place) < wanted) at -= 1;
    const edge = places[at] as Place;
    const before = taken(edge) - edge.positives - edge.negatives;
    const part = Math.min(1, (wanted - before) / (edge.positives + edge.negatives));
    return (all.positives - edge.positivesUpTo + part * edge.positives) / all.positives;
  });
};

/** Σ of masses by a limit of their runs: how much lies at a score and above it. */
const massFrom = (
  limits: readonly number[],
  masses: readonly number[],
): ((score: number) => number) => {
  const order = ascending(limits);
  const sorted = Float64Array.from(order, (run) => limits[run] as number);
  const from = new Float64Array(order.length + 1);
  for (let at = order.length - 1; at >= 0; at -= 1)
    from[at] = (from[at + 1] as number) + (masses[order[at] as number] as number);
  return (score) => {
    let [first, last] = [0, sorted.length];
    while (first < last) {
      const middle = (first + last) >> 1;
      if ((sorted[middle] as number) < score) first = middle + 1;
      else last = middle;
    }
    return from[first] as number;
  };
};

const precisionBounds = ({ low, high, positives, negatives }: ScoreRuns): Bounds => {
  const surePositives = massFrom(low, positives);
  const sureNegatives = massFrom(low, negatives);
  const possiblePositives = massFrom(high, positives);
  const possibleNegatives = massFrom(high, negatives);
  let [lower, upper] = [0, 0];
  // From the highest scores down, so that sums of single scores are those of the definition.
  for (let run = low.length - 1; run >= 0; run -= 1) {
    const own = positives[run] as number;
    if (own === 0) continue;
    const [from, to] = [low[run] as number, high[run] as number];
    const [b, d] = [possiblePositives(from), sureNegatives(to)];
    upper += own * (b / (b + d));
    const [above, c] = [surePositives(to), possibleNegatives(from)];
    // Those of a single score are tied, and among the sure ones themselves.
    lower += from === to ? own * (above / (above + c)) : own - lostTo(c, above, own);
  }
  const all = positives.reduce((sum, mass) => sum + mass, 0);
  return { lower: Math.min(lower, upper) / all, upper: Math.min(1, upper / all) };
};

/** ∫ c / (above + x + c) dx over x from 0 to `own`. */
const lostTo = (c: number, above: number, own: number): number =>
  c === 0 ? 0 : Math.min(own, c * Math.log1p(own / (above + c)));
