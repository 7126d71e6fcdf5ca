/** The coefficients that bring a linear combination of columns nearest to each target. */
export interface LeastSquares {
  /** For each target, one coefficient a column. */
  readonly coefficients: readonly (readonly number[])[];
  /** How many columns are independent; a column that the ones before it explain has the coefficient 0. */
  readonly rank: number;
  /** Rows. */
  readonly n: number;
  readonly method: 'gram-schmidt';
}

/** Of a column's length, the share that must be left of it once the columns before it are taken out. */
const independence = 1e-10;

/**
 * Least squares without an intercept: for each target y the β that minimises |y − Xβ|², by modified Gram–Schmidt with a
 * second pass, which keeps the columns orthogonal to rounding. The fitted values Xβ are unique even where β isn't; among
 * columns that depend on each other the first are used.
 *
 * @param columns X, by column, all of one length
 * @param targets each of the same length
 *
 * Source: Å. Björck, Numerical Methods for Least Squares Problems (1996), section 2.4.
 *
 * @throws RangeError when lengths differ
 */
export const leastSquares = (
  columns: readonly Float64Array[],
  targets: readonly Float64Array[],
): LeastSquares => {
  const n = columns[0]?.length ?? targets[0]?.length ?? 0;
  if ([...columns, ...targets].some(({ length }) => length !== n))
    throw new RangeError('Columns and targets must be of one length.');
  const { basis, used, triangle } = orthonormal(columns);
  const coefficients = targets.map((target) => {
    const solution = backSubstitute(triangle, projections(basis, target));
    const all = columns.map(() => 0);
    used.forEach((column, index) => (all[column] = solution[index] as number));
    return all;
  });
  return { coefficients, rank: basis.length, n, method: 'gram-schmidt' };
};

interface Factors {
  readonly basis: Float64Array[];
  /** The columns that the basis stands for. */
  readonly used: number[];
  /** R by column: entry i of column j is that column's part along basis vector i. */
  readonly triangle: number[][];
}

const orthonormal = (columns: readonly Float64Array[]): Factors => {
  const factors: Factors = { basis: [], used: [], triangle: [] };
  columns.forEach((column, index) => {
    const rest = column.slice();
    const parts = factors.basis.map(() => 0);
    for (let pass = 0; pass < 2; pass += 1)
      factors.basis.forEach((vector, at) => {
        const part = dot(vector, rest);
        parts[at] = (parts[at] as number) + part;
        subtract(rest, vector, part);
      });
    const length = Math.sqrt(dot(rest, rest));
    if (length <= independence * Math.sqrt(dot(column, column))) return;
    factors.basis.push(rest.map((value) => value / length));
    factors.used.push(index);
    factors.triangle.push([...parts, length]);
  });
  return factors;
};

/** The parts of a target along each basis vector, each taken out before the next is looked for. */
const projections = (basis: readonly Float64Array[], target: Float64Array): number[] => {
  const rest = target.slice();
  return basis.map((vector) => {
    const part = dot(vector, rest);
    subtract(rest, vector, part);
    return part;
  });
};

const backSubstitute = (triangle: readonly number[][], right: readonly number[]): number[] => {
  const solution = right.slice();
  for (let row = right.length - 1; row >= 0; row -= 1) {
    let value = solution[row] as number;
    for (let column = row + 1; column < right.length; column += 1)
      value -= ((triangle[column] as number[])[row] as number) * (solution[column] as number);
    solution[row] = value / ((triangle[row] as number[])[row] as number);
  }
  return solution;
};

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1)
    sum += (a[index] as number) * (b[index] as number);
  return sum;
};

const subtract = (from: Float64Array, vector: Float64Array, times: number): void => {
  for (let index = 0; index < from.length; index += 1)
    from[index] = (from[index] as number) - times * (vector[index] as number);
};
