import type { Dataset } from '../dataset/dataset.js';
import { streamVectors, type VectorColumn, type VectorValues } from '../dataset/stream-vectors.js';
import { HereHandle, mostRowsHere, type Answering } from '../here-handle.js';
import { PanelKeys } from '../ranking/panel-keys.js';
import { addProducts } from '../ranking/pair-results.js';
import { mostPaired } from '../ranking/pair-products.js';
import type { WalkPlan } from '../ranking/score-walk.js';
import { addRanks } from '../ranking/walk-results.js';
import { changed } from '../scored-rows.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { fixedSql } from '../sql/scored-relation.js';
import type { SqlSums } from '../sql/sql-sums.js';
import { WorkerHandle } from '../worker-handle.js';
import type { ListRequest } from './list-worker.js';
import type { ClassRelation } from './task-relations.js';
import {
  bytesPerListed,
  ListWalker,
  type ClassedRows,
  type ListedScores,
  type ScoreList,
  type WalkedList,
} from './walk-list.js';

/** Rows of several classes in DuckDB, with scores. */
export interface ClassTable {
  readonly dataset: Dataset;
  readonly relation: ClassRelation;
  readonly rows: number;
  /** What the lists at hand may take; of those that take more, ranks are left to SQL. */
  readonly mostBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** The scores of some classes as one list, and its sums, whose cells are counted; what is found is added to them. */
export interface ListToWalk {
  /** Positions of classes. */
  readonly classes: readonly number[];
  readonly sums: SqlSums;
}

/** What lists may take in memory unless told otherwise. */
export const usualBytes = 2 ** 30;
/** What the scores of lists that are read together may take, unless one alone takes more. */
const bytesAtOnce = 2 ** 28;
/** Cells are kept in 16 bits, a label among them. */
const mostCombinations = 2 ** 15;
const usualThreads = 2;

/** Whether a list can be ranked in memory. */
export const fitsWalk = (
  table: Pick<ClassTable, 'relation' | 'rows' | 'mostBytes'>,
  list: ListToWalk,
): boolean =>
  table.rows * list.classes.length <= mostPaired &&
  bytesOf(table, list) <= table.mostBytes &&
  list.sums.panels.every(({ combinations }) => combinations.length <= mostCombinations);

const bytesOf = (
  { relation, rows }: Pick<ClassTable, 'relation' | 'rows'>,
  { classes, sums: { panels } }: ListToWalk,
): number => {
  const slices = panels.reduce((sum, { panel }) => sum + panel.groupings.length, 1);
  const listed = bytesPerListed(panels.length, slices, relation.weight !== null);
  return rows * classes.length * (listed + 8 * modelsOf(relation));
};

/**
 * Adds ranks and histograms of the version's scores to the sums of lists, and of the champion's with what both have in common:
 * rows are read once, and ranked in threads unless they are few. Losses are left to SQL, whose logarithm may differ in the last digit.
 *
 * @param lists of the same rows with the same groups, so that combinations of codes come in one order
 * @param onWalked told of each list that is done
 */
export const walkLists = async (
  table: ClassTable,
  lists: readonly ListToWalk[],
  onWalked: () => void = () => undefined,
): Promise<void> => {
  const { relation, rows, mostBytes } = table;
  const total = lists.reduce((sum, { classes }) => sum + classes.length, 0);
  const largest = Math.max(0, ...lists.map((list) => bytesOf(table, list)));
  const atOnce = Math.max(1, Math.min(usualThreads, Math.floor(mostBytes / largest)));
  const threads = new ListThreads(rows * total * modelsOf(relation), atOnce);
  try {
    const shared = await readRows(table, lists);
    for (const batch of batchesOf(table, lists)) {
      const scores = await readScores(table, [...new Set(batch.flatMap(({ classes }) => classes))]);
      await Promise.all(
        batch.map(async ({ classes, sums }) => {
          const list: ScoreList = {
            rows: shared.rows,
            masses:
              sums.units.weight === null ? null : (shared.masses.get(sums.units.weight) ?? null),
            classes: classes.map((at) => scores.get(at) as ListedScores),
          };
          addWalked(sums, await threads.walk({ list, plan: planOf(sums) }, table.signal));
          onWalked();
        }),
      );
    }
  } finally {
    await threads.close();
  }
};

const modelsOf = ({ champion }: ClassRelation): number => (champion?.scores == null ? 1 : 2);

/** Threads that rank lists; each list goes to the one that has least to do. */
class ListThreads {
  private readonly threads: readonly {
    readonly handle: Answering<ListRequest, WalkedList>;
    open: number;
  }[];

  /** @param scores how many there are to be ranked, without threads if they are few */
  constructor(scores: number, threads: number) {
    const walker = new ListWalker();
    this.threads =
      scores <= mostRowsHere
        ? [
            {
              handle: new HereHandle(
                ({ list, plan }) => walker.walk(list, plan),
                () => walker.close(),
              ),
              open: 0,
            },
          ]
        : Array.from({ length: threads }, () => ({
            handle: new WorkerHandle<ListRequest, WalkedList>('tasks/list-worker'),
            open: 0,
          }));
  }

  async walk(request: ListRequest, signal: AbortSignal | undefined): Promise<WalkedList> {
    signal?.throwIfAborted();
    const work = request.list.classes.length;
    const thread = this.threads.reduce((least, each) => (each.open < least.open ? each : least));
    thread.open += work;
    try {
      return await thread.handle.ask(request, [], { signal });
    } finally {
      thread.open -= work;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ handle }) => handle.close()));
  }
}

