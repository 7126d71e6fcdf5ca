import { availableParallelism } from 'node:os';
import { SluiceError } from '@sluice/contracts';
import {
  scaledColumn,
  type CategoricalDrift,
  type ColumnDrift,
  type Sides,
} from '@sluice/evaluation';
import { twoCategorySamples } from '@sluice/statistics';
import type { TableSource } from '../dataset/dataset.js';
import { WorkerHandle } from '../worker-handle.js';
import { RowsChanged } from './binned-numbers.js';
import type { CategoryCounts } from './category-counts.js';
import { countColumns, type ColumnCounting, type ColumnCounts } from './column-counts.js';
import { countShare, type CountedColumns, type CountingShare } from './counting-share.js';
import type { RowWeights } from './counted-rows.js';
import type { PairedColumn, Tables } from './drift-columns.js';

/** Values of all numeric columns of both tables together, up to which every value is counted by itself. */
const mostExactValues = 8_000_000;
/** Up to so many values of all columns, threads would take longer to start than to count them. */
const mostValuesAlone = 8_000_000;
const mostThreads = 4;

export interface ThreadedCounting {
  readonly columns: readonly PairedColumn[];
  readonly tables: Tables;
  readonly rows: Sides;
  readonly weights: RowWeights | null;
  /** Told of how many rows of both tables all columns were counted, on average. */
  readonly onRows: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Counts of each column in both tables, null for those of too many categories. Large files that are read in place are shared
 * out by column among threads, this one among them, each with a database of its own: no row changes hands between them. The
 * counts are the same in whatever number of threads.
 *
 * @throws SluiceError `invalid_data` when a table can't be read, or is written to meanwhile
 */
export const countInThreads = async (
  request: ThreadedCounting,
): Promise<(ColumnDrift | null)[]> => {
  const { columns, tables, rows, weights, onRows, signal } = request;
  const all = rows.reference + rows.current;
  const numeric = columns.filter(({ kind }) => kind === 'numeric').length;
  const counting = { columns, rows, weights, exact: all * numeric <= mostExactValues };
  let values = 0;
  const onValues = (more: number): void => {
    values += more;
    onRows(Math.min(all, Math.floor(values / columns.length)));
  };
  const [reference, current] = [tables.reference.reopened, tables.current.reopened];
  const threads = Math.min(mostThreads, availableParallelism(), columns.length);
  const isSmall = all * columns.length <= mostValuesAlone;
  try {
    const counted =
      reference === null || current === null || threads < 2 || isSmall
        ? await countColumns(counting, tables, onValues)
        : await countShared(counting, { reference, current }, threads, onValues, signal);
    return counted.map((each) => each && columnDrift(each, weights));
  } catch (error) {
    if (!(error instanceof RowsChanged)) throw error;
    throw new SluiceError(error.code, error.message, { cause: error });
  }
};

const columnDrift = (counted: ColumnCounts, weights: RowWeights | null): ColumnDrift => {
  const column = counted.kind === 'numeric' ? counted : alignedCategories(counted);
  return weights === null
    ? column
    : scaledColumn(column, { reference: weights.unit, current: weights.unit });
};

const alignedCategories = ({ counts, ...about }: CategoryCounts): CategoricalDrift => ({
  ...about,
  samples: twoCategorySamples(counts.reference, counts.current),
});

const countShared = async (
  counting: ColumnCounting,
  sources: Sides<TableSource>,
  threads: number,
  onValues: (values: number) => void,
  signal: AbortSignal | undefined,
): Promise<(ColumnCounts | null)[]> => {
  const { columns } = counting;
  const [own, ...others] = deal(columns, threads).map((dealt): CountingShare => ({
    ...counting,
    columns: dealt,
    sources,
    among: threads,
  })) as [CountingShare, ...CountingShare[]];
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const workers = others.map((share) => ({
    share,
    handle: new WorkerHandle<CountingShare, CountedColumns, number>('drift/counting-worker'),
  }));
  try {
    const answers = [
      ...workers.map(({ share, handle }) =>
        handle.ask(share, [], { onNote: onValues, signal: stopped }),
      ),
      countShare(own, onValues, stopped),
    ];
    const counted = await Promise.all(answers).catch(async (error: unknown) => {
      stop.abort();
      await Promise.allSettled(answers);
      throw error;
    });
    const found = new Map(counted.flat());
    return columns.map(({ name }) => found.get(name) ?? null);
  } finally {
    await Promise.all(workers.map(({ handle }) => handle.close()));
  }
};

/** Columns in as many parts that take about as long: the dearest first, each to the part that has least. */
const deal = (columns: readonly PairedColumn[], parts: number): PairedColumn[][] => {
  const dealt = Array.from({ length: parts }, () => ({ columns: [] as PairedColumn[], cost: 0 }));
  for (const column of columns.toSorted((a, b) => costOf(b) - costOf(a))) {
    const part = dealt.reduce((least, each) => (each.cost < least.cost ? each : least));
    part.columns.push(column);
    part.cost += costOf(column);
  }
  return dealt.map((part) => part.columns);
};

/** Fractions are binned row by row, whole numbers and texts mostly counted from their dictionary. */
const costOf = ({ kind, integers }: PairedColumn): number =>
  kind === 'numeric' && !integers ? 5 : 1;
