import { gainShares, scoreBins, scoreSums } from '@sluice/evaluation/scores';
import type { PanelSlices } from '../assembly/panel-slices.js';
import { addMoments, type SliceSums } from '../assembly/profile-sums.js';
import type { RankSums } from '../assembly/ranking.js';
import type { Dataset } from '../dataset/dataset.js';
import { streamVectors, type VectorColumn } from '../dataset/stream-vectors.js';
import { numberSql } from '../sql/dialect.js';
import { duckdbDialect as dialect } from '../sql/duckdb-dialect.js';
import { fixedSql, type ScoredRelation, type Units } from '../sql/scored-relation.js';
import { WorkerHandle } from '../worker-handle.js';
import { exactSum } from './exact-sums.js';
import { rowBuffer, type BufferShape, type RowBuffer } from './row-buffer.js';
import {
  cellSum,
  sliceSum,
  sumsPerCell,
  sumsPerSlice,
  type WalkPlan,
  type WalkResult,
} from './score-walk.js';
import type { CodedPanel, WalkAnswer, WalkRequest } from './walk-worker.js';

/** How the work is parted, which the result doesn't depend on. */
export interface RankOptions {
  readonly threads: number;
  /** Rows that are ranked at a time, about 25 bytes each. More are read and ranked in several rounds. */
  readonly rowsPerRound: number;
}

/** More threads would wait for the one that reads. */
const usual: RankOptions = { threads: 2, rowsPerRound: 2 ** 24 };
const rowsPerBuffer = 2 ** 16;
const sampleSize = 16_384;
/** Buffers in flight: one is filled while threads are at the others. */
const buffers = 4;

/** The sums of a table, as far as they are known without a look at scores. */
export interface CountedTable {
  readonly dataset: Dataset;
  readonly relation: ScoredRelation;
  readonly units: Units;
  readonly rows: number;
  readonly panels: readonly PanelSlices[];
  /** By slice. */
  readonly sums: readonly SliceSums[];
}

/**
 * Adds ranks, histograms and losses of the version's scores, or the champion's.
 *
 * Rows are parted by score among threads, each of which sorts and walks over its own. What was counted below a part
 * is told to its thread before it starts, so that all of them together walk over all rows once.
 *
 * @param onRows told how many rows were read so far
 */