/** Lists whose scores are read together. */
const batchesOf = (
  { relation, rows }: ClassTable,
  lists: readonly ListToWalk[],
): ListToWalk[][] => {
  const batches: { lists: ListToWalk[]; classes: Set<number> }[] = [];
  for (const list of lists) {
    const last = batches.at(-1);
    const joined = new Set([...(last?.classes ?? []), ...list.classes]);
    const isLarger = joined.size > (last?.classes.size ?? 0);
    if (
      last !== undefined &&
      (!isLarger || 8 * rows * modelsOf(relation) * joined.size <= bytesAtOnce)
    ) {
      last.lists.push(list);
      last.classes = joined;
    } else batches.push({ lists: [list], classes: joined });
  }
  return batches.map((batch) => batch.lists);
};

const planOf = ({ panels, sums, units }: SqlSums): WalkPlan => {
  const totals = new Float64Array(2 * sums.length);
  sums.forEach((slice, index) => {
    totals[2 * index] = Number(slice.classMass(false, units).sum);
    totals[2 * index + 1] = Number(slice.classMass(true, units).sum);
  });
  return {
    panels: panels.map((panel) => panel.combinations.map((codes) => panel.of(codes))),
    slices: sums.length,
    totals,
    below: new Float64Array(totals.length),
  };
};

const addWalked = (sums: SqlSums, { version, champion, products }: WalkedList): void => {
  const combinations = sums.panels.map((panel) => panel.combinations);
  addRanks(sums, 'version', [{ result: version, combinations }]);
  if (champion === null) return;
  addRanks(sums, 'champion', [{ result: champion, combinations }]);
  addProducts(sums, products);
};

/** What lists have in common; masses by the exponent of their unit. */
const readRows = async (
  { dataset, relation, rows }: ClassTable,
  lists: readonly ListToWalk[],
): Promise<{ rows: ClassedRows; masses: ReadonlyMap<number, Float64Array> }> => {
  const { label, codes, weight, from } = relation;
  const exponents = [...new Set(lists.flatMap(({ sums }) => sums.units.weight ?? []))];
  const read = await readColumns(dataset, from, rows, [
    { sql: label, storage: 'code' },
    ...codes.map((sql) => ({ sql, storage: 'code' as const })),
    ...exponents.map((exponent) => ({
      sql: fixedSql(weight?.sql as string, exponent, duckdbDialect),
      storage: 'float64' as const,
    })),
  ]);
  const [labels, ...others] = read as [Uint16Array, ...(Uint16Array | Float64Array)[]];
  const [first] = lists as readonly [ListToWalk];
  return {
    rows: {
      labels,
      combinations: first.sums.panels.map(({ panel, combinations }) =>
        numbered(
          panel.columns.map((column) => others[column] as Uint16Array),
          combinations,
          rows,
        ),
      ),
    },
    masses: new Map(
      exponents.map((exponent, at) => [exponent, others[codes.length + at] as Float64Array]),
    ),
  };
};

/** By row, where its codes are among the combinations. */
const numbered = (
  codes: readonly Uint16Array[],
  combinations: readonly (readonly number[])[],
  rows: number,
): Uint16Array => {
  const sizes = codes.map(
    (_, at) => 1 + Math.max(0, ...combinations.map((own) => own[at] as number)),
  );
  const { strides } = new PanelKeys(sizes);
  const keyOf = (own: readonly number[]): number =>
    own.reduce((key, code, at) => key + code * (strides[at] as number), 0);
  const places = new Map(combinations.map((own, place) => [keyOf(own), place]));
  const numbers = new Uint16Array(new SharedArrayBuffer(2 * rows));
  for (let row = 0; row < rows; row += 1) {
    let key = 0;
    for (let at = 0; at < codes.length; at += 1)
      key += ((codes[at] as Uint16Array)[row] as number) * (strides[at] as number);
    numbers[row] = places.get(key) as number;
  }
  return numbers;
};

/** By position of a class, its scores. */
const readScores = async (
  { dataset, relation, rows }: ClassTable,
  classes: readonly number[],
): Promise<Map<number, ListedScores>> => {
  const { version, champion, from } = relation;
  const theirs = champion?.scores ?? null;
  const of = (scores: readonly string[]): VectorColumn[] =>
    classes.map((at) => ({ sql: scores[at] as string, storage: 'float64' }));
  const read = (await readColumns(dataset, from, rows, [
    ...of(version.scores as readonly string[]),
    ...(theirs === null ? [] : of(theirs)),
  ])) as Float64Array[];
  return new Map(
    classes.map((at, index) => [
      at,
      {
        at,
        version: read[index] as Float64Array,
        champion: theirs && (read[classes.length + index] as Float64Array),
      },
    ]),
  );
};

/** Columns of all rows, in memory that all threads can read. */
const readColumns = async (
  dataset: ClassTable['dataset'],
  from: string,
  rows: number,
  columns: readonly VectorColumn[],
): Promise<VectorValues[]> => {
  const all = columns.map(({ storage }) =>
    storage === 'float64'
      ? new Float64Array(new SharedArrayBuffer(8 * rows))
      : new Uint16Array(new SharedArrayBuffer(2 * rows)),
  );
  let done = 0;
  for await (const vectors of streamVectors(dataset, columns, from)) {
    if (done + vectors.rows > rows) throw changed(dataset);
    all.forEach((into, index) => into.set(vectors.columns[index] as Float64Array, done));
    done += vectors.rows;
  }
  if (done < rows) throw changed(dataset);
  return all;
};
