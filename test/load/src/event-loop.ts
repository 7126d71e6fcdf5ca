import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { digestOfBytes, parsePolicy, policyDigest, type Policy } from '@sluice/contracts';
import { EvaluationThread } from '@sluice/engine';

const columns = Array.from({ length: 5 }, (_, index) => `protected_${index}`);
const groups = 20;

/** Labels, scores and five protected columns of twenty groups each: long loops of every kind, and a large verdict. */
export const groupedTable = async (folder: string, rows: number): Promise<string> => {
  const path = join(folder, `grouped-${rows}.parquet`);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const grouped = columns.map((name, at) => `'g' || (hash(i, ${at + 2}) % ${groups}) AS ${name}`);
    // hash() and not random(): the same table on every machine.
    await connection.run(`
      COPY (
        SELECT CASE WHEN hash(i, 1) % 1000 < 700 * s + 150 THEN 'good' ELSE 'bad' END AS label,
               s AS score, ${grouped.join(', ')}
        FROM (SELECT i, (hash(i, 0) % 1000003) / 1000003.0 AS s FROM range(${rows}) t(i))
      ) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return path;
};

/** An evaluation as the evaluator does it: whoever asked stays awake meanwhile. */
export const evaluateInThread = async (path: string): Promise<void> => {
  const policy = groupedPolicy(path);
  const thread = new EvaluationThread();
  try {
    await thread.profile({ policy, dataset: { path } });
    await thread.decide({
      model: policy.model,
      version: null,
      champion: null,
      datasets: { evaluation: digestOfBytes(path) },
      policy: policyDigest(policy),
    });
  } finally {
    await thread.close();
  }
};

const groupedPolicy = (path: string): Policy =>
  parsePolicy(`version: 1
model: bench
task: binary-classification
data: { evaluation: ${path.split('/').at(-1)} }
columns:
  label: label
  favorable: good
  score: score
  protected: [${columns.map((name) => `{ name: ${name} }`).join(', ')}]
checks:
  - { metric: roc_auc, at_least: 0.5 }
${columns.map((name) => `  - { metric: accuracy, by: ${name}, at_least: 0.1 }`).join('\n')}
`);
