import { streamPieces, streamVectors, type VectorColumn } from '../dataset/stream-vectors.js';
import { numberSql } from '../sql/dialect.js';
import { duckdbDialect as dialect } from '../sql/duckdb-dialect.js';
import { fixedSql } from '../sql/scored-relation.js';
import type { Answering } from '../here-handle.js';
import { rowBuffer, type BufferShape, type RowBuffer } from './row-buffer.js';
import type { ScoreSource } from './score-source.js';

/** Buffers in flight for each thread, and one that is filled. */
const perThread = 2;

/** A thread that takes rows. */
type Taker = Answering<RowsRequest, unknown>;
export interface RowsRequest {
  readonly shared: SharedArrayBuffer;
  readonly rows: number;
}

/** Streams the rows of a range of scores, or all, to threads, which take turns. */
export const feedRows = async (
  { dataset, relation, units, score, rival, marks, positions }: ScoreSource,
  range: readonly [number, number] | null,
  shape: BufferShape,
  workers: readonly Pick<Taker, 'ask'>[],
  onRows: (rows: number) => void,
): Promise<void> => {
  const masses: VectorColumn[] =
    relation.weight === null || units.weight === null
      ? []
      : [{ sql: fixedSql(relation.weight.sql, units.weight, dialect), storage: 'float64' }];
  const expressions: VectorColumn[] = [
    { sql: score, storage: 'float64' },
    positions === null
      ? { sql: marks, storage: 'uint8' }
      : { sql: positions.sql, storage: 'position' },
    ...masses,
    ...(rival === undefined ? [] : [{ sql: rival, storage: 'float64' as const }]),
    ...(positions === null ? relation.codes : []).map((sql) => ({
      sql,
      storage: 'code' as const,
    })),
  ];
  const fromCodes = expressions.length - shape.codes;
  const where = range === null ? '' : `WHERE ${inRange(score, range)}`;
  const vectors =
    relation.from === dataset.relation
      ? streamPieces(dataset, expressions, where, positions !== null)
      : streamVectors(dataset, expressions, `${relation.from} ${where}`);
  const pool: { buffer: RowBuffer; free: Promise<unknown> }[] = Array.from(
    { length: perThread * workers.length + 1 },
    () => ({ buffer: rowBuffer(shape), free: Promise.resolve() }),
  );
  let next = 0;
  let filled = 0;
  const send = (): void => {
    const slot = pool[next % pool.length] as (typeof pool)[number];
    const worker = workers[next % workers.length] as (typeof workers)[number];
    slot.free = worker.ask({ shared: slot.buffer.shared, rows: filled });
    // It is awaited before the buffer is used again, and at the end.
    slot.free.catch(() => undefined);
    next += 1;
    onRows(filled);
    filled = 0;
  };
  for await (const { rows, columns } of vectors) {
    if (filled + rows > shape.rows) send();
    const { buffer, free } = pool[next % pool.length] as (typeof pool)[number];
    if (filled === 0) await free;
    buffer.scores.set(columns[0] as Float64Array, filled);
    buffer.marks.set(columns[1] as Uint8Array | Int32Array, filled);
    buffer.masses?.set(columns[2] as Float64Array, filled);
    buffer.rivals?.set(columns[2 + masses.length] as Float64Array, filled);
    buffer.codes.forEach((codes, index) =>
      codes.set(columns[fromCodes + index] as Uint16Array, filled),
    );
    filled += rows;
  }
  if (filled > 0) send();
  await Promise.all(pool.map(({ free }) => free));
};

const inRange = (score: string, [lowest, limit]: readonly [number, number]): string =>
  [
    ...(Number.isFinite(lowest) ? [`${score} >= ${numberSql(lowest)}`] : []),
    ...(Number.isFinite(limit) ? [`${score} < ${numberSql(limit)}`] : []),
  ].join(' AND ');
