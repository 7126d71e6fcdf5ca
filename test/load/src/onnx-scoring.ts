import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import duckdb from '@duckdb/node-bindings';
import { parsePolicy } from '@sluice/contracts';
import { profileDataset } from '@sluice/engine';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { boostedTrees, featureCount, smallNetwork } from './bench-models.js';
import { connected } from './duckdb-connection.js';
import { madeTable } from './made-table.js';
import type { CaseTiming } from './timing.js';

const features = Array.from({ length: featureCount }, (_, index) => `f${index}`);
/** Of which the bare loop takes the fastest, as it shows on the first rows. */
const batchSizes = [256, 1024, 4096, 16_384, 65_536];
const trialRows = 2 ** 17;

/** The models that are timed, by name. */
const models = { trees: boostedTrees, network: smallNetwork };
export type BenchModel = keyof typeof models;

/** A table of float features with labels, and beside it the models. */
export const featureTable = async (folder: string, rows: number): Promise<string> => {
  const columns = features.map(
    (name, index) => `CAST((hash(i, ${index}) % 20001) / 10000.0 - 1 AS FLOAT) AS ${name}`,
  );
  const path = await madeTable(
    join(folder, `scoring-${rows}.parquet`),
    `SELECT ${columns.join(', ')}, CAST(hash(i, 99) % 2 AS INTEGER) AS label FROM range(${rows}) t(i)`,
  );
  for (const model of Object.keys(models) as BenchModel[])
    writeFileSync(modelBeside(path, model), models[model]());
  return path;
};

const modelBeside = (path: string, model: BenchModel): string =>
  join(dirname(path), `${model}.onnx`);

/** Hands on the features of a table, vectors at a time. */
const eachChunk = (
  path: string,
  take: (columns: readonly Float32Array[], rows: number) => void,
): Promise<void> =>
  connected(async (connection) => {
    const result = await connection.stream(`SELECT ${features.join(', ')} FROM '${path}'`);
    for (let chunk = await result.fetchChunk(); chunk; chunk = await result.fetchChunk()) {
      const rows = chunk.rowCount;
      if (rows === 0) return;
      const { chunk: raw } = chunk;
      const columns = features.map((_, index) => {
        const bytes = duckdb.vector_get_data(duckdb.data_chunk_get_vector(raw, index), 4 * rows);
        return new Float32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, rows);
      });
      take(columns, rows);
    }
  });

/** The least that a table takes to come into memory: DuckDB's read of the columns, and nothing else. */
export const readBare = async (path: string): Promise<void> => {
  let rows = 0;
  await eachChunk(path, (_columns, count) => {
    rows += count;
  });
  if (rows === 0) throw new Error(`There are no rows in ${path}.`);
};

/** All features, row by row, as a model takes them. */
const matrixOf = async (path: string): Promise<Float32Array> => {
  const rows = Number(/-(\d+)\.parquet$/.exec(path)?.[1]);
  const values = new Float32Array(rows * featureCount);
  let row = 0;
  await eachChunk(path, (columns, count) => {
    columns.forEach((column, at) =>
      column.forEach((value, index) => {
        values[(row + index) * featureCount + at] = value;
      }),
    );
    row += count;
  });
  return values;
};

/**
 * The bare limit: ONNX Runtime in a loop over rows that are in memory already, laid out as the model takes them, with
 * a thread for each core and the fastest of several batch sizes. What it says is thrown away.
 */
export const scoreBare =
  (model: BenchModel) =>
  async (path: string): Promise<CaseTiming> => {
    const values = await matrixOf(path);
    const session = await InferenceSession.create(modelBeside(path, model), {
      intraOpNumThreads: availableParallelism(),
      interOpNumThreads: 1,
    });
    const loop = async (size: number, rows: number): Promise<CaseTiming> => {
      const [start, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
      for (let from = 0; from < rows; from += size) {
        const count = Math.min(size, rows - from);
        const batch = values.subarray(from * featureCount, (from + count) * featureCount);
        await session.run({ features: new Tensor('float32', batch, [count, featureCount]) });
      }
      const { user, system } = process.cpuUsage(cpu);
      return {
        seconds: Number(process.hrtime.bigint() - start) / 1e9,
        cpuSeconds: (user + system) / 1e6,
      };
    };
    const rows = values.length / featureCount;
    // The first run allocates what later ones use again.
    await loop(batchSizes[0] as number, Math.min(rows, trialRows));
    let best = { size: 0, seconds: Infinity };
    for (const size of batchSizes) {
      const { seconds } = await loop(size, Math.min(rows, trialRows));
      if (seconds < best.seconds) best = { size, seconds };
    }
    const timing = await loop(best.size, rows);
    await session.release();
    return timing;
  };

/** Reads, scores, counts and ranks the same rows: all that a gate does with a model. */
export const scoreWithEngine =
  (model: BenchModel) =>
  async (path: string): Promise<void> => {
    const policy = parsePolicy(`version: 1
model: bench
task: binary-classification
artifact: ${model}.onnx
data: { evaluation: features.parquet }
columns: { label: label, favorable: 1, features: [${features.join(', ')}] }
checks: [{ metric: accuracy, at_least: 0 }]
`);
    await profileDataset({ policy, dataset: { path }, model: { path: modelBeside(path, model) } });
  };
