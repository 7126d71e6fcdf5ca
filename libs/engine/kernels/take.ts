/** How rows fall into buckets, laid out by `BucketedRows`. */
@unmanaged
export class Buckets {
  /** Scores from this one on are left out. */
  limit: f64 = 0;
  /** f64: where a part of the scores ends and the next begins. */
  inner: usize = 0;
  ends: i32 = 0;
  /** f64 by part. */
  lowest: usize = 0;
  scale: usize = 0;
  /** Of each part. */
  buckets: i32 = 0;
  /** u32 by bucket: where its next row goes; a multiple of a chunk's rows when that has to be found. */
  next: usize = 0;
  /** u16 by chunk: its bucket. */
  owners: usize = 0;
  /** u32: how many chunks there are. */
  chunks: usize = 0;
  /** f64: the rows at hand. */
  scores: usize = 0;
  /** f64, or 0 where each row counts 1; and where a chunk's own begin in it. */
  masses: usize = 0;
  massesAt: usize = 0;
  /** u32, set to where each row went: the number of its chunk, then its place there. */
  places: usize = 0;
  /** u16, set to the part of each, and for a row that is left out to how many there are. */
  parts: usize = 0;
  /** The first chunk, and how far it is to the next one. */
  first: usize = 0;
  stride: usize = 0;
}

const chunkBits: u32 = 9;
const chunkRows: u32 = 1 << chunkBits;

/** The place of a row that is left out. */
const nowhere: u32 = 0xffffffff;

/** Puts rows into buckets by their scores. */
export function bucket(into: Buckets, rows: i32): void {
  const inner = into.inner;
  const ends = into.ends;
  const lowest = into.lowest;
  const scale = into.scale;
  const buckets = into.buckets;
  const next = into.next;
  const first = into.first;
  const stride = into.stride;
  const limit = into.limit;
  const scores = into.scores;
  const masses = into.masses;
  const massesAt = into.massesAt;
  const places = into.places;
  const parts = into.parts;
  const last = buckets - 1;
  for (let row: usize = 0; row < <usize>rows; row += 1) {
    // Adding 0 makes −0 into 0.
    const score = load<f64>(scores + (row << 3)) + 0;
    // Written so that NaN is left out, too.
    if (!(score < limit)) {
      store<u32>(places + (row << 2), nowhere);
      store<u16>(parts + (row << 1), <u16>(ends + 1));
      continue;
    }
    // Without a branch: which part it is can't be foretold.
    let part = 0;
    for (let end = 0; end < ends; end += 1)
      part += i32(score >= load<f64>(inner + ((<usize>end) << 3)));
    const partAt = (<usize>part) << 3;
    const position = (score - load<f64>(lowest + partAt)) * load<f64>(scale + partAt);
    // Far from the scores expected it becomes the nearest number of 32 bits.
    const at: usize = part * buckets + min(max(<i32>position, 0), last);
    let place = load<u32>(next + (at << 2));
    if ((place & (chunkRows - 1)) === 0) {
      const begun = load<u32>(into.chunks);
      store<u32>(into.chunks, begun + 1);
      store<u16>(into.owners + ((<usize>begun) << 1), <u16>at);
      place = begun << chunkBits;
    }
    store<u32>(next + (at << 2), place + 1);
    const chunk = first + <usize>(place >> chunkBits) * stride;
    const offset = (<usize>(place & (chunkRows - 1))) << 3;
    store<f64>(chunk + offset, score);
    if (masses !== 0) store<f64>(chunk + massesAt + offset, load<f64>(masses + (row << 3)));
    store<u32>(places + (row << 2), place);
    store<u16>(parts + (row << 1), <u16>part);
  }
}

/** What is counted of rows, laid out by `RowTaker`. */
@unmanaged
export class Counting {
  scores: usize = 0;
  /** i32. */
  marks: usize = 0;
  /** f64, or 0 where each row counts 1. */
  masses: usize = 0;
  /** As `bucket` left them. */
  places: usize = 0;
  parts: usize = 0;
  /** With that of rows that are left out. */
  partCount: i32 = 0;
  /** Bits of a mark that count. */
  known: i32 = 0;
  /** What a score of ½ or more adds to a mark. */
  predicts: i32 = 0;
  /** The first chunk, and how far it is to the next one. */
  first: usize = 0;
  stride: usize = 0;
}

const markings: i32 = 8;

/**
 * Counts the rows of a panel by their combination of codes, part and mark, and keeps the cell of each.
 *
 * @param numbers i32 by row: its combination
 * @param counts f64 by combination, part and mark
 * @param cells where a chunk's cells begin in it
 */
export function count(
  task: Counting,
  rows: i32,
  numbers: usize,
  counts: usize,
  cells: usize,
): void {
  const scores = task.scores;
  const marks = task.marks;
  const masses = task.masses;
  const places = task.places;
  const parts = task.parts;
  const partCount = task.partCount;
  const known = task.known;
  const predicts = task.predicts;
  const first = task.first + cells;
  const stride = task.stride;
  for (let row: usize = 0; row < <usize>rows; row += 1) {
    const number = load<i32>(numbers + (row << 2));
    const mark =
      (load<i32>(marks + (row << 2)) & known) +
      i32(load<f64>(scores + (row << 3)) >= 0.5) * predicts;
    const at: usize = (number * partCount + <i32>load<u16>(parts + (row << 1))) * markings + mark;
    const mass = masses === 0 ? 1 : load<f64>(masses + (row << 3));
    store<f64>(counts + (at << 3), load<f64>(counts + (at << 3)) + mass);
    const place = load<u32>(places + (row << 2));
    if (place !== nowhere)
      store<u16>(
        first + <usize>(place >> chunkBits) * stride + (((<usize>place) & (chunkRows - 1)) << 1),
        <u16>(2 * number + (mark & 1)),
      );
  }
}

/**
 * Calls cells of a thread what they are called among those of all threads.
 *
 * @param own u16
 * @param names u16 by cell of the thread
 * @param into u32
 */
export function rename(own: usize, rows: i32, names: usize, into: usize): void {
  for (let row: usize = 0; row < <usize>rows; row += 1)
    store<u32>(
      into + (row << 2),
      <u32>load<u16>(names + ((<usize>load<u16>(own + (row << 1))) << 1)),
    );
}
