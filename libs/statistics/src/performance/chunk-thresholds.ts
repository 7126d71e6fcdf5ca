export interface ChunkThresholds {
  readonly lower: number;
  readonly upper: number;
  readonly mean: number;
  /** With the number of chunks as divisor. */
  readonly deviation: number;
  /** The chunks on which the metric was defined. */
  readonly chunks: number;
  readonly method: 'mean-3-deviations' | 'mean-deviations';
}

export interface ChunkThresholdOptions {
  /** The range of the metric, to which the thresholds are cut; a side that is null has no bound. */
  readonly range?: readonly [lowest: number | null, highest: number | null];
  /** Standard deviations on either side of the mean; 3 unless told otherwise. */
  readonly multiplier?: number;
}

/**
 * Between what a metric of a chunk of production is unremarkable, from its values on chunks of the reference: mean ± 3
 * standard deviations, cut to the metric's range. The deviation has the number of chunks as divisor, and chunks on
 * which the metric is undefined (null) don't count, as in NannyML.
 *
 * The chunks must be of the size of those to be judged, as noise falls with size. null when no chunk has a figure.
 *
 * @throws RangeError when a figure isn't finite or the multiplier is negative
 *
 * Source: NannyML 0.13, `StandardDeviationThreshold`.
 */
export const chunkThresholds = (
  figures: readonly (number | null)[],
  { range = [null, null], multiplier = 3 }: ChunkThresholdOptions = {},
): ChunkThresholds | null => {
  const defined = figures.filter((figure) => figure !== null);
  if (!defined.every(Number.isFinite))
    throw new RangeError('A chunk has a figure that is not finite; an undefined one is null.');
  if (!(multiplier >= 0)) throw new RangeError(`${multiplier} deviations are no distance.`);
  const chunks = defined.length;
  if (chunks === 0) return null;
  const mean = defined.reduce((sum, figure) => sum + figure, 0) / chunks;
  const squares = defined.reduce((sum, figure) => sum + (figure - mean) * (figure - mean), 0);
  const deviation = Math.sqrt(squares / chunks);
  const [lowest, highest] = range;
  return {
    lower: Math.max(lowest ?? -Infinity, mean - multiplier * deviation),
    upper: Math.min(highest ?? Infinity, mean + multiplier * deviation),
    mean,
    deviation,
    chunks,
    method: multiplier === 3 ? 'mean-3-deviations' : 'mean-deviations',
  };
};
