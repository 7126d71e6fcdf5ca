/** Rows column by column: a score, then whatever goes with it. All have the same length. */
export interface SortableRows {
  readonly scores: Float64Array;
  readonly cells: readonly Uint16Array[];
  readonly masses: Float64Array | null;
}

export const makeRows = (length: number, panels: number, weighted: boolean): SortableRows => ({
  scores: new Float64Array(length),
  cells: Array.from({ length: panels }, () => new Uint16Array(length)),
  masses: weighted ? new Float64Array(length) : null,
});

/** Below this, moving each row to its place is faster than counting. */
const fewest = 24;
const mostBuckets = 4096;

/**
 * Sorts the first rows from the lowest score to the highest; the order among equal scores is left open.
 *
 * Rows are scattered into buckets of equal width between the lowest score and the highest, then each bucket likewise,
 * until a few rows are left: O(n) for scores that are spread in any way that numbers of 64 bits can be.
 */
export const sortRows = (rows: SortableRows, length: number): void => {
  const scratch = makeRows(length, rows.cells.length, rows.masses !== null);
  const todo: [number, number][] = [[0, length]];
  for (let range = todo.pop(); range !== undefined; range = todo.pop()) {
    const [from, to] = range;
    if (to - from <= fewest) insert(rows, from, to);
    else if (!scatter(rows, scratch, from, to, todo)) insertRest(rows, from, to);
  }
};

/** @returns false when the scores are too close to be told apart by width */
const scatter = (
  rows: SortableRows,
  scratch: SortableRows,
  from: number,
  to: number,
  todo: [number, number][],
): boolean => {
  const { scores } = rows;
  let lowest = scores[from] as number;
  let highest = lowest;
  for (let row = from + 1; row < to; row += 1) {
    const score = scores[row] as number;
    if (score < lowest) lowest = score;
    else if (score > highest) highest = score;
  }
  if (lowest === highest) return true;
  const buckets = Math.min(mostBuckets, Math.max(2, (to - from) >> 1));
  const scale = buckets / (highest - lowest);
  if (!Number.isFinite(scale)) return false;
  const last = buckets - 1;
  const ends = new Uint32Array(buckets + 1);
  for (let row = from; row < to; row += 1) {
    const bucket = Math.min(last, ((scores[row] as number) - lowest) * scale) | 0;
    ends[bucket + 1] = (ends[bucket + 1] as number) + 1;
  }
  ends[0] = from;
  for (let bucket = 1; bucket <= buckets; bucket += 1)
    ends[bucket] = (ends[bucket] as number) + (ends[bucket - 1] as number);
  const starts = ends.slice();
  const single = rows.cells.length === 1 && rows.masses === null;
  if (single) scatterOne(rows, scratch, from, to, lowest, scale, last, ends);
  else scatterAll(rows, scratch, from, to, lowest, scale, last, ends);
  rows.scores.set(scratch.scores.subarray(from, to), from);
  rows.cells.forEach((cells, panel) =>
    cells.set((scratch.cells[panel] as Uint16Array).subarray(from, to), from),
  );
  rows.masses?.set((scratch.masses as Float64Array).subarray(from, to), from);
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const start = starts[bucket] as number;
    const end = starts[bucket + 1] as number;
    if (end - start <= fewest) insert(rows, start, end);
    else todo.push([start, end]);
  }
  return true;
};

/** The usual case by itself: no loop within the loop. */
const scatterOne = (
  rows: SortableRows,
  scratch: SortableRows,
  from: number,
  to: number,
  lowest: number,
  scale: number,
  last: number,
  places: Uint32Array,
): void => {
  const { scores } = rows;
  const cells = rows.cells[0] as Uint16Array;
  const intoScores = scratch.scores;
  const intoCells = scratch.cells[0] as Uint16Array;
  for (let row = from; row < to; row += 1) {
    const score = scores[row] as number;
    const bucket = Math.min(last, (score - lowest) * scale) | 0;
    const place = places[bucket] as number;
    places[bucket] = place + 1;
    intoScores[place] = score;
    intoCells[place] = cells[row] as number;
  }
};

const scatterAll = (
  rows: SortableRows,
  scratch: SortableRows,
  from: number,
  to: number,
  lowest: number,
  scale: number,
  last: number,
  places: Uint32Array,
): void => {
  for (let row = from; row < to; row += 1) {
    const score = rows.scores[row] as number;
    const bucket = Math.min(last, (score - lowest) * scale) | 0;
    const place = places[bucket] as number;
    places[bucket] = place + 1;
    copyRow(rows, row, scratch, place);
  }
};

const copyRow = (rows: SortableRows, row: number, into: SortableRows, place: number): void => {
  into.scores[place] = rows.scores[row] as number;
  for (let panel = 0; panel < rows.cells.length; panel += 1)
    (into.cells[panel] as Uint16Array)[place] = (rows.cells[panel] as Uint16Array)[row] as number;
  if (rows.masses !== null && into.masses !== null) into.masses[place] = rows.masses[row] as number;
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

/** By comparison: for scores next to 0 whose differences are the smallest numbers there are. */
const insertRest = (rows: SortableRows, from: number, to: number): void => {
  const order = Uint32Array.from({ length: to - from }, (_, index) => from + index).sort(
    (a, b) => (rows.scores[a] as number) - (rows.scores[b] as number),
  );
  const sorted = makeRows(to - from, rows.cells.length, rows.masses !== null);
  order.forEach((row, place) => copyRow(rows, row, sorted, place));
  rows.scores.set(sorted.scores, from);
  rows.cells.forEach((cells, panel) => cells.set(sorted.cells[panel] as Uint16Array, from));
  if (sorted.masses !== null) rows.masses?.set(sorted.masses, from);
};
