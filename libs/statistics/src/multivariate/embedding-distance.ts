import type { CovarianceMoments } from './covariance-moments.js';

export type EmbeddingMetric = 'euclidean' | 'cosine' | 'cityblock' | 'chebyshev';

export interface EmbeddingDistance {
  /** null when it isn't defined. */
  readonly distance: number | null;
  readonly n: { readonly reference: number; readonly current: number };
  readonly method: `embedding-${EmbeddingMetric}`;
  readonly undefinedBecause?: string;
}

/**
 * The distance between the mean vectors of two samples of embeddings: what Evidently's `distance` drift method computes.
 *
 * `euclidean`: √Σ(a − b)²; `cosine`: 1 − a·b / (‖a‖‖b‖), in [0, 2]; `cityblock`: Σ|a − b|; `chebyshev`: max |a − b|. In
 * the embedding's own unit but for the cosine's. 0 for equal means. Sees a change of the mean only; for others see
 * `maximumMeanDiscrepancy` with the bandwidth `between`, Evidently's `mmd` drift method (which cuts it at 0).
 *
 * From mergeable means. Undefined when a sample has no rows, or the cosine of a mean of length 0 is asked for.
 *
 * @throws RangeError when the dimensions differ
 */
export const embeddingDistance = (
  reference: Pick<CovarianceMoments, 'n' | 'means'>,
  current: Pick<CovarianceMoments, 'n' | 'means'>,
  metric: EmbeddingMetric = 'euclidean',
): EmbeddingDistance => {
  const a = reference.means;
  const b = current.means;
  if (a.length !== b.length)
    throw new RangeError(`Embeddings of ${a.length} dimensions don't compare with ${b.length}.`);
  const n = { reference: reference.n, current: current.n };
  const method = `embedding-${metric}` as const;
  if (!(n.reference > 0 && n.current > 0))
    return { distance: null, n, method, undefinedBecause: 'A sample has no rows.' };
  const distance = metrics[metric](a, b);
  return distance === null
    ? { distance, n, method, undefinedBecause: 'A mean vector has length 0.' }
    : { distance, n, method };
};

const sumOver = (a: Float64Array, b: Float64Array, f: (x: number, y: number) => number): number =>
  a.reduce((sum, x, index) => sum + f(x, b[index] as number), 0);

const dot = (a: Float64Array, b: Float64Array): number => sumOver(a, b, (x, y) => x * y);

const metrics: Record<EmbeddingMetric, (a: Float64Array, b: Float64Array) => number | null> = {
  euclidean: (a, b) => Math.sqrt(sumOver(a, b, (x, y) => (x - y) * (x - y))),
  cityblock: (a, b) => sumOver(a, b, (x, y) => Math.abs(x - y)),
  chebyshev: (a, b) => a.reduce((m, x, i) => Math.max(m, Math.abs(x - (b[i] as number))), 0),
  cosine: (a, b) => {
    const lengths = Math.sqrt(dot(a, a) * dot(b, b));
    return lengths === 0 ? null : Math.min(2, Math.max(0, 1 - dot(a, b) / lengths));
  },
};
