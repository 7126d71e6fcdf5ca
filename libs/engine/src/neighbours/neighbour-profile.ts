import { setImmediate } from 'node:timers/promises';
import type { ConsistencyPolicy } from '@sluice/contracts';
import type { Disagreement, NeighbourProfile } from '@sluice/evaluation';
import { neighbourSearch, type NeighbourConsistency } from '@sluice/statistics';
import type { Dataset } from '../dataset/dataset.js';
import { streamVectors, type VectorColumn, type VectorValues } from '../dataset/stream-vectors.js';
import { changed } from '../scored-rows.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import type { ScoredRelation } from '../sql/scored-relation.js';
import { drawnRows } from './drawn-rows.js';
import type { AlikeColumn } from './survey-alike.js';

/** Rows among which neighbours are looked for: of more, as many are drawn. */
const mostCandidates = 100_000;
/** Their features in all, 128 MB. */
const mostNumbers = 2 ** 24;

export interface NeighbourRequest {
  readonly dataset: Dataset;
  readonly relation: ScoredRelation;
  readonly rows: number;
  readonly policy: ConsistencyPolicy;
  readonly columns: readonly AlikeColumn[];
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Compares rows with the rows most like them. Of tables larger than 100,000 rows a part is looked at, drawn alike
 * each time, and of those `policy.rows` have their neighbours looked for; the profile says when that left rows out.
 */
export const neighbourProfile = async (request: NeighbourRequest): Promise<NeighbourProfile> => {
  const { relation, rows, policy, columns, onProgress, signal } = request;
  const width = columns.reduce((sum, column) => sum + widthOf(column), 0);
  const candidates = Math.min(rows, mostCandidates, Math.floor(mostNumbers / width));
  const drawn = drawnRows(rows, candidates, 1);
  const features = await readFeatures(request, drawn, candidates, width);
  const { outcomes, weights } = await readOutcomes(request, drawn, candidates);
  const asked = drawnRows(candidates, policy.rows, 2);
  const scale = scaleOf(features, columns, policy.scale);
  const search = neighbourSearch(
    { features, width, scale, outcomes, asked, ...(weights && { weights }) },
    policy.neighbours,
  );
  const found = await listening(search, onProgress, signal);
  return {
    neighbours: policy.neighbours,
    rows: found.rows,
    candidates: found.candidates,
    sampled: rows > Math.min(candidates, policy.rows),
    label: single(found, 0),
    version: single(found, 1),
    champion: relation.champion && single(found, 2),
    difference: relation.champion && change(found, 1, 2),
  };
};

/** Takes the steps of a search with pauses between them, in which a signal to stop can arrive. */
const listening = async (
  search: ReturnType<typeof neighbourSearch>,
  onProgress: NeighbourRequest['onProgress'],
  signal: AbortSignal | undefined,
): Promise<NeighbourConsistency> => {
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
    onProgress(step.value.done, step.value.total);
    await setImmediate();
    signal?.throwIfAborted();
  }
};

const widthOf = (column: AlikeColumn): number =>
  column.kind === 'number' ? 1 : column.values.length;

const single = (
  { disagreements, covariances }: NeighbourConsistency,
  at: number,
): Disagreement => ({
  mean: disagreements[at] as number,
  variance: covariances[at]?.[at] as number,
});

const change = (
  { disagreements, covariances }: NeighbourConsistency,
  one: number,
  other: number,
): Disagreement => {
  const of = (a: number, b: number): number => covariances[a]?.[b] as number;
  return {
    mean: (disagreements[one] as number) - (disagreements[other] as number),
    // What rounding leaves of 0 may be below it.
    variance: Math.max(0, of(one, one) + of(other, other) - 2 * of(one, other)),
  };
};

