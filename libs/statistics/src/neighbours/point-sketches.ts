import type { PointCloud } from './neighbour-tree.js';

/** Coordinates of a point's head: eight that are all compared, and four more that are where those leave it open. */
const inHead = 12;
/** A number of 32 bits is off by at most 2^−24 of itself; two of them, and what was rounded before. */
const unit = 2 ** -22;
const smallest = 2 ** -148;
/** Numbers of 32 bits end beyond. */
const largest = 1e38;

/**
 * Points in 32 bits, centred and scaled, from the coordinate that varies most to that which varies least: a first look,
 * in half the memory, that tells most of the points which are too far after a few of their coordinates. Only what may
 * be near enough, by a margin for all rounding, is worth the distance itself.
 */
export class PointSketches {
  /** The first coordinates of all points, which mostly are all that is read. */
  private readonly heads: Float32Array;
  /** The others, as many to a point as `own` has; none if there are no more. */
  private readonly tails: Float32Array;
  /** Those of the point that others are compared with. */
  private readonly ownHead = new Float64Array(inHead);
  private readonly ownTail: Float64Array;
  /** By how much a distance between sketches may differ from that between points. */
  private readonly margin: number;

  /** @param order the points in the order in which they are kept */
  constructor({ coordinates, width, scale }: PointCloud, order: Uint32Array) {
    const tail = Math.max(0, width - inHead);
    this.heads = new Float32Array(order.length * inHead);
    this.tails = new Float32Array(order.length * tail);
    this.ownTail = new Float64Array(tail);
    const columns = Array.from({ length: width }, (_, c) =>
      spreadOf(coordinates, width, c, scale[c] as number),
    ).sort((one, other) => other.variance - one.variance || one.column - other.column);
    columns.forEach(({ column, mean }, at) => {
      const [into, stride, first] =
        at < inHead ? [this.heads, inHead, at] : [this.tails, tail, at - inHead];
      for (let place = 0; place < order.length; place += 1)
        into[place * stride + first] =
          ((coordinates[(order[place] as number) * width + column] as number) - mean) *
          (scale[column] as number);
    });
    this.margin = columns.some(({ most }) => most > largest)
      ? Infinity
      : Math.hypot(...columns.map(({ most }) => unit * most + smallest));
  }

  /** Makes the point at a place the one that others are compared with. */
  compareWith(place: number): void {
    const { heads, tails, ownHead, ownTail } = this;
    ownHead.set(heads.subarray(place * inHead, (place + 1) * inHead));
    ownTail.set(tails.subarray(place * ownTail.length, (place + 1) * ownTail.length));
  }

  /** The square of a distance between sketches beyond which points are farther than `reach`, a square as well. */
  limitOf(reach: number): number {
    return (Math.sqrt(reach) * (1 + 1e-9) + this.margin) ** 2;
  }

  /**
   * The first place from one on, up to another, whose point may be within the limit; the last one if there is none.
   * Written out, with the point's own coordinates beside the loop: this is where searches spend their time.
   */
  next(from: number, to: number, limit: number): number {
    const { heads, ownHead } = this;
    const a = ownHead[0] as number;
    const b = ownHead[1] as number;
    const c = ownHead[2] as number;
    const d = ownHead[3] as number;
    const e = ownHead[4] as number;
    const f = ownHead[5] as number;
    const g = ownHead[6] as number;
    const h = ownHead[7] as number;
    for (let place = from; place < to; place += 1) {
      const at = place * inHead;
      const i = a - (heads[at] as number);
      const j = b - (heads[at + 1] as number);
      const k = c - (heads[at + 2] as number);
      const l = d - (heads[at + 3] as number);
      const m = e - (heads[at + 4] as number);
      const n = f - (heads[at + 5] as number);
      const o = g - (heads[at + 6] as number);
      const p = h - (heads[at + 7] as number);
      const distance = i * i + j * j + (k * k + l * l) + (m * m + n * n + (o * o + p * p));
      if (!(distance > limit) && this.isWithin(place, limit, distance)) return place;
    }
    return to;
  }

  /** @param first the square of the distance of the first eight coordinates */
  private isWithin(place: number, limit: number, first: number): boolean {
    const { heads, ownHead, tails, ownTail } = this;
    const at = place * inHead;
    const i = (ownHead[8] as number) - (heads[at + 8] as number);
    const j = (ownHead[9] as number) - (heads[at + 9] as number);
    const k = (ownHead[10] as number) - (heads[at + 10] as number);
    const l = (ownHead[11] as number) - (heads[at + 11] as number);
    let distance = first + (i * i + j * j + (k * k + l * l));
    const start = place * ownTail.length;
    for (let c = 0; c < ownTail.length && !(distance > limit); c += 1) {
      const apart = (ownTail[c] as number) - (tails[start + c] as number);
      distance += apart * apart;
    }
    return !(distance > limit);
  }
}

/** The mean of a column, and the variance and the largest absolute value once it is centred and scaled. */
const spreadOf = (
  coordinates: Float64Array,
  width: number,
  column: number,
  scale: number,
): { column: number; mean: number; variance: number; most: number } => {
  const count = coordinates.length / width;
  let mean = 0;
  for (let at = column; at < coordinates.length; at += width)
    mean += (coordinates[at] as number) / count;
  let [variance, most] = [0, 0];
  for (let at = column; at < coordinates.length; at += width) {
    const value = Math.abs(((coordinates[at] as number) - mean) * scale);
    variance += (value * value) / count;
    if (value > most) most = value;
  }
  return { column, mean, variance, most };
};
