/** The means and the products of deviations of several numeric columns of the same rows. Mergeable. */
export interface CovarianceMoments {
  readonly n: number;
  readonly means: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ, by row; not divided by n. */
  readonly products: Float64Array;
}

/**
 * The moments of columns, one array each, of the same rows.
 *
 * Deviations from the mean rather than Σxxᵀ: the same information, without its loss of digits when means are large.
 *
 * @throws RangeError when the columns differ in length or a value isn't finite
 */
export const covarianceMoments = (columns: readonly Float64Array[]): CovarianceMoments => {
  const order = columns.length;
  const n = columns[0]?.length ?? 0;
  columns.forEach((column, index) => {
    if (column.length !== n)
      throw new RangeError(`Column ${index} has ${column.length} rows, the first ${n}.`);
    const row = column.findIndex((value) => !Number.isFinite(value));
    if (row >= 0)
      throw new RangeError(
        `Row ${row} of column ${index} is ${column[row]}; impute or leave out what isn't finite.`,
      );
  });
  const means = Float64Array.from(columns, meanOf);
  const products = new Float64Array(order * order);
  for (let i = 0; i < order; i += 1)
    for (let j = i; j < order; j += 1) {
      const sum = productOf(columns, means, i, j);
      products[i * order + j] = sum;
      products[j * order + i] = sum;
    }
  return { n, means, products };
};

/** Two passes, so that a constant has no variance. */
const meanOf = (column: Float64Array): number => {
  if (column.length === 0) return 0;
  const first = column.reduce((sum, value) => sum + value, 0) / column.length;
  return first + column.reduce((sum, value) => sum + (value - first), 0) / column.length;
};

const productOf = (
  columns: readonly Float64Array[],
  means: Float64Array,
  i: number,
  j: number,
): number => {
  const [a, b] = [columns[i] as Float64Array, columns[j] as Float64Array];
  const [meanA, meanB] = [means[i] as number, means[j] as number];
  let sum = 0;
  for (let row = 0; row < a.length; row += 1)
    sum += ((a[row] as number) - meanA) * ((b[row] as number) - meanB);
  return sum;
};

/**
 * The moments of the rows of both.
 *
 * @throws RangeError when they are of different numbers of columns
 *
 * Source: T. F. Chan, G. H. Golub and R. J. LeVeque, Updating formulae and a pairwise algorithm for computing sample
 * variances (1979).
 */
export const mergeMoments = (a: CovarianceMoments, b: CovarianceMoments): CovarianceMoments => {
  const order = a.means.length;
  if (b.means.length !== order)
    throw new RangeError(
      `Moments of ${order} columns don't merge with those of ${b.means.length}.`,
    );
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const gaps = a.means.map((mean, index) => (b.means[index] as number) - mean);
  return {
    n,
    means: a.means.map((mean, index) => mean + ((gaps[index] as number) * b.n) / n),
    products: a.products.map(
      (product, place) =>
        product +
        (b.products[place] as number) +
        (((gaps[Math.floor(place / order)] as number) * (gaps[place % order] as number) * a.n) /
          n) *
          b.n,
    ),
  };
};
