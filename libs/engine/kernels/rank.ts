/** Ranks of a panel's rows, laid out by `CountedRanks`. */
@unmanaged
export class Ranks {
  /** Multiplies precisions into units. */
  perPrecision: f64 = 0;
  /** Rounds to whole numbers when it is added and taken away, see `roundsTo`. */
  fine: f64 = 0;
  /** Likewise, to multiples of 2^22. */
  coarse: f64 = 0;
  /** Further than two products of 64 bits can be from two quotients. */
  doubt: f64 = 0;
  /** Which panel it is, for whoever is called. */
  panel: i32 = 0;
  /** Rows since the last carry, and how many there may be. */
  pending: i32 = 0;
  rowsPerCarry: i32 = 0;
  /** `Figures` by slice. */
  figures: usize = 0;
  /** i32 by slice: positives of the score at hand, then negatives; all 0 between two scores. */
  tied: usize = 0;
  /** i32: the panel's slices, each once. */
  own: usize = 0;
  ownCount: i32 = 0;
  /** Room for as many slices. */
  touched: usize = 0;
  /** i32 by combination: where its slices begin; those of the next one are their end. */
  starts: usize = 0;
  slices: usize = 0;
  /** f64 by slice and label: the component of rows of the score at hand; 0 where nobody asks. */
  levels: usize = 0;
  /** f64 by slice: how many negatives there are. */
  negatives: usize = 0;
}

/**
 * Figures of a slice, in pairs: of positives, then of negatives. Those "since" are since the last carry: whole numbers
 * below 2^53, whose plain sums are exact.
 */
@unmanaged
class Figures {
  /** Rows with the score at hand or a higher one. */
  positivesAbove: f64;
  negativesAbove: f64;
  /** Twice the rows since, so that they are components: twice the rows below and half of those level. */
  positivesSince: f64;
  negativesSince: f64;
  /** Σ x over positives since, of x = negativesSince and the negatives level; likewise of negatives. */
  p1: f64;
  n1: f64;
  /** Σ x². */
  p2: f64;
  n2: f64;
  /** Σ of precisions, in multiples of 2^22 and the rest. */
  precisionHigh: f64;
  precisionLow: f64;
  perPositive: f64;
  perNegative: f64;
  /** Rows above this score that make the next share of rows. */
  nextShare: f64;
  /** The largest distance so far, nearly, and where it is: the score, and what has it or exceeds it. */
  farthest: f64;
  farthestAt: f64;
  farthestPositives: f64;
  farthestNegatives: f64;
}

/** Ends the sums since the last carry. */
declare function carry(panel: i32): void;
/** More rows of one score than fit between two carries; the last one was just before. */
declare function many(panel: i32, slice: i32, positives: i32, negatives: i32): void;
/** Only two quotients tell which of two distances is the larger when products don't. */
declare function lookAtBoth(
  panel: i32,
  slice: i32,
  score: f64,
  positives: f64,
  negatives: f64,
): void;
/** The next share of rows is reached. */
declare function reach(
  panel: i32,
  slice: i32,
  positives: i32,
  negatives: i32,
  above: f64,
  after: f64,
): void;
/** Rows of one score have the levels at hand. */
declare function tell(panel: i32, from: i32, to: i32): void;

/** Ranks sorted rows that count 1 within all slices at once, from the lowest score to the highest. */
export function rank(all: Ranks, scores: usize, cells: usize, from: i32, to: i32): void {
  for (let start = from; start < to;) {
    const score = load<f64>(scores + ((<usize>start) << 3));
    let end = start + 1;
    while (end < to && load<f64>(scores + ((<usize>end) << 3)) === score) end += 1;
    const rows = end - start;
    all.pending += rows;
    if (all.pending > all.rowsPerCarry) {
      carry(all.panel);
      all.pending = rows;
    }
    // Looking at all slices is faster than noting which of them rows belong to, unless they are many.
    const isEach = all.ownCount <= 2 * rows;
    const slices = isEach ? all.own : all.touched;
    const count = isEach ? gatherInto(all, cells, start, end) : gather(all, cells, start, end);
    if (all.levels !== 0) level(all, slices, count);
    if (rows > all.rowsPerCarry) rankMany(all, score, slices, count);
    else rankTied(all, score, slices, count);
    if (all.levels !== 0) tell(all.panel, start, end);
    start = end;
  }
}