/** The features of the rows that are drawn, one row after another; a text is a 1 among as many numbers as there are. */
const readFeatures = async (
  { dataset, columns, signal }: NeighbourRequest,
  drawn: Uint8Array,
  candidates: number,
  width: number,
): Promise<Float64Array> => {
  const features = new Float64Array(candidates * width);
  const read = columns.map((column): VectorColumn =>
    column.kind === 'number'
      ? { sql: column.sql, storage: 'float64' }
      : { sql: duckdbDialect.code(column.sql, column.values), storage: 'code' },
  );
  const offsets: number[] = [];
  columns.reduce((sum, column) => (offsets.push(sum), sum + widthOf(column)), 0);
  const taken = await eachDrawn(dataset, read, 'data', drawn, signal, (vectors, row, at) => {
    columns.forEach((column, index) => {
      const value = vectors[index]?.[row] as number;
      const place = at * width + (offsets[index] as number);
      if (column.kind === 'number') features[place] = value;
      else features[place + value] = 1;
    });
  });
  if (taken !== candidates) throw changed(dataset);
  return features;
};

/** Labels, predictions and the champion's, and what rows weigh. */
const readOutcomes = async (
  { dataset, relation, signal }: NeighbourRequest,
  drawn: Uint8Array,
  candidates: number,
): Promise<{ outcomes: Uint8Array[]; weights: Float64Array | null }> => {
  const { label, prediction, champion, weight } = relation;
  const decided = [label, prediction, ...(champion === null ? [] : [champion.prediction])];
  const outcomes = decided.map(() => new Uint8Array(candidates));
  const weights = weight && new Float64Array(candidates);
  const read: VectorColumn[] = [
    ...decided.map((sql): VectorColumn => ({ sql, storage: 'uint8' })),
    ...(weight === null ? [] : [{ sql: weight.sql, storage: 'float64' as const }]),
  ];
  const taken = await eachDrawn(dataset, read, relation.from, drawn, signal, (vectors, row, at) => {
    outcomes.forEach((outcome, index) => {
      outcome[at] = vectors[index]?.[row] as number;
    });
    if (weights) weights[at] = vectors[decided.length]?.[row] as number;
  });
  if (taken !== candidates) throw changed(dataset);
  return { outcomes, weights };
};

/** Goes through a relation in the order of its rows. @returns how many of the drawn ones there are */
const eachDrawn = async (
  dataset: Dataset,
  read: readonly VectorColumn[],
  from: string,
  drawn: Uint8Array,
  signal: AbortSignal | undefined,
  take: (vectors: readonly VectorValues[], row: number, at: number) => void,
): Promise<number> => {
  let [seen, taken] = [0, 0];
  for await (const { rows, columns } of streamVectors(dataset, read, from)) {
    signal?.throwIfAborted();
    for (let row = 0; row < rows; row += 1)
      if (drawn[seen + row] === 1) {
        take(columns, row, taken);
        taken += 1;
      }
    seen += rows;
  }
  if (seen !== drawn.length) throw changed(dataset);
  return taken;
};

/** One over the standard deviation of a column of numbers; 0 of one that is constant, and 1 of texts. */
const scaleOf = (
  features: Float64Array,
  columns: readonly AlikeColumn[],
  scale: ConsistencyPolicy['scale'],
): Float64Array => {
  const width = columns.reduce((sum, column) => sum + widthOf(column), 0);
  const factors = new Float64Array(width).fill(1);
  if (scale === 'none') return factors;
  let at = 0;
  for (const column of columns) {
    if (column.kind === 'number') factors[at] = overDeviation(features, width, at);
    at += widthOf(column);
  }
  return factors;
};

const overDeviation = (features: Float64Array, width: number, at: number): number => {
  const rows = features.length / width;
  let mean = 0;
  for (let place = at; place < features.length; place += width)
    mean += (features[place] as number) / rows;
  let squares = 0;
  for (let place = at; place < features.length; place += width)
    squares += ((features[place] as number) - mean) ** 2 / rows;
  const deviation = Math.sqrt(squares);
  return deviation > 1e-12 * Math.abs(mean) ? 1 / deviation : 0;
};
