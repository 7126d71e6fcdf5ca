import { NearestPoints, type Neighbourhood } from './nearest-points.js';
import { PointSketches } from './point-sketches.js';
import { halve } from './halve.js';

/** Points in a space, one after another: coordinate c of point p stands at p · width + c. */
export interface PointCloud {
  readonly coordinates: Float64Array;
  readonly width: number;
  /** What differences along each coordinate are multiplied by before they are squared. */
  readonly scale: Float64Array;
}

/** Points of a leaf for each coordinate, and at most: looking at a box takes as long as some of them. */
const inLeaf = 16;
const mostInLeaf = 512;
/** Coordinates that are looked at between two steps: some milliseconds of work. */
const coordinatesInStep = 2 ** 20;

/**
 * A k-d tree over points that each stand for a number of rows, for their nearest neighbours by Euclidean distance.
 *
 * Built once in O(n log n): each node halves its points along the coordinate in which they reach farthest. A search
 * passes over the boxes that are farther than what was found. In many dimensions that is none of them; a search then
 * goes through all points, of which `PointSketches` tell most by a few of their coordinates. The same points in any
 * order give the same neighbours.
 *
 * Source: J. H. Friedman, J. L. Bentley and R. A. Finkel, An algorithm for finding best matches in logarithmic expected
 * time, ACM TOMS 3 (1977).
 */
export class NeighbourTree {
  /** Points in the order of the leaves, and of each where it is in that order. */
  private readonly order: Uint32Array;
  private readonly placeOf: Uint32Array;
  /** A balanced tree in an array: the children of node i are 2i + 1 and 2i + 2. Lower bounds, then upper ones, of each. */
  private readonly boxes: Float64Array;
  private sketches: PointSketches | undefined;
  private readonly stack: Visits;
  private readonly leaf: number;

  /** @param rows how many rows each point stands for, at least one */
  private constructor(
    private readonly points: PointCloud,
    private readonly rows: ArrayLike<number>,
  ) {
    this.order = Uint32Array.from({ length: rows.length }, (_, point) => point);
    this.placeOf = new Uint32Array(rows.length);
    this.leaf = Math.min(mostInLeaf, inLeaf * points.width);
    // Halves of an odd number of points differ by one.
    const levels = Math.max(0, Math.ceil(Math.log2(rows.length / this.leaf))) + 1;
    this.boxes = new Float64Array((2 ** (levels + 1) - 1) * 2 * points.width);
    this.stack = new Visits(levels + 2);
  }

  /** Builds a tree in steps. @param rows how many rows each point stands for, at least one */
  static *over(points: PointCloud, rows: ArrayLike<number>): Generator<undefined, NeighbourTree> {
    const tree = new NeighbourTree(points, rows);
    yield* tree.build();
    return tree;
  }

  /**
   * The `count` rows nearest to a point, those that stand at it among them. Rows that are equally far as the last of
   * them are taken in equal shares, so that no order of rows decides.
   */
  nearest(point: number, count: number): Neighbourhood {
    const nearest = new NearestPoints(count, this.rows);
    const { stack } = this;
    this.sketches?.compareWith(this.placeOf[point] as number);
    stack.push(0, 0, this.order.length, 0);
    while (stack.pop()) {
      const { node, from, to } = stack;
      if (stack.distance > nearest.reach) continue;
      if (to - from <= this.leaf) {
        this.searchLeaf(point, from, to, nearest);
        continue;
      }
      const middle = (from + to) >>> 1;
      const [left, right] = [2 * node + 1, 2 * node + 2];
      const toLeft = this.distanceToBox(point, left, nearest.reach);
      const toRight = this.distanceToBox(point, right, nearest.reach);
      // The nearer one last, which is looked at first.
      const leftLast = toLeft <= toRight;
      if (leftLast && toRight <= nearest.reach) stack.push(right, middle, to, toRight);
      if (toLeft <= nearest.reach) stack.push(left, from, middle, toLeft);
      if (!leftLast && toRight <= nearest.reach) stack.push(right, middle, to, toRight);
    }
    return nearest.taken();
  }

