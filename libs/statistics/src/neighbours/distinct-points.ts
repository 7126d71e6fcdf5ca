/** Rows that stand at the same point are one. */
export interface DistinctPoints {
  /** Coordinates of the points, in the order of their first rows. */
  readonly coordinates: Float64Array;
  /** How many rows stand at each. */
  readonly rows: Uint32Array;
  /** For each row, its point. */
  readonly pointOf: Uint32Array;
}

const none = 0xffffffff;

/** Puts rows together whose coordinates are all equal; −0 is 0. In a table of hashes with open addresses. */
export const distinctPoints = (coordinates: Float64Array, width: number): DistinctPoints => {
  const count = coordinates.length / width;
  const places = 2 ** Math.ceil(Math.log2(2 * count + 2));
  const known = new Uint32Array(places).fill(none);
  const firstRows: number[] = [];
  const rows: number[] = [];
  const pointOf = new Uint32Array(count);
  const hashOf = rowHash(coordinates, width);
  for (let row = 0; row < count; row += 1) {
    let place = hashOf(row) & (places - 1);
    let point = known[place] as number;
    while (point !== none && !areEqual(coordinates, width, firstRows[point] as number, row)) {
      place = (place + 1) & (places - 1);
      point = known[place] as number;
    }
    if (point === none) {
      point = firstRows.length;
      known[place] = point;
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

/** Mixes the bits of a row's numbers, as MurmurHash3 does. */
const rowHash = (coordinates: Float64Array, width: number): ((row: number) => number) => {
  const own = new Float64Array(1);
  const words = new Int32Array(own.buffer);
  const mixed = (hash: number, word: number): number => {
    const spread = Math.imul(word, 0xcc9e2d51);
    const turned = hash ^ Math.imul((spread << 15) | (spread >>> 17), 0x1b873593);
    return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
  };
  return (row) => {
    let hash = 0;
    for (let c = 0; c < width; c += 1) {
      own[0] = (coordinates[row * width + c] as number) + 0;
      hash = mixed(mixed(hash, words[0] as number), words[1] as number);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  };
};

const areEqual = (
  coordinates: Float64Array,
  width: number,
  one: number,
  other: number,
): boolean => {
  for (let c = 0; c < width; c += 1)
    if (coordinates[one * width + c] !== coordinates[other * width + c]) return false;
  return true;
};
