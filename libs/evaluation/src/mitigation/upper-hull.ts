/** A vertex of a hull, and which of the points it was. */
export interface Vertex {
  readonly x: number;
  readonly y: number;
  readonly index: number;
}

/** A point on a hull as a mixture of two neighbouring vertices: `share` of `to`, the rest of `from`. */
export interface Mixture {
  readonly y: number;
  readonly from: Vertex;
  readonly to: Vertex;
  readonly share: number;
}

/**
 * The upper convex hull of points whose x ascend, by Andrew's monotone chain: the best that mixtures of points can do
 * at each x. Points on a line between two others are left out.
 */
export const upperHull = (x: Float64Array, y: Float64Array): Vertex[] => {
  const hull: Vertex[] = [];
  for (let index = 0; index < x.length; index += 1) {
    const next = { x: x[index] as number, y: y[index] as number, index };
    const last = hull.at(-1);
    if (last !== undefined && last.x === next.x) {
      if (next.y <= last.y) continue;
      hull.pop();
    }
    while (hull.length >= 2 && !isAbove(hull.at(-1) as Vertex, hull.at(-2) as Vertex, next))
      hull.pop();
    hull.push(next);
  }
  return hull;
};

const isAbove = (middle: Vertex, left: Vertex, right: Vertex): boolean =>
  (middle.y - left.y) * (right.x - left.x) > (right.y - left.y) * (middle.x - left.x);

/** The hull at x, which lies between its ends. Where x is a vertex's, that vertex alone. */
export const hullAt = (hull: readonly Vertex[], x: number): Mixture => {
  const right = hull.findIndex((vertex) => vertex.x >= x);
  const to = hull[right] as Vertex;
  if (right <= 0 || to.x === x) return { y: to.y, from: to, to, share: 1 };
  const from = hull[right - 1] as Vertex;
  // The share of `from` first, and in this order, as fairlearn does: its figures then agree to the last digit.
  const rest = (to.x - x) / (to.x - from.x);
  return { y: rest * from.y + (1 - rest) * to.y, from, to, share: 1 - rest };
};

/** The best common point of several curves: where all of them reach, and an objective linear in x and y is highest. */
export interface CommonPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * Maximises `along · y − across · x` over the points below all hulls, which is a linear programme in two variables.
 * Its optimum lies on a vertex: where a hull bends, or where two cross; so these are tried, and no solver is needed.
 * The lowest x wins among equals.
 */
export const bestCommonPoint = (
  hulls: readonly (readonly Vertex[])[],
  gains: { readonly along: number; readonly across: number },
): CommonPoint => {
  const bends = ascending(hulls.flatMap((hull) => hull.map(({ x }) => x)));
  const candidates = ascending([...bends, ...crossings(hulls, bends)]);
  let best: (CommonPoint & { readonly value: number }) | null = null;
  for (const x of candidates) {
    const y = Math.min(...hulls.map((hull) => hullAt(hull, x).y));
    const value = gains.along * y - gains.across * x;
    if (best === null || value > best.value) best = { x, y, value };
  }
  if (best === null) throw new RangeError('There are no hulls.');
  return { x: best.x, y: best.y };
};

/** Between two bends all hulls are straight, so that each pair crosses there at most once. */
const crossings = (hulls: readonly (readonly Vertex[])[], bends: readonly number[]): number[] =>
  bends.slice(1).flatMap((right, index) => {
    const left = bends[index] as number;
    const ends = hulls.map((hull) => [hullAt(hull, left).y, hullAt(hull, right).y] as const);
    return ends.flatMap(([a0, a1], first) =>
      ends.slice(first + 1).flatMap(([b0, b1]) => {
        const before = a0 - b0;
        const after = a1 - b1;
        return before * after < 0 ? [left + ((right - left) * before) / (before - after)] : [];
      }),
    );
  });

const ascending = (values: readonly number[]): number[] =>
  [...new Set(values)].toSorted((a, b) => a - b);
