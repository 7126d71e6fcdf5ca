import type { Random } from '../random.js';

/**
 * |x − y|² for each pair of points, by row of a square matrix.
 *
 * @throws RangeError when the points differ in dimension
 */
export const squaredDistances = (points: readonly Float64Array[]): Float64Array => {
  const size = points.length;
  const distances = new Float64Array(size * size);
  const dimension = points[0]?.length ?? 0;
  for (let row = 0; row < size; row += 1) {
    const x = points[row] as Float64Array;
    if (x.length !== dimension)
      throw new RangeError(
        `Points are of one dimension: point ${row} has ${x.length} coordinates, the first ${dimension}.`,
      );
    for (let column = 0; column < row; column += 1) {
      const y = points[column] as Float64Array;
      let sum = 0;
      for (let axis = 0; axis < dimension; axis += 1) {
        const difference = (x[axis] as number) - (y[axis] as number);
        sum += difference * difference;
      }
      distances[row * size + column] = sum;
      distances[column * size + row] = sum;
    }
  }
  return distances;
};

/** `most` places of `length`, ascending, drawn without replacement; all of them when there are no more. */
export const drawPlaces = (length: number, most: number, random: Random): number[] => {
  if (length <= most) return Array.from({ length }, (_, place) => place);
  // Floyd's way: as many draws as places wanted.
  const chosen = new Set<number>();
  for (let last = length - most; last < length; last += 1) {
    const place = Math.floor(random() * (last + 1));
    chosen.add(chosen.has(place) ? last : place);
  }
  return [...chosen].toSorted((a, b) => a - b);
};
