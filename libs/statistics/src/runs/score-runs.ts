/**
 * A sketch of the scores of two classes: run i stands for the rows whose scores lie from `low[i]` to `high[i]`, both
 * included, with Σ w of either class; a single score where the two limits are the same. Four lists of one length, in
 * ascending order of `low`, then of `high`. Runs of one table are disjoint or single scores; those of several tables
 * together may overlap.
 *
 * While every run is a single score, nothing is lost: all that depends on ranks is exact. Where runs are wider, it is
 * known within bounds (`rankBounds`). Sketches of parts make that of the whole (`mergeScoreRuns`).
 */
export interface ScoreRuns {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

/** Whether every run is a single score. */
export const areSingleScores = ({ low, high }: ScoreRuns): boolean =>
  low.every((score, run) => score === high[run]);

/**
 * The runs of several tables together: those with the same limits add up. If there are then more than `most`, neighbours
 * are joined, so that a joined run holds at most 1 / k of either class, k = (most − 1) / 4; what holds more by itself stays
 * alone. Rows that weigh nothing count nowhere.
 *
 * The areas and shares of `rankBounds` are then known within about 1 / k, whatever the scores are, since two sketches
 * overlap in pairs of runs that are as many as both have runs.
 *
 * @param most at least 5
 * @throws RangeError when the lists of a part differ in length, or for a smaller `most`
 */
export const mergeScoreRuns = (parts: readonly ScoreRuns[], most: number): ScoreRuns => {
  if (!(most >= 5)) throw new RangeError(`Runs are joined into 5 or more, not ${most}.`);
  const added = addedUp(parts);
  return added.low.length <= most ? added : joined(added, Math.floor((most - 1) / 4));
};

type Growing = { -readonly [List in keyof ScoreRuns]: number[] };
const noRuns = (): Growing => ({ low: [], high: [], positives: [], negatives: [] });

const addedUp = (parts: readonly ScoreRuns[]): ScoreRuns => {
  const all = noRuns();
  for (const part of parts) {
    const { low, high, positives, negatives } = part;
    if (new Set([low.length, high.length, positives.length, negatives.length]).size > 1)
      throw new RangeError('The lists of a sketch of scores are of one length.');
    for (let run = 0; run < low.length; run += 1) append(all, part, run);
  }
  const order = Array.from(all.low, (_, run) => run).sort(
    (a, b) =>
      (all.low[a] as number) - (all.low[b] as number) ||
      (all.high[a] as number) - (all.high[b] as number),
  );
  const added = noRuns();
  for (const run of order) {
    const last = added.low.length - 1;
    if (added.low[last] === all.low[run] && added.high[last] === all.high[run])
      addTo(added, last, all, run);
    else append(added, all, run);
  }
  return added;
};

const append = (into: Growing, from: ScoreRuns, run: number): void => {
  const [positives, negatives] = [from.positives[run] as number, from.negatives[run] as number];
  if (positives === 0 && negatives === 0) return;
  // Adding 0 makes −0 into 0.
  into.low.push((from.low[run] as number) + 0);
  into.high.push((from.high[run] as number) + 0);
  into.positives.push(positives);
  into.negatives.push(negatives);
};

const addTo = (into: Growing, at: number, from: ScoreRuns, run: number): void => {
  into.high[at] = Math.max(into.high[at] as number, from.high[run] as number);
  into.positives[at] = (into.positives[at] as number) + (from.positives[run] as number);
  into.negatives[at] = (into.negatives[at] as number) + (from.negatives[run] as number);
};

/** Joins neighbours that lie within the same k-th part of both classes. */
const joined = (runs: ScoreRuns, k: number): ScoreRuns => {
  const total = (masses: readonly number[]): number => masses.reduce((sum, mass) => sum + mass, 0);
  const [allPositive, allNegative] = [total(runs.positives), total(runs.negatives)];
  const part = (below: number, all: number): number =>
    all === 0 ? 0 : Math.floor((k * below) / all);
  const few = noRuns();
  let [positives, negatives] = [0, 0];
  let [before, known] = [
    [0, 0],
    [-1, -1],
  ];
  runs.low.forEach((_, run) => {
    positives += runs.positives[run] as number;
    negatives += runs.negatives[run] as number;
    const after = [part(positives, allPositive), part(negatives, allNegative)];
    const isWithin = isSame(before, after);
    if (isWithin && isSame(before, known)) addTo(few, few.low.length - 1, runs, run);
    else append(few, runs, run);
    known = isWithin ? after : [-1, -1];
    before = after;
  });
  return few;
};

const isSame = (one: readonly number[], other: readonly number[]): boolean =>
  one[0] === other[0] && one[1] === other[1];
