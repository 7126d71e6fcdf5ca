/**
 * The solution x of Ax = b for a symmetric positive definite A, by Cholesky's factors. O(n³ / 3), some fifty times as fast
 * as by eigenvalues.
 *
 * null when A isn't positive definite, or nearly isn't: when a pivot is below 1e-10 of the largest diagonal element, so that
 * x would rest on rounding errors.
 *
 * @param matrix by row
 * @throws RangeError when the sizes differ or a number isn't finite
 *
 * Source: G. H. Golub and C. F. Van Loan, Matrix Computations (2013), section 4.2.
 */
export const positiveSolve = (matrix: Float64Array, right: Float64Array): Float64Array | null => {
  const order = right.length;
  if (matrix.length !== order * order)
    throw new RangeError(`A matrix of ${matrix.length} numbers has no ${order} rows and columns.`);
  if (!matrix.every(Number.isFinite) || !right.every(Number.isFinite))
    throw new RangeError('A number of the system is not finite.');
  const factor = choleskyFactor(matrix, order);
  if (factor === null) return null;
  const solution = right.slice();
  for (let i = 0; i < order; i += 1) {
    let sum = solution[i] as number;
    for (let k = 0; k < i; k += 1)
      sum -= (factor[i * order + k] as number) * (solution[k] as number);
    solution[i] = sum / (factor[i * order + i] as number);
  }
  for (let i = order - 1; i >= 0; i -= 1) {
    let sum = solution[i] as number;
    for (let k = i + 1; k < order; k += 1)
      sum -= (factor[k * order + i] as number) * (solution[k] as number);
    solution[i] = sum / (factor[i * order + i] as number);
  }
  return solution;
};

/** The lower factor L of LLᵀ. */
const choleskyFactor = (matrix: Float64Array, order: number): Float64Array | null => {
  const factor = new Float64Array(order * order);
  let largest = 0;
  for (let i = 0; i < order; i += 1) largest = Math.max(largest, matrix[i * order + i] as number);
  for (let i = 0; i < order; i += 1)
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * order + j] as number;
      for (let k = 0; k < j; k += 1)
        sum -= (factor[i * order + k] as number) * (factor[j * order + k] as number);
      if (i > j) factor[i * order + j] = sum / (factor[j * order + j] as number);
      else if (sum > 1e-10 * largest) factor[i * order + i] = Math.sqrt(sum);
      else return null;
    }
  return factor;
};
