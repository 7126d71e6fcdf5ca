import { existsSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { buildOnnxModel } from '@sluice/artifacts/testing';
import { parsePolicy } from '@sluice/contracts';
import { profileDataset } from '@sluice/engine';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const width = 20;
const hidden = 64;
const features = Array.from({ length: width }, (_, index) => `f${index}`);
/** Of which the bare loop takes the fastest. */
const batchSizes = [256, 1024, 4096, 16_384];

/** A table of float features with labels, and beside it a network of one hidden layer; made once. */
export const featureTable = async (folder: string, rows: number): Promise<string> => {
  const path = join(folder, `features-${rows}.parquet`);
  await mkdir(folder, { recursive: true });
  writeFileSync(modelBeside(path), network());
  if (existsSync(path)) return path;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const columns = features.map(
      (name, index) => `CAST((hash(i, ${index}) % 20001) / 10000.0 - 1 AS FLOAT) AS ${name}`,
    );
    await connection.run(`
      COPY (
        SELECT ${columns.join(', ')},
          CASE WHEN hash(i, 99) % 2 = 0 THEN 'good' ELSE 'bad' END AS label
        FROM range(${rows}) t(i)
      ) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return path;
};

const modelBeside = (path: string): string => join(dirname(path), 'network.onnx');

/** Weights by a rule: what they are doesn't matter to how long they take. */
const network = (): Buffer => {
  const weights = (rows: number, columns: number) =>
    Array.from({ length: rows * columns }, (_, index) => Math.sin(index) / Math.sqrt(rows));
  return buildOnnxModel({
    inputs: [{ name: 'features', shape: [null, width] }],
    outputs: [{ name: 'score', shape: [null, 1] }],
    initializers: [
      { name: 'first', dims: [width, hidden], floats: weights(width, hidden) },
      { name: 'second', dims: [hidden, hidden], floats: weights(hidden, hidden) },
      { name: 'third', dims: [hidden, 1], floats: weights(hidden, 1) },
    ],
    nodes: [
      { operator: 'MatMul', inputs: ['features', 'first'], outputs: ['a'] },
      { operator: 'Relu', inputs: ['a'], outputs: ['b'] },
      { operator: 'MatMul', inputs: ['b', 'second'], outputs: ['c'] },
      { operator: 'Relu', inputs: ['c'], outputs: ['d'] },
      { operator: 'MatMul', inputs: ['d', 'third'], outputs: ['e'] },
      { operator: 'Sigmoid', inputs: ['e'], outputs: ['score'] },
    ],
  });
};

/** The bare limit: ONNX Runtime over rows that are in memory already. @returns the seconds of the best batch size */
export const scoreBare = async (path: string): Promise<number> => {
  const rows = Number(/-(\d+)\.parquet$/.exec(path)?.[1]);
  const values = Float32Array.from({ length: rows * width }, (_, index) => Math.cos(index));
  // As the engine runs it, so that the loop is compared and not the number of threads.
  const session = await InferenceSession.create(modelBeside(path), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  let best = Infinity;
  for (const size of batchSizes) {
    const start = process.hrtime.bigint();
    for (let from = 0; from < rows; from += size) {
      const count = Math.min(size, rows - from);
      const batch = values.subarray(from * width, (from + count) * width);
      await session.run({ features: new Tensor('float32', batch, [count, width]) });
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
  }
  await session.release();
  return best;
};

/** Reads, scores, counts and ranks the same rows: all that a gate does with a model. */
export const scoreWithEngine = async (path: string): Promise<void> => {
  const policy = parsePolicy(`version: 1
model: bench
task: binary-classification
artifact: network.onnx
data: { evaluation: features.parquet }
columns: { label: label, favorable: good, features: [${features.join(', ')}] }
checks: [{ metric: accuracy, at_least: 0 }]
`);
  await profileDataset({ policy, dataset: { path }, model: { path: modelBeside(path) } });
};