/** Ranks the rows of one score, which `tied` has by slice. */
function rankTied(all: Ranks, score: f64, slices: usize, count: i32): void {
  const figures = all.figures;
  const tiedRows = all.tied;
  const perPrecision = all.perPrecision;
  const fine = all.fine;
  const coarse = all.coarse;
  const doubt = all.doubt;
  const end = slices + ((<usize>count) << 2);
  for (let at = slices; at < end; at += 4) {
    const slice = load<i32>(at);
    const rows = tiedRows + ((<usize>slice) << 3);
    if (load<i64>(rows) === 0) continue;
    const tied = f64x2.convert_low_i32x4_s(v128.load64_zero(rows));
    store<i64>(rows, 0);
    const own = figures + <usize>slice * offsetof<Figures>();
    const above = v128.load(own, offsetof<Figures>('positivesAbove'));
    const since = v128.load(own, offsetof<Figures>('positivesSince'));
    // Without a branch, though either may be 0.
    const both = f64x2.add(since, tied);
    const x = v128.shuffle<f64>(both, both, 1, 0);
    const sum = f64x2.mul(tied, x);
    addTo(own + offsetof<Figures>('p1'), sum);
    addTo(own + offsetof<Figures>('p2'), f64x2.mul(sum, x));
    v128.store(own, f64x2.add(both, tied), offsetof<Figures>('positivesSince'));
    v128.store(own, f64x2.sub(above, tied), offsetof<Figures>('positivesAbove'));
    const positives = f64x2.extract_lane(above, 0);
    const rest = positives + f64x2.extract_lane(above, 1);
    const precision = (positives / rest) * perPrecision + fine - fine;
    const high = precision + coarse - coarse;
    const parts = f64x2.replace_lane(f64x2.splat(high), 1, precision - high);
    const times = v128.shuffle<f64>(tied, tied, 0, 0);
    addTo(own + offsetof<Figures>('precisionHigh'), f64x2.mul(times, parts));
    const shares = f64x2.mul(above, v128.load(own, offsetof<Figures>('perPositive')));
    const distance = abs(f64x2.extract_lane(shares, 0) - f64x2.extract_lane(shares, 1));
    if (distance > load<f64>(own, offsetof<Figures>('farthest')) - doubt)
      reachDistance(all, changetype<Figures>(own), slice, score, distance, above);
    const left = rest - f64x2.extract_lane(tied, 0) - f64x2.extract_lane(tied, 1);
    if (left < load<f64>(own, offsetof<Figures>('nextShare')))
      reachShare(all, slice, tied, positives, rest);
  }
}

/** The same for more rows of one score than fit between two carries. */
function rankMany(all: Ranks, score: f64, slices: usize, count: i32): void {
  for (let index = 0; index < count; index += 1) {
    const slice = load<i32>(slices + ((<usize>index) << 2));
    const rows = all.tied + ((<usize>slice) << 3);
    const positives = load<i32>(rows);
    const negatives = load<i32>(rows + 4);
    if ((positives | negatives) === 0) continue;
    store<i64>(rows, 0);
    const own = changetype<Figures>(all.figures + <usize>slice * offsetof<Figures>());
    many(all.panel, slice, positives, negatives);
    const above = v128.load(changetype<usize>(own), offsetof<Figures>('positivesAbove'));
    own.positivesAbove -= <f64>positives;
    own.negativesAbove -= <f64>negatives;
    const shares = f64x2.mul(
      above,
      v128.load(changetype<usize>(own), offsetof<Figures>('perPositive')),
    );
    const distance = abs(f64x2.extract_lane(shares, 0) - f64x2.extract_lane(shares, 1));
    if (distance > own.farthest - all.doubt) reachDistance(all, own, slice, score, distance, above);
    if (own.positivesAbove + own.negativesAbove < own.nextShare)
      reach(
        all.panel,
        slice,
        positives,
        negatives,
        f64x2.extract_lane(above, 0),
        f64x2.extract_lane(above, 0) + f64x2.extract_lane(above, 1),
      );
  }
  all.pending = 0;
}