  private searchLeaf(point: number, from: number, to: number, nearest: NearestPoints): void {
    const sketches = this.sketches as PointSketches;
    let limit = sketches.limitOf(nearest.reach);
    let place = sketches.next(from, to, limit);
    while (place < to) {
      const other = this.order[place] as number;
      const distance = this.distance(point, other, nearest.reach);
      if (distance <= nearest.reach) {
        nearest.add(other, distance);
        limit = sketches.limitOf(nearest.reach);
      }
      place = sketches.next(place + 1, to, limit);
    }
  }

  /** The square of a distance; of one beyond the reach, only that it is. */
  private distance(one: number, other: number, reach: number): number {
    const { coordinates, width, scale } = this.points;
    let distance = 0;
    for (let c = 0; c < width && distance <= reach; c += 1) {
      const apart =
        ((coordinates[one * width + c] as number) - (coordinates[other * width + c] as number)) *
        (scale[c] as number);
      distance += apart * apart;
    }
    return distance;
  }

  /** Likewise to the nearest place of a box. */
  private distanceToBox(point: number, node: number, reach: number): number {
    const { coordinates, width, scale } = this.points;
    const { boxes } = this;
    const lower = 2 * node * width;
    let sum = 0;
    for (let c = 0; c < width && sum <= reach; c += 1) {
      const own = coordinates[point * width + c] as number;
      const [low, high] = [boxes[lower + c] as number, boxes[lower + width + c] as number];
      // Without a branch: which side a point is on can't be foretold.
      const outside = Math.max(low - own, own - high, 0);
      const apart = outside * (scale[c] as number);
      sum += apart * apart;
    }
    // Rounded sums of smaller terms in the same order never exceed that of a point in the box.
    return sum;
  }

  private *build(): Generator<undefined, void> {
    const { order, stack } = this;
    const { coordinates, width } = this.points;
    if (order.length === 0) return;
    let done = 0;
    stack.push(0, 0, order.length, 0);
    while (stack.pop()) {
      const { node, from, to } = stack;
      const widest = this.enclose(node, from, to);
      if (to - from > this.leaf) {
        const middle = (from + to) >>> 1;
        halve(order, from, to, middle, (point) => coordinates[point * width + widest] as number);
        stack.push(2 * node + 2, middle, to, 0);
        stack.push(2 * node + 1, from, middle, 0);
      }
      done += (to - from) * width;
      if (done < coordinatesInStep) continue;
      done = 0;
      yield undefined;
    }
    order.forEach((point, place) => {
      this.placeOf[point] = place;
    });
    this.sketches = new PointSketches(this.points, order);
  }

  /** Sets the box of a node's points. @returns the coordinate in which it reaches farthest */
  private enclose(node: number, from: number, to: number): number {
    const { coordinates, width, scale } = this.points;
    const lower = this.boxes.subarray(2 * node * width, (2 * node + 1) * width).fill(Infinity);
    const upper = this.boxes.subarray((2 * node + 1) * width, (2 * node + 2) * width);
    upper.fill(-Infinity);
    for (let at = from; at < to; at += 1) {
      const start = (this.order[at] as number) * width;
      for (let c = 0; c < width; c += 1) {
        const value = coordinates[start + c] as number;
        if (value < (lower[c] as number)) lower[c] = value;
        if (value > (upper[c] as number)) upper[c] = value;
      }
    }
    let widest = 0;
    const extent = (c: number): number =>
      ((upper[c] as number) - (lower[c] as number)) * (scale[c] as number);
    for (let c = 1; c < width; c += 1) if (extent(c) > extent(widest)) widest = c;
    return widest;
  }
}

/** Nodes that are still to be looked at, the last one first. What is popped can be read off. */
class Visits {
  node = 0;
  from = 0;
  to = 0;
  distance = 0;
  private readonly places: Uint32Array;
  private readonly distances: Float64Array;
  private count = 0;

  constructor(most: number) {
    this.places = new Uint32Array(3 * most);
    this.distances = new Float64Array(most);
  }

  push(node: number, from: number, to: number, distance: number): void {
    const at = 3 * this.count;
    this.places[at] = node;
    this.places[at + 1] = from;
    this.places[at + 2] = to;
    this.distances[this.count] = distance;
    this.count += 1;
  }

  pop(): boolean {
    if (this.count === 0) return false;
    this.count -= 1;
    const at = 3 * this.count;
    this.node = this.places[at] as number;
    this.from = this.places[at + 1] as number;
    this.to = this.places[at + 2] as number;
    this.distance = this.distances[this.count] as number;
    return true;
  }
}
