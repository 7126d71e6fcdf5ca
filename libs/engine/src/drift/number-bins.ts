import type { Bins } from '@sluice/evaluation';

/** Bins of a column of so many values that they can't be counted one by one. */
const wantedBins = 2000;

/**
 * Bins that hold about as many of the sampled values each, whatever the distribution: so a distance is exact at 2,000
 * quantiles. A value that fills more than a bin's share gets a bin of its own.
 *
 * @param sample of both tables; sorted in place
 */
export const quantileBins = (sample: Float64Array): Bins => {
  sample.sort();
  const edges: number[] = [];
  const add = (edge: number): void => {
    if (Number.isFinite(edge) && edge > (edges.at(-1) ?? -Infinity)) edges.push(edge);
  };
  const bins = Math.min(wantedBins, sample.length);
  const quantile = (step: number): number =>
    sample[Math.ceil(((step + 1) * sample.length) / bins) - 1] as number;
  for (let step = 0; step < bins; step += 1) {
    const edge = quantile(step);
    if (step + 1 < bins && quantile(step + 1) === edge) add(neighbour(edge, -1));
    add(edge);
  }
  const upper = Float64Array.from([...edges, Infinity]);
  return {
    upper,
    single: Uint8Array.from(upper, (edge, bin) =>
      Number(bin > 0 && edge < Infinity && neighbour(edge, -1) === upper[bin - 1]),
    ),
  };
};

/** The next double below or above. */
export const neighbour = (value: number, side: -1 | 1): number => {
  if (value === 0) return side * Number.MIN_VALUE;
  double[0] = value;
  bits[0] = (bits[0] as bigint) + (value > 0 === side > 0 ? 1n : -1n);
  return double[0];
};

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);
const halves = new Int32Array(double.buffer);

/** Cells of the grid that finds bins; some for each bin, so that most cells hold one edge or none. */
const cells = 8192;

/**
 * Finds the first bin whose upper edge a value doesn't exceed: by a grid over the values, and a search among the few edges
 * in a cell. Four times as fast as a search among all edges, whose turns no processor can foresee.
 *
 * The grid is even, or even in the logarithm, whichever spreads the edges better. Either is monotone, rounding included, so
 * edges in lower cells are below a value, and those in higher ones above it.
 */
export class BinFinder {
  private readonly grid: Grid;
  private readonly first: Int32Array;
  private places = new Int32Array(2048);
  private lowest = Infinity;
  private highest = -Infinity;

  constructor(private readonly upper: Float64Array) {
    const grids = [evenGrid(upper), logarithmicGrid(upper)].map((grid) => ({
      grid,
      first: firstEdges(upper, grid),
    }));
    const [best] = grids.toSorted((a, b) => longestSearch(a.first) - longestSearch(b.first));
    ({ grid: this.grid, first: this.first } = best as (typeof grids)[number]);
  }

  /** The smallest and the largest of all values; null when there were none. */
  get range(): NonNullable<Bins['range']> | null {
    const { lowest, highest } = this;
    return lowest <= highest ? { lowest: lowest + 0, highest: highest + 0 } : null;
  }

  /**
   * Adds each value to the count and to the sum of its bin, in order.
   *
   * @returns how many are NaN, which has no bin
   */
  addAll(values: Float64Array, counts: Float64Array, sums: Float64Array): number {
    const places = this.placesOf(values);
    let missing = 0;
    for (let row = 0; row < values.length; row += 1) {
      const bin = places[row] as number;
      if (bin < 0) missing += 1;
      else {
        counts[bin] = (counts[bin] as number) + 1;
        sums[bin] = (sums[bin] as number) + (values[row] as number);
      }
    }
    return missing;
  }

  /**
   * Adds the weight of each value to its bin, and the value itself to the rows and to the sum of the bin.
   *
   * @returns the weight of those that are NaN
   */
  addWeighted(
    values: Float64Array,
    weights: Float64Array,
    counts: Float64Array,
    rows: Float64Array,
    sums: Float64Array,
  ): number {
    const places = this.placesOf(values);
    let missing = 0;
    for (let row = 0; row < values.length; row += 1) {
      const [bin, weight] = [places[row] as number, weights[row] as number];
      if (bin < 0) missing += weight;
      else {
        counts[bin] = (counts[bin] as number) + weight;
        rows[bin] = (rows[bin] as number) + 1;
        sums[bin] = (sums[bin] as number) + (values[row] as number);
      }
    }
    return missing;
  }

  /** The bin of each value; −1 for NaN. Of the memory of the last ones. */
  private placesOf(values: Float64Array): Int32Array {
    const { upper, first } = this;
    const { logarithmic, start, scale } = this.grid;
    const high = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    if (this.places.length < values.length) this.places = new Int32Array(values.length);
    const { places } = this;
    let { lowest, highest } = this;
    for (let row = 0; row < values.length; row += 1) {
      const value = values[row] as number;
      if (value !== value) {
        places[row] = -1;
        continue;
      }
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
      const along = logarithmic ? orderedBits(high[2 * row + 1] as number) : value;
      const cell = cellAt((along - start) * scale);
      let low = first[cell] as number;
      let end = first[cell + 1] as number;
      while (low < end) {
        const middle = (low + end) >> 1;
        if (value <= (upper[middle] as number)) end = middle;
        else low = middle + 1;
      }
      places[row] = low;
    }
    [this.lowest, this.highest] = [lowest, highest];
    return places;
  }
}

interface Grid {
  /** Over the upper half of a double's bits, which grow as its logarithm does, rather than over the value. */
  readonly logarithmic: boolean;
  readonly start: number;
  readonly scale: number;
}

const evenGrid = (upper: Float64Array): Grid => gridOver(upper, false);
const logarithmicGrid = (upper: Float64Array): Grid => gridOver(upper, true);

const gridOver = (upper: Float64Array, logarithmic: boolean): Grid => {
  const place = (edge: number): number => (logarithmic ? orderedBits(upperBits(edge)) : edge);
  // The last edge is ∞.
  const start = place(upper[0] as number);
  const width = place(upper[upper.length - 2] ?? Infinity) - start;
  const usable = width > 0 && width < Infinity;
  return { logarithmic, start: usable ? start : 0, scale: usable ? cells / width : 0 };
};

/** Beyond the ends it stays in the first or the last cell; 0 · ∞ is in the first, as all is then. */
const cellAt = (place: number): number => (place > 0 ? (place < cells ? place | 0 : cells - 1) : 0);

/** The first edge that is in each cell or a later one. */
const firstEdges = (upper: Float64Array, { logarithmic, start, scale }: Grid): Int32Array => {
  const first = new Int32Array(cells + 1).fill(upper.length - 1);
  let cell = 0;
  upper.forEach((edge, index) => {
    const along = logarithmic ? orderedBits(upperBits(edge)) : edge;
    const own = cellAt((along - start) * scale);
    for (; cell <= own; cell += 1) first[cell] = index;
  });
  return first;
};

/** The steps that searches of the edges in all cells take. */
const longestSearch = (first: Int32Array): number =>
  first.reduce((sum, from, cell) => {
    const edges = (first[cell + 1] ?? from) - from;
    return sum + edges * Math.log2(edges + 1);
  }, 0);

const upperBits = (value: number): number => {
  double[0] = value;
  return halves[1] as number;
};

/** In the order of the doubles that they are the upper bits of. */
const orderedBits = (bits: number): number => (bits < 0 ? bits ^ 0x7fffffff : bits);
