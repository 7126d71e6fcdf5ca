import type { Bins, NumericDrift, Sides } from '@sluice/evaluation';
import type { PairedColumn, Tables } from './drift-columns.js';
import { BinFinder, neighbour, quantileBins } from './number-bins.js';
import { numberRows, sampleSql } from './number-stream.js';

/** Rows of either table that the bins are made from: their quantiles are known to some 0.3 %. */
const sampledRows = 25_000;

const sides = ['reference', 'current'] as const;

/** A sample of the values of each column, of both tables together, without those that are missing. */
export const sampledValues = async (
  columns: readonly PairedColumn[],
  tables: Tables,
  rows: Sides,
): Promise<Float64Array[]> => {
  const sampled: number[][] = columns.map(() => []);
  for (const side of sides) {
    const values = columns.map((column) => column[side]);
    const some = numberRows(tables[side], values, sampleSql(rows[side], sampledRows));
    for await (const chunk of some)
      chunk.columns.forEach((column, index) => {
        for (const value of column) if (!Number.isNaN(value)) sampled[index]?.push(value);
      });
  }
  return sampled.map((values) => Float64Array.from(values));
};

/**
 * Rows by bin of several columns, in one pass over each table and without its rows in memory. Rows are summed in their
 * order, so that the typical values of the bins, their means, come out the same every time.
 *
 * Binning here takes a third of the time that DuckDB's `histogram` does, and suits any distribution, which bins of equal
 * width don't.
 */
export const binnedNumbers = async (
  columns: readonly PairedColumn[],
  samples: readonly Float64Array[],
  tables: Tables,
  onRows: (done: number) => void,
): Promise<NumericDrift[]> => {
  const counting = samples.map((sample) => new BinCounts(quantileBins(sample)));
  let done = 0;
  for (const side of sides) {
    const values = columns.map((column) => column[side]);
    for await (const chunk of numberRows(tables[side], values)) {
      chunk.columns.forEach((column, index) => counting[index]?.add(column, side));
      done += chunk.rows;
      onRows(done);
    }
  }
  return columns.map(({ name, integers }, index) => ({
    column: name,
    kind: 'numeric',
    integers,
    ...(counting[index] as BinCounts).result(),
  }));
};

class BinCounts {
  private readonly counts: Sides<Float64Array>;
  private readonly sums: Float64Array;
  private readonly missing = { reference: 0, current: 0 };
  private readonly finder: BinFinder;

  constructor(private readonly bins: Bins) {
    const zeros = (): Float64Array => new Float64Array(bins.upper.length);
    this.counts = { reference: zeros(), current: zeros() };
    this.sums = zeros();
    this.finder = new BinFinder(bins.upper);
  }

  add(values: Float64Array, side: keyof Sides): void {
    this.missing[side] += this.finder.addAll(values, this.counts[side], this.sums);
  }

  result(): Pick<NumericDrift, 'missing' | 'samples' | 'bins'> {
    return {
      missing: this.missing,
      samples: { values: this.typicalValues(), ...this.counts },
      bins: this.bins,
    };
  }

  /** The mean of each bin, inside it however sums are rounded; of an empty bin its edge. */
  private typicalValues(): Float64Array {
    const { upper } = this.bins;
    return upper.map((edge, bin) => {
      const rows = (this.counts.reference[bin] as number) + (this.counts.current[bin] as number);
      const below = bin === 0 ? -Infinity : (upper[bin - 1] as number);
      if (rows === 0) return edge < Infinity ? edge : neighbour(below, 1);
      return Math.min(edge, Math.max(neighbourAbove(below), (this.sums[bin] as number) / rows));
    });
  }
}

const neighbourAbove = (edge: number): number =>
  edge === -Infinity ? -Infinity : neighbour(edge, 1);
