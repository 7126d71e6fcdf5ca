export interface SymmetricEigen {
  /** Descending. */
  readonly values: number[];
  /** Of unit length, orthogonal, in the order of the values; the largest component of each is positive. */
  readonly vectors: Float64Array[];
}

/**
 * The eigenvalues and eigenvectors of a real symmetric matrix, by cyclic Jacobi rotations.
 *
 * For small matrices, up to some hundred rows: time O(order³) a sweep, five to ten sweeps. Accurate to some units of
 * rounding of the largest eigenvalue.
 *
 * @param matrix by row; only the upper triangle is read
 * @throws RangeError when the matrix isn't of that order or has an element that isn't finite
 *
 * Source: G. H. Golub and C. F. Van Loan, Matrix computations (2013), 8.5.
 */
export const symmetricEigen = (matrix: Float64Array, order: number): SymmetricEigen => {
  if (matrix.length !== order * order)
    throw new RangeError(`A matrix of order ${order} hasn't ${matrix.length} elements.`);
  if (!matrix.every(Number.isFinite))
    throw new RangeError('A matrix with elements that are not finite has no eigenvalues.');
  const a = symmetrised(matrix, order);
  const rotation = identity(order);
  for (let sweep = 0; sweep < mostSweeps && !isDiagonal(a, order); sweep += 1)
    for (let row = 0; row < order - 1; row += 1)
      for (let column = row + 1; column < order; column += 1)
        rotate(a, rotation, order, row, column);
  const places = Array.from({ length: order }, (_, index) => index);
  const diagonal = places.map((index) => a[index * order + index] as number);
  places.sort((i, j) => (diagonal[j] as number) - (diagonal[i] as number) || i - j);
  return {
    values: places.map((index) => diagonal[index] as number),
    vectors: places.map((index) => orientedColumn(rotation, order, index)),
  };
};

const mostSweeps = 60;

const symmetrised = (matrix: Float64Array, order: number): Float64Array =>
  matrix.map((_, place) => {
    const row = Math.floor(place / order);
    const column = place % order;
    return matrix[Math.min(row, column) * order + Math.max(row, column)] as number;
  });

const identity = (order: number): Float64Array => {
  const matrix = new Float64Array(order * order);
  for (let index = 0; index < order; index += 1) matrix[index * (order + 1)] = 1;
  return matrix;
};

/** No element off the diagonal is large enough to change one on it. */
const isDiagonal = (a: Float64Array, order: number): boolean => {
  let off = 0;
  let all = 0;
  for (let place = 0; place < a.length; place += 1) {
    const squared = (a[place] as number) * (a[place] as number);
    all += squared;
    if (place % (order + 1) !== 0) off += squared;
  }
  return off <= 1e-34 * all;
};

/** Makes the element at (p, q) zero. */
const rotate = (
  a: Float64Array,
  rotation: Float64Array,
  order: number,
  p: number,
  q: number,
): void => {
  const off = a[p * order + q] as number;
  if (off === 0) return;
  const theta = ((a[q * order + q] as number) - (a[p * order + p] as number)) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < order; k += 1) turn(a, k * order + p, k * order + q, c, s);
  for (let k = 0; k < order; k += 1) turn(a, p * order + k, q * order + k, c, s);
  for (let k = 0; k < order; k += 1) turn(rotation, k * order + p, k * order + q, c, s);
};

const turn = (a: Float64Array, i: number, j: number, c: number, s: number): void => {
  const x = a[i] as number;
  const y = a[j] as number;
  a[i] = c * x - s * y;
  a[j] = s * x + c * y;
};

/** Eigenvectors have no sign of their own. */
const orientedColumn = (matrix: Float64Array, order: number, column: number): Float64Array => {
  const vector = Float64Array.from(
    { length: order },
    (_, row) => matrix[row * order + column] as number,
  );
  const largest = vector.reduce((far, part) => (Math.abs(part) > Math.abs(far) ? part : far), 0);
  return largest < 0 ? vector.map((part) => -part) : vector;
};
