/** Rows by label and bin of the score, from the lowest scores to the highest. Counts may be effective ones, and fractional. */
export interface LabelledBins {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

export const total = (counts: readonly number[]): number =>
  counts.reduce((sum, count) => sum + count, 0);
