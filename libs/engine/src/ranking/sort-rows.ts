/** Rows column by column: a score, then whatever goes with it. All have the same length. */
export interface SortableRows {
  readonly scores: Float64Array;
  /** By panel; or where rows are, for whoever fetches the rest of them later. */
  readonly cells: readonly (Uint16Array | Uint32Array)[];
  readonly masses: Float64Array | null;
}

export const makeRows = (length: number, panels: number, weighted: boolean): SortableRows => ({
  scores: new Float64Array(length),
  cells: Array.from({ length: panels }, () => new Uint16Array(length)),
  masses: weighted ? new Float64Array(length) : null,
});

/** Likewise, in memory that all threads can read. */
export const makeSharedRows = (
  length: number,
  panels: number,
  weighted: boolean,
): SortableRows => ({
  scores: new Float64Array(new SharedArrayBuffer(8 * length)),
  cells: Array.from({ length: panels }, () => new Uint16Array(new SharedArrayBuffer(2 * length))),
  masses: weighted ? new Float64Array(new SharedArrayBuffer(8 * length)) : null,
});

/** Whoever takes sorted rows: those from `from` up to, but without, `to`. Each call's scores are above the last one's. */
export type TakeRows = (rows: SortableRows, from: number, to: number) => void;

/** Below this, moving each row to its place is faster than counting. */
const fewest = 24;
/** So many rows and their counts stay in a processor's own caches: less than a megabyte. */
const settled = 65_536;
const mostBuckets = 4096;

/**
 * Hands out the first rows from the lowest score to the highest; the order among equal scores is left open. The rows
 * themselves are left in disorder.
 *
 * Rows are scattered into buckets of equal width between the lowest score and the highest, then each bucket likewise,
 * until one fits the caches, is sorted there and handed out: O(n) for scores that are spread in any way that numbers
 * of 64 bits can be. Rows with the same score always come in one call.
 *
 * @param scratch room for as many rows
 */
export const takeInOrder = (
  rows: SortableRows,
  scratch: SortableRows,
  length: number,
  take: TakeRows,
): void => part(rows, scratch, 0, length, take);

const part = (
  rows: SortableRows,
  scratch: SortableRows,
  from: number,
  to: number,
  take: TakeRows,
): void => {
  if (to - from <= settled) return take(settle(rows, scratch, from, to), from, to);
  const buckets = Math.min(mostBuckets, (to - from) >> 9);
  const ends = new Uint32Array(buckets);
  if (!scatter(rows, scratch, from, to, buckets, ends)) {
    sortByComparison(rows, from, to);
    return take(rows, from, to);
  }
  let start = from;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const end = ends[bucket] as number;
    if (end > start) part(scratch, rows, start, end, take);
    start = end;
  }
};

const endsOfSettled = new Uint32Array(settled);

/** Sorts a range of few rows. @returns which of both has them then, in the same range */
const settle = (
  rows: SortableRows,
  scratch: SortableRows,
  from: number,
  to: number,
  ends = endsOfSettled,
): SortableRows => {
  const buckets = to - from;
  if (buckets <= fewest) {
    insert(rows, from, to);
    return rows;
  }
  if (!scatter(rows, scratch, from, to, buckets, ends)) {
    sortByComparison(rows, from, to);
    return rows;
  }
  let start = from;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const end = ends[bucket] as number;
    if (end - start > fewest) {
      const own = settle(scratch, rows, start, end, new Uint32Array(end - start));
      if (own !== scratch) copyRange(own, scratch, start, end);
    }
    start = end;
  }
  // One pass over all buckets: most have one row, and none an earlier one's.
  insert(scratch, from, to);
  return scratch;
};

/**
 * Scatters a range into buckets of equal width.
 *
 * @param ends set to where each bucket ends
 * @returns false when the scores are all the same, or too close to be told apart by width
 */
