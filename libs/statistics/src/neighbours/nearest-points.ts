/** The points nearest to one, each with what part of it is taken. */
export interface Neighbourhood {
  readonly points: readonly number[];
  /** 1 of points nearer than the last, for those that are as far as the last one the same share of each. */
  readonly shares: readonly number[];
}

/** Distances whose squares differ by less than this part of themselves are equal but for rounding. */
const rounding = 1e-12;

/** The nearest points of a search so far. In whatever order points come, the same are taken. */
export class NearestPoints {
  /** The squared distance beyond which a point is of no use. */
  reach = Infinity;
  /** Ascending by distance. */
  private readonly found: { readonly point: number; readonly distance: number }[] = [];

  /**
   * @param count how many rows are looked for
   * @param rows how many each point stands for
   */
  constructor(
    private readonly count: number,
    private readonly rows: ArrayLike<number>,
  ) {}

  /** Adds a point by the square of its distance. */
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
