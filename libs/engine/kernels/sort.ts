/* Rows are a score, f64, and what goes with it, u32: each has an array of its own. */

/** Below this, moving each row to its place is faster than counting. */
const fewest: i32 = 24;
/** Areas of counts, one for each time that a bucket is parted again. */
const deepest: i32 = 4;
/** Entries of an area, and the rows that are settled at most. */
const settled: usize = 65536;

/**
 * Scatters rows from `from` up to, but without, `to` into buckets of equal width.
 *
 * @param ends u32, set to where each bucket ends
 * @returns false when the scores are all the same, or too close to be told apart by width
 */
export function scatter(
  scores: usize,
  cells: usize,
  intoScores: usize,
  intoCells: usize,
  from: i32,
  to: i32,
  buckets: i32,
  ends: usize,
): bool {
  const firstScore = scores + ((<usize>from) << 3);
  const lastScore = scores + ((<usize>to) << 3);
  let lowest = load<f64>(firstScore);
  let highest = lowest;
  for (let at = firstScore + 8; at < lastScore; at += 8) {
    const score = load<f64>(at);
    lowest = min(lowest, score);
    highest = max(highest, score);
  }
  // By half a bucket less than there are, so that not even rounding leads beyond the last.
  const scale = (<f64>buckets - 0.5) / (highest - lowest);
  if (!isFinite(scale)) return false;
  memory.fill(ends, 0, (<usize>buckets) << 2);
  for (let at = firstScore; at < lastScore; at += 8) {
    const bucket = ends + ((<usize>(<i32>((load<f64>(at) - lowest) * scale))) << 2);
    store<u32>(bucket, load<u32>(bucket) + 1);
  }
  let start: u32 = from;
  for (let bucket = ends; bucket < ends + ((<usize>buckets) << 2); bucket += 4) {
    const count = load<u32>(bucket);
    store<u32>(bucket, start);
    start += count;
  }
  for (let at = firstScore; at < lastScore; at += 8) {
    const score = load<f64>(at);
    const bucket = ends + ((<usize>(<i32>((score - lowest) * scale))) << 2);
    const place: usize = load<u32>(bucket);
    store<u32>(bucket, <u32>place + 1);
    store<f64>(intoScores + (place << 3), score);
    store<u32>(intoCells + (place << 2), load<u32>(cells + ((at - scores) >> 1)));
  }
  return true;
}

/**
 * Sorts at most 65,536 rows.
 *
 * @param ends room for 4 · 65,536 u32
 * @param depth how often the rows' bucket was parted before
 * @returns whether the other arrays have them then, in the same range
 */
export function settle(
  scores: usize,
  cells: usize,
  otherScores: usize,
  otherCells: usize,
  from: i32,
  to: i32,
  ends: usize,
  depth: i32,
): bool {
  const buckets = to - from;
  if (buckets <= fewest) {
    insert(scores, cells, from, to);
    return false;
  }
  if (
    depth === deepest ||
    !scatter(scores, cells, otherScores, otherCells, from, to, buckets, ends)
  ) {
    compare(scores, cells, from, to);
    return false;
  }
  let start = from;
  for (let bucket: i32 = 0; bucket < buckets; bucket += 1) {
    const end = load<i32>(ends + ((<usize>bucket) << 2));
    if (
      end - start > fewest &&
      settle(otherScores, otherCells, scores, cells, start, end, ends + (settled << 2), depth + 1)
    ) {
      const first = <usize>start;
      const count = <usize>(end - start);
      memory.copy(otherScores + (first << 3), scores + (first << 3), count << 3);
      memory.copy(otherCells + (first << 2), cells + (first << 2), count << 2);
    }
    start = end;
  }
  // One pass over all buckets: most have one row, and none an earlier one's.
  insert(otherScores, otherCells, from, to);
  return true;
}

/** By insertion: for rows that are nearly sorted, or few. */
function insert(scores: usize, cells: usize, from: i32, to: i32): void {
  const first = scores + ((<usize>from) << 3);
  let before = load<f64>(first);
  for (let at = first + 8; at < scores + ((<usize>to) << 3); at += 8) {
    const score = load<f64>(at);
    if (!(before > score)) {
      before = score;
      continue;
    }
    const cell = load<u32>(cells + ((at - scores) >> 1));
    let place = at;
    do {
      store<f64>(place, load<f64>(place - 8));
      const own = cells + ((place - scores) >> 1);
      store<u32>(own, load<u32>(own - 4));
      place -= 8;
    } while (place > first && load<f64>(place - 8) > score);
    store<f64>(place, score);
    store<u32>(cells + ((place - scores) >> 1), cell);
  }
}

/** By a heap: for scores next to 0 with the smallest numbers there are as differences, or spread on purpose. */
export function compare(scores: usize, cells: usize, from: i32, to: i32): void {
  const count = to - from;
  const ownScores = scores + ((<usize>from) << 3);
  const ownCells = cells + ((<usize>from) << 2);
  for (let root = (count >> 1) - 1; root >= 0; root -= 1) sift(ownScores, ownCells, root, count);
  for (let last = count - 1; last > 0; last -= 1) {
    swap(ownScores, ownCells, 0, last);
    sift(ownScores, ownCells, 0, last);
  }
}

function sift(scores: usize, cells: usize, from: i32, count: i32): void {
  let root = from;
  for (;;) {
    let child = 2 * root + 1;
    if (child >= count) return;
    if (child + 1 < count && scoreAt(scores, child + 1) > scoreAt(scores, child)) child += 1;
    if (scoreAt(scores, root) >= scoreAt(scores, child)) return;
    swap(scores, cells, root, child);
    root = child;
  }
}

function scoreAt(scores: usize, row: i32): f64 {
  return load<f64>(scores + ((<usize>row) << 3));
}

function swap(scores: usize, cells: usize, a: i32, b: i32): void {
  const score = scoreAt(scores, a);
  store<f64>(scores + ((<usize>a) << 3), scoreAt(scores, b));
  store<f64>(scores + ((<usize>b) << 3), score);
  const cellA = cells + ((<usize>a) << 2);
  const cellB = cells + ((<usize>b) << 2);
  const cell = load<u32>(cellA);
  store<u32>(cellA, load<u32>(cellB));
  store<u32>(cellB, cell);
}
