/** PointCloud in a space of few dimensions, one after another: coordinate c of point p stands at p · width + c. */
export interface PointCloud {
  readonly coordinates: Float64Array;
  readonly width: number;
  /** What differences along each coordinate are multiplied by before they are squared. */
  readonly scale: Float64Array;
}

/** The points nearest to one, each with what part of it is taken. */
export interface Neighbourhood {
  readonly points: readonly number[];
  /** 1 of points nearer than the last, for those that are as far as the last one the same share of each. */
  readonly shares: readonly number[];
}

/** Distances whose squares differ by less than this part of themselves are equal but for rounding. */
const rounding = 1e-12;
const mostInLeaf = 32;

/**
 * A k-d tree over points that each stand for a number of rows, for their nearest neighbours by Euclidean distance.
 *
 * Built once in O(n log n): each node halves its points along the coordinate in which they reach farthest. A search
 * passes over the boxes that are farther than what was found; in many dimensions that is none of them, and a search then
 * takes as long as looking at every point. The same points in any order give the same neighbours.
 *
 * Source: J. H. Friedman, J. L. Bentley and R. A. Finkel, An algorithm for finding best matches in logarithmic expected
 * time, ACM TOMS 3 (1977).
 */
export class NeighbourTree {
  /** Points in the order of the leaves. */
  private readonly order: Uint32Array;
  /** Their coordinates in that order, so that a leaf is read in one piece. */
  private readonly sorted: Float64Array;
  /** A balanced tree in an array: the children of node i are 2i + 1 and 2i + 2. */
  private readonly boxes: { lower: Float64Array; upper: Float64Array }[] = [];

  /** @param rows how many rows each point stands for, at least one */
  constructor(
    private readonly points: PointCloud,
    private readonly rows: ArrayLike<number>,
  ) {
    const { coordinates, width } = points;
    this.order = Uint32Array.from({ length: rows.length }, (_, point) => point);
    if (rows.length > 0) this.build(0, 0, rows.length);
    this.sorted = new Float64Array(rows.length * width);
    this.order.forEach((point, at) =>
      this.sorted.set(coordinates.subarray(point * width, (point + 1) * width), at * width),
    );
  }

  /**
   * The `count` rows nearest to a point, those that stand at it among them. Rows that are equally far as the last of
   * them are taken in equal shares, so that no order of rows decides.
   */
  nearest(point: number, count: number): Neighbourhood {
    const nearest = new Nearest(count, this.rows);
    const { width } = this.points;
    const at = this.points.coordinates.subarray(point * width, (point + 1) * width);
    const stack = [{ node: 0, from: 0, to: this.order.length, distance: 0 }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, from, to, distance } = top;
      if (distance > nearest.reach) continue;
      if (to - from <= mostInLeaf) {
        this.searchLeaf(at, from, to, nearest);
        continue;
      }
      const middle = (from + to) >>> 1;
      const [left, right] = [2 * node + 1, 2 * node + 2];
      const toLeft = { node: left, from, to: middle, distance: this.distanceToBox(at, left) };
      const toRight = { node: right, from: middle, to, distance: this.distanceToBox(at, right) };
      // The nearer one last, which is looked at first.
      if (toLeft.distance <= toRight.distance) stack.push(toRight, toLeft);
      else stack.push(toLeft, toRight);
    }
    return nearest.taken();
  }

  private searchLeaf(at: Float64Array, from: number, to: number, nearest: Nearest): void {
    const { width, scale } = this.points;
    const { sorted } = this;
    for (let place = from; place < to; place += 1) {
      const start = place * width;
      const { reach } = nearest;
      let distance = 0;
      for (let c = 0; c < width && distance <= reach; c += 1) {
        const apart = ((at[c] as number) - (sorted[start + c] as number)) * (scale[c] as number);
        distance += apart * apart;
      }
      if (distance <= reach) nearest.add(this.order[place] as number, distance);
    }
  }

  private distanceToBox(at: Float64Array, node: number): number {
    const { width, scale } = this.points;
    const { lower, upper } = this.boxes[node] as { lower: Float64Array; upper: Float64Array };
    let sum = 0;
    for (let c = 0; c < width; c += 1) {
      const own = at[c] as number;
      const [low, high] = [lower[c] as number, upper[c] as number];
      const outside = own < low ? low - own : own > high ? own - high : 0;
      const apart = outside * (scale[c] as number);
      sum += apart * apart;
    }
    // Rounded sums of smaller terms in the same order never exceed that of a point in the box.
    return sum;
  }

  private build(node: number, from: number, to: number): void {
    const { coordinates, width, scale } = this.points;
    const lower = new Float64Array(width).fill(Infinity);
    const upper = new Float64Array(width).fill(-Infinity);
    for (let at = from; at < to; at += 1) {
      const start = (this.order[at] as number) * width;
      for (let c = 0; c < width; c += 1) {
        const value = coordinates[start + c] as number;
        if (value < (lower[c] as number)) lower[c] = value;
        if (value > (upper[c] as number)) upper[c] = value;
      }
    }
    this.boxes[node] = { lower, upper };
    if (to - from <= mostInLeaf) return;
    let widest = 0;
    const extent = (c: number): number =>
      ((upper[c] as number) - (lower[c] as number)) * (scale[c] as number);
    for (let c = 1; c < width; c += 1) if (extent(c) > extent(widest)) widest = c;
    this.order
      .subarray(from, to)
      .sort(
        (one, other) =>
          (coordinates[one * width + widest] as number) -
            (coordinates[other * width + widest] as number) || one - other,
      );
    const middle = (from + to) >>> 1;
    this.build(2 * node + 1, from, middle);
    this.build(2 * node + 2, middle, to);
  }
}

/** The nearest points of a search so far. */
class Nearest {
  /** The squared distance beyond which a point is of no use. */
  reach = Infinity;
  /** Ascending by distance. */
  private readonly found: { readonly point: number; readonly distance: number }[] = [];

  constructor(
    private readonly count: number,
    private readonly rows: ArrayLike<number>,
  ) {}

  add(point: number, distance: number): void {
    const { found } = this;
    let place = found.length;
    while (place > 0 && (found[place - 1] as { distance: number }).distance > distance) place -= 1;
    found.splice(place, 0, { point, distance });
    const last = this.last();
    if (last === null) return;
    this.reach = last * (1 + rounding);
    while ((found.at(-1) as { distance: number }).distance > this.reach) found.pop();
  }

  /** In one order, so that sums over them round alike. */
  taken(): Neighbourhood {
    const last = this.last() ?? Infinity;
    const isNear = (distance: number): boolean => distance < last * (1 - rounding);
    const rowsIn = (near: boolean): number =>
      this.found
        .filter(({ distance }) => isNear(distance) === near)
        .reduce((sum, { point }) => sum + (this.rows[point] as number), 0);
    const share = (this.count - rowsIn(true)) / rowsIn(false);
    const ordered = this.found.toSorted((one, other) => one.point - other.point);
    return {
      points: ordered.map(({ point }) => point),
      shares: ordered.map(({ distance }) => (isNear(distance) ? 1 : share)),
    };
  }

  /** The distance within which there are rows enough; null when there are too few as yet. */
  private last(): number | null {
    let held = 0;
    for (const { point, distance } of this.found) {
      held += this.rows[point] as number;
      if (held >= this.count) return distance;
    }
    return null;
  }
}
