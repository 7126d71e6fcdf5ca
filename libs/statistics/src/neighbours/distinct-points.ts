/** Rows that stand at the same point are one. */
export interface DistinctPoints {
  /** Coordinates of the points, in the order of their first rows. */
  readonly coordinates: Float64Array;
  /** How many rows stand at each. */
  readonly rows: Uint32Array;
  /** For each row, its point. */
  readonly pointOf: Uint32Array;
}

/** Puts rows together whose coordinates are all equal; −0 is 0. */
export const distinctPoints = (coordinates: Float64Array, width: number): DistinctPoints => {
  const count = coordinates.length / width;
  const known = new Map<string, number>();
  const firstRows: number[] = [];
  const rows: number[] = [];
  const pointOf = new Uint32Array(count);
  const own = new Float64Array(width);
  const words = new Uint16Array(own.buffer);
  for (let row = 0; row < count; row += 1) {
    for (let c = 0; c < width; c += 1) own[c] = (coordinates[row * width + c] as number) + 0;
    const key = String.fromCharCode(...words);
    let point = known.get(key);
    if (point === undefined) {
      point = firstRows.length;
      known.set(key, point);
      firstRows.push(row);
      rows.push(0);
    }
    pointOf[row] = point;
    rows[point] = (rows[point] as number) + 1;
  }
  const kept = new Float64Array(firstRows.length * width);
  firstRows.forEach((row, point) =>
    kept.set(coordinates.subarray(row * width, (row + 1) * width), point * width),
  );
  return { coordinates: kept, rows: Uint32Array.from(rows), pointOf };
};