/** The components of rows of the score at hand: of positives, twice the negatives below and those level. */
function level(all: Ranks, slices: usize, count: i32): void {
  for (let index = 0; index < count; index += 1) {
    const slice = load<i32>(slices + ((<usize>index) << 2));
    const rows = all.tied + ((<usize>slice) << 3);
    const own = changetype<Figures>(all.figures + <usize>slice * offsetof<Figures>());
    const levels = all.levels + ((<usize>slice) << 4);
    const below = load<f64>(all.negatives + ((<usize>slice) << 3)) - own.negativesAbove;
    store<f64>(levels, 2 * own.positivesAbove - <f64>load<i32>(rows));
    store<f64>(levels + 8, 2 * below + <f64>load<i32>(rows + 4));
  }
}

/** Counts rows of one score by slice and label. @returns how many slices there are */
function gatherInto(all: Ranks, cells: usize, start: i32, end: i32): i32 {
  const tied = all.tied;
  const starts = all.starts;
  const slices = all.slices;
  for (let row = start; row < end; row += 1) {
    const cell = load<u32>(cells + ((<usize>row) << 2));
    const combination = starts + ((<usize>(cell >> 1)) << 2);
    const last = slices + ((<usize>load<i32>(combination + 4)) << 2);
    const one = unitOf(cell);
    for (let at = slices + ((<usize>load<i32>(combination)) << 2); at < last; at += 4) {
      const rows = tied + ((<usize>load<u32>(at)) << 3);
      store<i64>(rows, load<i64>(rows) + one);
    }
  }
  return all.ownCount;
}

/** Likewise, and notes the slices. @returns how many they are */
function gather(all: Ranks, cells: usize, start: i32, end: i32): i32 {
  const touched = all.touched;
  let count: i32 = 0;
  for (let row = start; row < end; row += 1) {
    const cell = load<u32>(cells + ((<usize>row) << 2));
    const combination = all.starts + ((<usize>(cell >> 1)) << 2);
    const last = all.slices + ((<usize>load<i32>(combination + 4)) << 2);
    const one = unitOf(cell);
    for (let at = all.slices + ((<usize>load<i32>(combination)) << 2); at < last; at += 4) {
      const slice = load<i32>(at);
      const rows = all.tied + ((<usize>slice) << 3);
      const before = load<i64>(rows);
      if (before === 0) {
        store<i32>(touched + ((<usize>count) << 2), slice);
        count += 1;
      }
      store<i64>(rows, before + one);
    }
  }
  return count;
}

/** A row of a cell, among those tied: positives are the lower half of 64 bits, which are read and written as one. */
function unitOf(cell: u32): i64 {
  return select<i64>(1, (<i64>1) << 32, (cell & 1) === 1);
}

function addTo(sum: usize, more: v128): void {
  v128.store(sum, f64x2.add(v128.load(sum), more));
}

function reachDistance(
  all: Ranks,
  own: Figures,
  slice: i32,
  score: f64,
  distance: f64,
  above: v128,
): void {
  const positives = f64x2.extract_lane(above, 0);
  const negatives = f64x2.extract_lane(above, 1);
  if (distance < own.farthest + all.doubt)
    lookAtBoth(all.panel, slice, score, positives, negatives);
  own.farthest = distance;
  own.farthestAt = score;
  own.farthestPositives = positives;
  own.farthestNegatives = negatives;
}

function reachShare(all: Ranks, slice: i32, tied: v128, above: f64, after: f64): void {
  reach(
    all.panel,
    slice,
    <i32>f64x2.extract_lane(tied, 0),
    <i32>f64x2.extract_lane(tied, 1),
    above,
    after,
  );
}
