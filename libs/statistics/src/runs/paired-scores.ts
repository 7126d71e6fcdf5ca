import type { ClassSizes } from '../auc-interval.js';
import type { ByClass } from '../delong.js';

/**
 * How two models score the same rows: Σ w of either class for each pair of scores that occurs. Four lists of one length,
 * in ascending order of `first`, then of `second`.
 */
export interface PairedScores {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

/** The pairs of several tables together, which add up; null when they are more than `most`. */
export const mergePairedScores = (
  parts: readonly PairedScores[],
  most: number,
): PairedScores | null => {
  type Pair = [first: number, second: number, positives: number, negatives: number];
  const byFirst = new Map<number, Map<number, Pair>>();
  let count = 0;
  for (const part of parts)
    for (let at = 0; at < part.first.length; at += 1) {
      // Adding 0 makes −0 into 0.
      const first = (part.first[at] as number) + 0;
      const second = (part.second[at] as number) + 0;
      const bySecond = byFirst.get(first) ?? new Map<number, Pair>();
      byFirst.set(first, bySecond);
      const pair = bySecond.get(second) ?? [first, second, 0, 0];
      if (!bySecond.has(second)) count += 1;
      if (count > most) return null;
      pair[2] += part.positives[at] as number;
      pair[3] += part.negatives[at] as number;
      bySecond.set(second, pair);
    }
  const pairs = [...byFirst.values()]
    .flatMap((bySecond) => [...bySecond.values()])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    first: pairs.map(([first]) => first),
    second: pairs.map(([, second]) => second),
    positives: pairs.map(([, , positives]) => positives),
    negatives: pairs.map(([, , , negatives]) => negatives),
  };
};

/**
 * The covariances of DeLong's structural components of two models, over either class: Σ w (V − V̄)(V′ − V̄′) / Σ w, times
 * m / (m − 1) for m rows of the class (see `delong`). null where a class has fewer than two rows, or the other none.
 *
 * @param sizes m of either class; effective ones of weighted rows
 */
export const componentCovariance = (pairs: PairedScores, sizes: ClassSizes): ByClass => {
  const [one, other] = [componentsOf(pairs, pairs.first), componentsOf(pairs, pairs.second)];
  const of = (label: 'positives' | 'negatives'): number | null => {
    const masses = pairs[label];
    const all = total(masses);
    const others = total(pairs[label === 'positives' ? 'negatives' : 'positives']);
    // One row alone is a size of 1, but for rounding.
    if (!(sizes[label] > 1 + 1e-12) || all === 0 || others === 0) return null;
    const mean = (values: (at: number) => number): number =>
      masses.reduce((sum, mass, at) => sum + mass * values(at), 0) / all;
    const [a, b] = [one[label], other[label]];
    const [middleA, middleB] = [mean((at) => a[at] as number), mean((at) => b[at] as number)];
    const product = mean((at) => ((a[at] as number) - middleA) * ((b[at] as number) - middleB));
    return (product * sizes[label]) / (sizes[label] - 1);
  };
  return { positive: of('positives'), negative: of('negatives') };
};

/** For each pair, V10 of its positives and V01 of its negatives, by one of the two scores. */
const componentsOf = (
  { positives, negatives }: PairedScores,
  scores: readonly number[],
): { readonly positives: number[]; readonly negatives: number[] } => {
  const order = Array.from(scores, (_, at) => at).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
  const [allPositive, allNegative] = [total(positives), total(negatives)];
  const found = {
    positives: new Array<number>(order.length),
    negatives: new Array<number>(order.length),
  };
  let [start, positivesBelow, negativesBelow] = [0, 0, 0];
  while (start < order.length) {
    const score = scores[order[start] as number];
    let [end, tiedPositives, tiedNegatives] = [start, 0, 0];
    for (; end < order.length && scores[order[end] as number] === score; end += 1) {
      tiedPositives += positives[order[end] as number] as number;
      tiedNegatives += negatives[order[end] as number] as number;
    }
    const ofPositive = (2 * negativesBelow + tiedNegatives) / (2 * allNegative);
    const ofNegative = (2 * (allPositive - positivesBelow) - tiedPositives) / (2 * allPositive);
    for (let at = start; at < end; at += 1) {
      found.positives[order[at] as number] = ofPositive;
      found.negatives[order[at] as number] = ofNegative;
    }
    positivesBelow += tiedPositives;
    negativesBelow += tiedNegatives;
    start = end;
  }
  return found;
};

const total = (masses: readonly number[]): number => masses.reduce((sum, mass) => sum + mass, 0);
