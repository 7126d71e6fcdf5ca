import type { Bins, NumericDrift, Sides } from '@sluice/evaluation';
import type { Rows } from '../dataset/sandbox-rows.js';
import type { CountedRows } from './counted-rows.js';
import type { PairedColumn } from './drift-columns.js';
import { BinFinder, neighbour, quantileBins } from './number-bins.js';
import { numberRows, sampleSql } from './number-stream.js';

/** Rows of either table that the bins are made from: their quantiles are known to some 0.4 %. */
const sampledRows = 20_000;
/** Runs of consecutive rows that a quick sample is made of. */
const runs = 5;
/** A bin of more rows than this share hides too much. Those of a good sample have a tenth of it, and up to twice that by chance. */
const mostOfBin = 0.005;

const sides = ['reference', 'current'] as const;

/**
 * A sample of the values of each column, of both tables together, without those that are missing.
 *
 * @param how `runs` of rows, spread over the table, for which most of a file needn't be read; or rows from `everywhere`
 */
export const sampledValues = async (
  columns: readonly PairedColumn[],
  tables: Sides<Rows>,
  rows: Sides,
  how: 'runs' | 'everywhere',
): Promise<Float64Array[]> => {
  const sampled: number[][] = columns.map(() => []);
  for (const side of sides) {
    const values = columns.map(({ plain }) => plain[side]);
    const clauses = how === 'runs' ? runsSql(rows[side]) : [sampleSql(rows[side], sampledRows)];
    for (const clause of clauses)
      for await (const chunk of numberRows(tables[side], values, clause))
        chunk.columns.forEach((column, index) => {
          for (const value of column) if (!Number.isNaN(value)) sampled[index]?.push(value);
        });
  }
  return sampled.map((values) => Float64Array.from(values));
};

const runsSql = (rows: number): string[] => {
  const length = Math.floor(sampledRows / runs);
  if (rows <= sampledRows) return [''];
  return Array.from(
    { length: runs },
    (_, run) => `LIMIT ${length} OFFSET ${Math.floor(((rows - length) * run) / (runs - 1))}`,
  );
};

/**
 * Rows by bin of several columns. Their bins are made from a quick sample first. Of a column whose neighbouring rows are
 * alike, such as a time, these would hold too many rows each, and it is counted again, in bins from rows of everywhere.
 */
export const binnedNumbers = async (
  columns: readonly PairedColumn[],
  samples: readonly Float64Array[],
  tables: Sides<Rows>,
  counted: CountedRows,
  onRows: (rows: number) => void,
): Promise<NumericDrift[]> => {
  const first = await countBins(columns, samples, tables, counted, onRows);
  const again = columns.filter((_, index) => hidesTooMuch(first[index] as NumericDrift));
  if (again.length === 0) return first;
  const better = await countBins(
    again,
    await sampledValues(again, tables, counted.rows, 'everywhere'),
    tables,
    counted,
    () => undefined,
  );
  return first.map((each) => better.find(({ column }) => column === each.column) ?? each);
};

const hidesTooMuch = ({ samples, bins }: NumericDrift): boolean =>
  sides.some((side) => {
    const counts = samples[side];
    const most = mostOfBin * counts.reduce((sum, count) => sum + count, 0);
    return counts.some((count, bin) => count > most && bins?.single[bin] === 0);
  });

/**
 * In one pass over each table and without its rows in memory. Rows are summed in their
 * order, so that the typical values of the bins, their means, come out the same every time.
 *
 * Binning here takes a third of the time that DuckDB's `histogram` does, and suits any distribution, which bins of equal
 * width don't.
 */
const countBins = async (
  columns: readonly PairedColumn[],
  samples: readonly Float64Array[],
  tables: Sides<Rows>,
  counted: CountedRows,
  onRows: (rows: number) => void,
): Promise<NumericDrift[]> => {
  const counting = samples.map((sample) => new BinCounts(quantileBins(sample)));
  for (const side of sides) {
    const values = columns.map(({ plain }) => plain[side]);
    const weight = counted.weights === null ? [] : [counted.weights.sql[side]];
    let done = 0;
    for await (const chunk of numberRows(tables[side], [...values, ...weight])) {
      const weights = weight.length === 0 ? null : (chunk.columns.at(-1) as Float64Array);
      counting.forEach((bins, index) =>
        bins.add(chunk.columns[index] as Float64Array, weights, side),
      );
      done += chunk.rows;
      onRows(chunk.rows);
    }
    if (done !== counted.rows[side]) throw new RowsChanged();
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
  /** Rows of both tables, and the sum of their values: a typical value depends on no weight. */
  private readonly rows: Float64Array;
  private readonly sums: Float64Array;
  private readonly missing = { reference: 0, current: 0 };
  private readonly finder: BinFinder;

  constructor(private readonly bins: Bins) {
    const zeros = (): Float64Array => new Float64Array(bins.upper.length);
    this.counts = { reference: zeros(), current: zeros() };
    this.rows = zeros();
    this.sums = zeros();
    this.finder = new BinFinder(bins.upper);
  }

  /** @param weights of the rows, in whole numbers; null where each counts 1 */
  add(values: Float64Array, weights: Float64Array | null, side: keyof Sides): void {
    const counts = this.counts[side];
    this.missing[side] +=
      weights === null
        ? this.finder.addAll(values, counts, this.sums)
        : this.finder.addWeighted(values, weights, counts, this.rows, this.sums);
  }

  result(): Pick<NumericDrift, 'missing' | 'samples' | 'bins'> {
    return {
      missing: this.missing,
      samples: { values: this.typicalValues(), ...this.counts },
      bins: { ...this.bins, ...(this.finder.range === null ? {} : { range: this.finder.range }) },
    };
  }

  private rowsOf(bin: number): number {
    const { reference, current } = this.counts;
    const weighted = this.rows[bin] as number;
    return weighted > 0 ? weighted : (reference[bin] as number) + (current[bin] as number);
  }

  /** The mean of each bin, inside it however sums are rounded; of an empty bin its edge. */
  private typicalValues(): Float64Array {
    const { upper } = this.bins;
    return upper.map((edge, bin) => {
      const rows = this.rowsOf(bin);
      const below = bin === 0 ? -Infinity : (upper[bin - 1] as number);
      if (rows === 0) return edge < Infinity ? edge : neighbour(below, 1);
      return Math.min(edge, Math.max(neighbourAbove(below), (this.sums[bin] as number) / rows));
    });
  }
}

const neighbourAbove = (edge: number): number =>
  edge === -Infinity ? -Infinity : neighbour(edge, 1);

/** Rows are counted, sampled and read by several queries, which see one and the same file only if nobody writes to it. */
export class RowsChanged extends Error {
  // What an error is told by when it crosses threads.
  readonly code = 'invalid_data';
  readonly faults = [];

  constructor() {
    super('The data changed while it was being read.');
  }
}
