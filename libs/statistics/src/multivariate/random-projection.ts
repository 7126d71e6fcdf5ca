import type { Random } from '../random.js';

export interface RandomProjectionOptions {
  readonly random: Random;
  /** How many columns are left. */
  readonly dimensions: number;
}

/** A linear map to fewer columns. */
export interface RandomProjection {
  readonly from: number;
  readonly to: number;
  /** Of ± 1 / √to: `from` signs for each of the new columns, one after another. */
  readonly weights: Float64Array;
}

/**
 * A map of vectors to fewer dimensions by random signs, that about keeps their distances: by a factor 1 ± ε with
 * ε² ≈ 8 ln(n) / dimensions for n of them (Johnson and Lindenstrauss).
 *
 * It looks at no row, so whoever compares two samples of what it gives compares them fairly. What is lost is power: a
 * shift of the mean keeps about dimensions / from of its squared Mahalanobis length when all directions vary alike.
 *
 * @throws RangeError when a number of columns isn't one
 *
 * Source: D. Achlioptas, Database-friendly random projections, Journal of Computer and System Sciences 66 (2003).
 */
export const randomProjection = (
  from: number,
  { random, dimensions }: RandomProjectionOptions,
): RandomProjection => {
  for (const count of [from, dimensions])
    if (!(Number.isInteger(count) && count > 0))
      throw new RangeError(`${count} is no number of columns.`);
  const weight = 1 / Math.sqrt(dimensions);
  return {
    from,
    to: dimensions,
    weights: Float64Array.from({ length: from * dimensions }, () =>
      random() < 0.5 ? -weight : weight,
    ),
  };
};

/**
 * The columns that are left of columns, one array each, of the same rows.
 *
 * @throws RangeError when their number isn't that of the projection
 */
export const projected = (
  { from, to, weights }: RandomProjection,
  columns: readonly Float64Array[],
): Float64Array[] => {
  if (columns.length !== from)
    throw new RangeError(`The projection is of ${from} columns, not of ${columns.length}.`);
  const rows = columns[0]?.length ?? 0;
  return Array.from({ length: to }, (_, target) => {
    const sums = new Float64Array(rows);
    columns.forEach((column, source) => {
      const weight = weights[target * from + source] as number;
      for (let row = 0; row < rows; row += 1)
        sums[row] = (sums[row] as number) + weight * (column[row] as number);
    });
    return sums;
  });
};
