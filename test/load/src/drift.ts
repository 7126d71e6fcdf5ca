import { dirname, join } from 'node:path';
import { digestOfBytes, parsePolicy, policyDigest, type Policy } from '@sluice/contracts';
import { driftOfDataset } from '@sluice/engine';
import { evaluate } from '@sluice/evaluation';
import { connected } from './duckdb-connection.js';
import { madeTable } from './made-table.js';

const numeric = Array.from({ length: 15 }, (_, index) => `n${index}`);
const categorical = Array.from({ length: 5 }, (_, index) => `c${index}`);

/** Fifteen columns of numbers, evenly spread, heavy-tailed and of few values, and five of up to 1,000 categories. */
export const driftTable = (
  folder: string,
  rows: number,
  seed: number,
  name: string,
): Promise<string> => {
  const even = (column: number): string =>
    `((hash(i, ${100 * seed + column}) % 1000003) / 1000003.0)`;
  const numbers = numeric.map((column, index) => {
    const kinds = [
      `100 * ${even(index)}`,
      `exp(10 * ${even(index)})`,
      `CAST(floor(1000 * ${even(index)}) AS INTEGER)`,
    ];
    return `${kinds[index % 3]} AS ${column}`;
  });
  const texts = categorical.map(
    (column, index) =>
      `'value ' || (hash(i, ${100 * seed + 50 + index}) % ${[3, 10, 50, 200, 1000][index]}) AS ${column}`,
  );
  return madeTable(
    join(folder, `${name}-${rows}.parquet`),
    `SELECT ${[...numbers, ...texts].join(', ')} FROM range(${rows}) t(i)`,
  );
};

export const referenceRows = 1_000_000;
const referenceOf = (path: string): string =>
  join(dirname(path), `drift-reference-${referenceRows}.parquet`);

/** The bare limit: a histogram of 20 bars of each column of both tables, and nothing else. */
export const bareHistograms = async (path: string): Promise<void> => {
  const highest = [100, 22026, 1000];
  await connected(async (connection) => {
    for (const file of [referenceOf(path), path]) {
      for (const [index, column] of numeric.entries())
        await connection.runAndReadAll(
          `SELECT floor(20 * ${column} / ${highest[index % 3]}), count(*) FROM read_parquet('${file}') GROUP BY 1`,
        );
      for (const column of categorical)
        await connection.runAndReadAll(
          `SELECT ${column}, count(*) FROM read_parquet('${file}') GROUP BY 1`,
        );
    }
  });
};

/** All that a gate computes of drift: the profile, every column's distance with its interval, the verdict. */
export const drift = async (path: string): Promise<void> => {
  const policy = driftPolicy();
  const { drift: profiled } = await driftOfDataset({
    policy,
    dataset: { path },
    reference: { path: referenceOf(path) },
  });
  const verdict = evaluate({
    policy,
    // Of drift alone: nothing is scored.
    profile: {
      task: 'binary-classification',
      rows: profiled.rows.current,
      overall: { cells: [], ranking: null, scores: null, losses: null },
      byColumn: [],
    },
    drift: profiled,
    subject: {
      model: policy.model,
      version: null,
      champion: null,
      datasets: { evaluation: digestOfBytes('current'), reference: digestOfBytes('reference') },
      policy: policyDigest(policy),
    },
  });
  const columns = verdict.measures.filter(({ metric }) => metric === 'drift_distance');
  // Few rows are apart by chance.
  const most = 0.02 * Math.sqrt(Math.max(1, 1e6 / profiled.rows.current));
  if (columns.length !== 20 || columns.some(({ value }) => value === null || value > most))
    throw new Error(
      `Twenty columns without drift were expected: ${columns.map(({ column, value }) => `${column} ${value}`).join(', ')}`,
    );
};

const driftPolicy = (): Policy =>
  parsePolicy(`version: 1
model: bench
task: binary-classification
data: { evaluation: current.parquet, reference: reference.parquet }
columns: { label: label, favorable: good, score: score }
checks:
  - { metric: drift_distance, at_most: 0.1 }
  - { metric: drifted_columns_share, at_most: 0.2 }
  - { metric: wasserstein_distance, at_most: 0.1 }
  - { metric: population_stability_index, at_most: 0.1 }
`);
