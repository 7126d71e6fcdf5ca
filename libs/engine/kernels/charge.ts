/** What rows are charged with, laid out by `ScoreCharges`. */
@unmanaged
export class Charges {
  /** Multiply losses and scores into units. */
  perLoss: f64 = 0;
  perScore: f64 = 0;
  /** Rounds to multiples of 2^30 when it is added and taken away, see `roundsTo`. */
  coarse: f64 = 0;
  /** Likewise, to whole numbers. */
  fine: f64 = 0;
  /** Probabilities are told apart from 0 and 1 by this. */
  smallest: f64 = 0;
  /** f64 by cell, then bin. */
  bins: usize = 0;
  binCount: i32 = 0;
  /** f64 by cell and sum: the coarse part, then the rest. */
  parts: usize = 0;
  sumsPerCell: i32 = 0;
  /** u8 by bin: where sums of its scores are among a cell's. */
  sumOfBin: usize = 0;
  /** Room for the losses of a score, by label: four numbers in two parts each. */
  losses: usize = 0;
}

/** The natural logarithm, as JavaScript has it. */
declare function log(x: f64): f64;

/** A label's losses: four pairs of numbers. */
const lossBytes: usize = 64;

/** Charges sorted rows that count 1 to their cells, as `histogramSql` and `lossesSql` define it. */
export function charge(to: Charges, scores: usize, cells: usize, from: i32, until: i32): void {
  const bins = to.bins;
  const binCount = to.binCount;
  const parts = to.parts;
  const cellBytes = (<usize>to.sumsPerCell) << 4;
  const losses = to.losses;
  const perScore = to.perScore;
  for (let start = from; start < until;) {
    const score = load<f64>(scores + ((<usize>start) << 3));
    let end = start + 1;
    let ones = load<u32>(cells + ((<usize>start) << 2)) & 1;
    while (end < until && load<f64>(scores + ((<usize>end) << 3)) === score) {
      ones += load<u32>(cells + ((<usize>end) << 2)) & 1;
      end += 1;
    }
    if (ones < <u32>(end - start)) lose(to, 1 - score, losses);
    if (ones > 0) lose(to, score, losses + lossBytes);
    const bin = min(max(<i32>(score * <f64>binCount), 0), binCount - 1);
    const own = (<usize>load<u8>(to.sumOfBin + <usize>bin)) << 4;
    const units = inParts(to, score * perScore);
    const squares = inParts(to, score * score * perScore);
    for (let at = (<usize>start) << 2; at < (<usize>end) << 2; at += 4) {
      const cell = load<u32>(cells + at);
      const count = bins + ((<usize>(cell * binCount + bin)) << 3);
      store<f64>(count, load<f64>(count) + 1);
      const loss = losses + <usize>(cell & 1) * lossBytes;
      const first = parts + <usize>cell * cellBytes;
      add(first, v128.load(loss));
      add(first + 16, v128.load(loss + 16));
      add(first + 32, v128.load(loss + 32));
      add(first + 48, v128.load(loss + 48));
      add(first + 64, squares);
      add(first + own, units);
    }
    start = end;
  }
}

/** The losses of a score that gives some probability to a label. */
function lose(to: Charges, given: f64, losses: usize): void {
  const loss = -log(min(1 - to.smallest, max(to.smallest, given)));
  const brier = (1 - given) * (1 - given);
  v128.store(losses, inParts(to, loss * to.perLoss));
  v128.store(losses + 16, inParts(to, loss * loss * to.perLoss));
  v128.store(losses + 32, inParts(to, brier * to.perLoss));
  v128.store(losses + 48, inParts(to, brier * brier * to.perLoss));
}

function add(to: usize, parts: v128): void {
  v128.store(to, f64x2.add(v128.load(to), parts));
}

/** A number rounded to a whole one, as a multiple of 2^30 and the rest. */
function inParts(to: Charges, units: f64): v128 {
  const high = units + to.coarse - to.coarse;
  return f64x2.replace_lane(f64x2.splat(high), 1, units - high + to.fine - to.fine);
}
