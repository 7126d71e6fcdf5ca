import { leastSquares, type LeastSquares } from '@sluice/statistics';

/** What a fit learned: how much of each feature follows the sensitive columns. */
export interface CorrelationFit {
  readonly means: readonly number[];
  /** For each feature its coefficients, one for each sensitive column. */
  readonly coefficients: readonly (readonly number[])[];
  /** Sensitive columns that are independent of each other; the others have the coefficient 0. */
  readonly rank: number;
}

/**
 * Learns to take out of numeric features what follows linearly from sensitive columns, S: the least-squares
 * coefficients β of x on S − mean(S), each column centred by its own mean, as fairlearn's CorrelationRemover 0.15
 * does; earlier ones centred several columns by one mean over all of them, which leaves correlation behind.
 *
 * Rows with weights count by their weight in means and squares, so that the weighed correlation is what goes.
 *
 * @param sensitive columns of equal length without missing values; indicators stand for groups, see {@link indicators}
 * @param features columns of the same length without missing values
 * @param weight of each row, 0 or more; 1 where it is left out
 */
export const fitCorrelation = (
  sensitive: readonly Float64Array[],
  features: readonly Float64Array[],
  weight?: Float64Array,
): CorrelationFit => {
  const means = sensitive.map((column) => meanOf(column, weight));
  const centred = sensitive.map((column, index) =>
    column.map((value) => value - (means[index] as number)),
  );
  // Squares of residuals weigh w when the residuals are √w times as long.
  const lengths = weight?.map(Math.sqrt);
  const stretched = (columns: readonly Float64Array[]): readonly Float64Array[] =>
    lengths === undefined
      ? columns
      : columns.map((column) => column.map((value, row) => value * (lengths[row] as number)));
  const solved: LeastSquares = leastSquares(stretched(centred), stretched(features));
  return { means, coefficients: solved.coefficients, rank: solved.rank };
};

/**
 * A feature without what follows from the sensitive columns: α·(x − (s − mean)·β) + (1 − α)·x.
 *
 * @param alpha from 0, which leaves every value as it is, to 1, after which no correlation is left in the rows of the fit
 */
export const withoutCorrelation = (
  fit: CorrelationFit,
  feature: number,
  sensitive: readonly Float64Array[],
  values: Float64Array,
  alpha: number,
): Float64Array => {
  if (alpha === 0) return values;
  const beta = fit.coefficients[feature] as readonly number[];
  return values.map((value, row) => {
    const follows = sensitive.reduce(
      (sum, column, index) =>
        sum + ((column[row] as number) - (fit.means[index] as number)) * (beta[index] as number),
      0,
    );
    return alpha * (value - follows) + (1 - alpha) * value;
  });
};

/** A column of 0 and 1 for each value but the first, which the others imply. */
export const indicators = (values: readonly string[], known: readonly string[]): Float64Array[] =>
  known.slice(1).map((value) => Float64Array.from(values, (found) => Number(found === value)));

const meanOf = (values: Float64Array, weight?: Float64Array): number => {
  if (weight === undefined) return values.reduce((sum, value) => sum + value, 0) / values.length;
  const all = weight.reduce((sum, value) => sum + value, 0);
  return values.reduce((sum, value, row) => sum + value * (weight[row] as number), 0) / all;
};