const scatter = (
  rows: SortableRows,
  into: SortableRows,
  from: number,
  to: number,
  buckets: number,
  ends: Uint32Array,
): boolean => {
  const { scores } = rows;
  let lowest = scores[from] as number;
  let highest = lowest;
  for (let row = from + 1; row < to; row += 1) {
    const score = scores[row] as number;
    if (score < lowest) lowest = score;
    if (score > highest) highest = score;
  }
  // By half a bucket less than there are, so that not even rounding leads beyond the last.
  const scale = (buckets - 0.5) / (highest - lowest);
  if (!Number.isFinite(scale)) return false;
  ends.fill(0, 0, buckets);
  for (let row = from; row < to; row += 1) {
    const bucket = (((scores[row] as number) - lowest) * scale) | 0;
    ends[bucket] = (ends[bucket] as number) + 1;
  }
  let start = from;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const count = ends[bucket] as number;
    ends[bucket] = start;
    start += count;
  }
  if (rows.cells.length === 1 && rows.masses === null)
    scatterOne(rows, into, from, to, lowest, scale, ends);
  else scatterAll(rows, into, from, to, lowest, scale, ends);
  return true;
};

/** The usual case by itself: no loop within the loop. */
const scatterOne = (
  rows: SortableRows,
  into: SortableRows,
  from: number,
  to: number,
  lowest: number,
  scale: number,
  places: Uint32Array,
): void => {
  const { scores } = rows;
  const cells = rows.cells[0] as Uint16Array;
  const intoScores = into.scores;
  const intoCells = into.cells[0] as Uint16Array;
  for (let row = from; row < to; row += 1) {
    const score = scores[row] as number;
    const bucket = ((score - lowest) * scale) | 0;
    const place = places[bucket] as number;
    places[bucket] = place + 1;
    intoScores[place] = score;
    intoCells[place] = cells[row] as number;
  }
};

const scatterAll = (
  rows: SortableRows,
  into: SortableRows,
  from: number,
  to: number,
  lowest: number,
  scale: number,
  places: Uint32Array,
): void => {
  for (let row = from; row < to; row += 1) {
    const bucket = (((rows.scores[row] as number) - lowest) * scale) | 0;
    const place = places[bucket] as number;
    places[bucket] = place + 1;
    copyRow(rows, row, into, place);
  }
};

const copyRow = (rows: SortableRows, row: number, into: SortableRows, place: number): void => {
  into.scores[place] = rows.scores[row] as number;
  for (let panel = 0; panel < rows.cells.length; panel += 1)
    (into.cells[panel] as Uint16Array)[place] = (rows.cells[panel] as Uint16Array)[row] as number;
  if (rows.masses !== null && into.masses !== null) into.masses[place] = rows.masses[row] as number;
};

const copyRange = (rows: SortableRows, into: SortableRows, from: number, to: number): void => {
  into.scores.set(rows.scores.subarray(from, to), from);
  rows.cells.forEach((cells, panel) =>
    (into.cells[panel] as Uint16Array).set(cells.subarray(from, to), from),
  );
  if (rows.masses !== null) into.masses?.set(rows.masses.subarray(from, to), from);
};

const insert = (rows: SortableRows, from: number, to: number): void => {
  const { scores } = rows;
  for (let row = from + 1; row < to; row += 1)
    for (let at = row; at > from && (scores[at - 1] as number) > (scores[at] as number); at -= 1)
      swap(rows, at - 1, at);
};

const swap = ({ scores, cells, masses }: SortableRows, a: number, b: number): void => {
  const score = scores[a] as number;
  scores[a] = scores[b] as number;
  scores[b] = score;
  for (let panel = 0; panel < cells.length; panel += 1) {
    const own = cells[panel] as Uint16Array;
    const cell = own[a] as number;
    own[a] = own[b] as number;
    own[b] = cell;
  }
  if (masses === null) return;
  const mass = masses[a] as number;
  masses[a] = masses[b] as number;
  masses[b] = mass;
};

/** For scores that are all the same, or next to 0 with the smallest numbers there are as differences. */
const sortByComparison = (rows: SortableRows, from: number, to: number): void => {
  const { scores } = rows;
  if (scores.subarray(from, to).every((score) => score === scores[from])) return;
  const order = Uint32Array.from({ length: to - from }, (_, index) => from + index).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
  const sorted = {
    scores: scores.slice(from, to),
    cells: rows.cells.map((cells) => cells.slice(from, to)),
    masses: rows.masses?.slice(from, to) ?? null,
  };
  order.forEach((row, place) => copyRow(rows, row, sorted, place));
  rows.scores.set(sorted.scores, from);
  rows.cells.forEach((cells, panel) => cells.set(sorted.cells[panel] as Uint16Array, from));
  if (sorted.masses !== null) rows.masses?.set(sorted.masses, from);
};