export const rankScores = async (
  table: CountedTable,
  of: 'version' | 'champion',
  onRows: (done: number) => void = () => undefined,
  { threads, rowsPerRound }: RankOptions = usual,
): Promise<void> => {
  const { relation, units, rows } = table;
  const score = (of === 'version' ? relation.score : relation.champion?.score) as string;
  const plan = planOf(table);
  const parts = Math.max(threads, threads * Math.ceil(rows / rowsPerRound));
  const limits = await limitsOf(table, score, parts, parts === threads);
  const shape: BufferShape = {
    rows: rowsPerBuffer,
    codes: relation.codes.length,
    weighted: units.weight !== null,
  };
  const workers = Array.from(
    { length: threads },
    () => new WorkerHandle<WalkRequest, WalkAnswer>('ranking/walk-worker'),
  );
  try {
    const below = new Float64Array(2 * plan.slices);
    const results: WalkResult[] = [];
    let taken = 0;
    for (let first = 0; first < limits.length - 1; first += threads) {
      const own = workers.slice(0, limits.length - 1 - first);
      await Promise.all(
        own.map((worker, index) =>
          worker.ask({
            task: {
              plan,
              panels: table.panels.map(codedPanel),
              shape,
              expected: Math.ceil((1.1 * rows) / (limits.length - 1)),
              lowest: limits[first + index] as number,
              limit: limits[first + index + 1] as number,
            },
          }),
        ),
      );
      const range =
        limits.length - 1 <= threads
          ? null
          : ([limits[first], limits[first + own.length]] as [number, number]);
      await feed(table, score, range, shape, own, (rowsTaken) => {
        taken += rowsTaken;
        onRows(taken);
      });
      const walks: Promise<WalkAnswer>[] = [];
      for (const worker of own) {
        const counted = (await worker.ask({ counted: true })) as Float64Array;
        walks.push(worker.ask({ below: below.slice() }));
        counted.forEach((mass, at) => {
          below[at] = (below[at] as number) + mass;
        });
      }
      results.push(...((await Promise.all(walks)) as WalkResult[]));
    }
    addResults(table, of, results);
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
};

const planOf = ({ panels, sums, units }: CountedTable): WalkPlan => {
  const totals = new Float64Array(2 * sums.length);
  sums.forEach((slice, index) => {
    totals[2 * index] = Number(slice.classMass(false, units).sum);
    totals[2 * index + 1] = Number(slice.classMass(true, units).sum);
  });
  return {
    panels: panels.map((panel) => panel.combinations.map((codes) => panel.of(codes))),
    slices: sums.length,
    totals,
    weighted: units.weight !== null,
  };
};

const codedPanel = ({ panel, combinations }: PanelSlices): CodedPanel => ({
  columns: panel.columns,
  combinations,
});

/** Scores that part the rows about evenly; the first is below and the last above all. */
const limitsOf = async (
  { dataset, relation }: CountedTable,
  score: string,
  parts: number,
  inOneRound: boolean,
): Promise<number[]> => {
  const sample: number[] = [];
  // In one round uneven parts only cost time, and a sample of all rows always does. In several, parts must fit.
  const some = inOneRound
    ? `LIMIT ${sampleSize}`
    : `USING SAMPLE reservoir(${sampleSize} ROWS) REPEATABLE (1)`;
  const from = `${relation.from} ${some}`;
  for await (const { columns } of streamVectors(
    dataset,
    [{ sql: score, storage: 'float64' }],
    from,
  ))
    sample.push(...(columns[0] as Float64Array));
  sample.sort((a, b) => a - b);
  const inner = Array.from(
    { length: parts - 1 },
    (_, index) => sample[Math.floor((sample.length * (index + 1)) / parts)],
  );
  const distinct = [...new Set(inner)].filter(
    (limit) => limit !== undefined && limit > (sample[0] ?? 0),
  );
  return [-Infinity, ...(distinct as number[]), Infinity];
};

/** Streams the rows of a range of scores to all threads; each picks its own. */
const feed = async (
  { dataset, relation, units }: CountedTable,
  score: string,
  range: [number, number] | null,
  shape: BufferShape,
  workers: readonly WorkerHandle<WalkRequest, WalkAnswer>[],
  onRows: (rows: number) => void,
): Promise<void> => {
  const masses: VectorColumn[] =
    relation.weight === null || units.weight === null
      ? []
      : [{ sql: fixedSql(relation.weight.sql, units.weight, dialect), storage: 'float64' }];
  const expressions: VectorColumn[] = [
    { sql: score, storage: 'float64' },
    { sql: relation.label, storage: 'uint8' },
    ...masses,
    ...relation.codes.map((sql) => ({ sql, storage: 'code' as const })),
  ];
  const from = range === null ? relation.from : `${relation.from} WHERE ${inRange(score, range)}`;
  const pool: { buffer: RowBuffer; free: Promise<unknown> }[] = Array.from(
    { length: buffers },
    () => ({ buffer: rowBuffer(shape), free: Promise.resolve() }),
  );
  let next = 0;
  let filled = 0;
  const send = (): void => {
    const slot = pool[next % buffers] as (typeof pool)[number];
    const request = { shared: slot.buffer.shared, rows: filled };
    slot.free = Promise.all(workers.map((worker) => worker.ask(request)));
    // It is awaited before the buffer is used again, and at the end.
    slot.free.catch(() => undefined);
    next += 1;
    onRows(filled);
    filled = 0;
  };
  for await (const { rows, columns } of streamVectors(dataset, expressions, from)) {
    if (filled + rows > shape.rows) send();
    const { buffer, free } = pool[next % buffers] as (typeof pool)[number];
    if (filled === 0) await free;
    buffer.scores.set(columns[0] as Float64Array, filled);
    buffer.labels.set(columns[1] as Uint8Array, filled);
    buffer.masses?.set(columns[2] as Float64Array, filled);
    buffer.codes.forEach((codes, index) =>
      codes.set(columns[2 + masses.length + index] as Uint16Array, filled),
    );
    filled += rows;
  }
  if (filled > 0) send();
  await Promise.all(pool.map(({ free }) => free));
};

const inRange = (score: string, [lowest, limit]: [number, number]): string =>
  [
    ...(Number.isFinite(lowest) ? [`${score} >= ${numberSql(lowest)}`] : []),
    ...(Number.isFinite(limit) ? [`${score} < ${numberSql(limit)}`] : []),
  ].join(' AND ');

const addResults = (
  { panels, sums, units }: CountedTable,
  of: 'version' | 'champion',
  results: readonly WalkResult[],
): void => {
  sums.forEach((slice, index) => {
    slice.ranks[of] = ranksOf(results, index, units);
  });
  panels.forEach((panel, panelIndex) => {
    const parts = results.map(
      (result) => result.panels[panelIndex] as WalkResult['panels'][number],
    );
    const exact = parts.map((part) => part.sums);
    panel.combinations.forEach((codes, combination) => {
      const slices = panel.of(codes).map((slice) => sums[slice] as SliceSums);
      for (const label of [0, 1] as const) {
        const cell = 2 * combination + label;
        const sum = (at: number): bigint => exactSum(exact, cell * sumsPerCell + at);
        const losses = {
          log: { sum: sum(cellSum.log), squares: sum(cellSum.logSquares) },
          brier: { sum: sum(cellSum.brier), squares: sum(cellSum.brierSquares) },
        };
        const scores = Array.from({ length: scoreSums }, (_, at) => sum(cellSum.scores + at));
        const moments = {
          sum: scores.reduce((total, value) => total + value, 0n),
          squares: sum(cellSum.scoreSquares),
        };
        const bins = Array.from({ length: scoreBins }, (_, bin) =>
          parts.reduce((mass, part) => mass + (part.bins[cell * scoreBins + bin] as number), 0),
        );
        for (const slice of slices) {
          slice.addLosses(of, losses);
          const { mass, scores: known, byLabel } = slice.histogram(of, units);
          addMoments(byLabel[label], moments);
          bins.forEach((value, bin) => {
            mass[label * scoreBins + bin] = (mass[label * scoreBins + bin] as number) + value;
          });
          scores.forEach((value, at) => {
            known[at] = (known[at] as bigint) + value;
          });
        }
      }
    });
  });
};

const ranksOf = (results: readonly WalkResult[], slice: number, units: Units): RankSums => {
  const exact = results.map((result) => result.slices);
  const sum = (at: number): bigint => exactSum(exact, slice * sumsPerSlice + at);
  const positives = { sum: sum(sliceSum.p1), squares: sum(sliceSum.p2) };
  // The later result has the higher scores, which win among equals.
  const farthest = results.reduce<RankSums['farthest']>((best, { distance, distanceAt }) => {
    const statistic = distance[slice] as number;
    return statistic >= 0 && statistic >= (best?.statistic ?? 0)
      ? { statistic, score: distanceAt[slice] as number }
      : best;
  }, null);
  const gains = gainShares.map(
    (_, share) =>
      results
        .map((result) => result.gains[slice * gainShares.length + share] as number)
        .find((gain) => !Number.isNaN(gain)) ?? NaN,
  );
  return {
    positives,
    negatives: { sum: sum(sliceSum.n1), squares: sum(sliceSum.n2) },
    wins: units.weight === null ? positives.sum : sum(sliceSum.wins),
    precision: sum(sliceSum.precision),
    farthest,
    gains: gains.some(Number.isNaN) ? null : gains,
  };
};
