import { basename, dirname, join } from 'node:path';
import { digestOfBytes, parsePolicy, policyDigest, type Policy } from '@sluice/contracts';
import { EvaluationThread } from '@sluice/engine';
import { madeTable } from './made-table.js';

const columns = Array.from({ length: 5 }, (_, index) => `protected_${index}`);
const numbers = Array.from({ length: 5 }, (_, index) => `number_${index}`);
const groups = 20;

/**
 * Labels, scores, five protected columns of twenty groups each and five of numbers, in two tables, of which the other is the
 * reference: long loops of every kind, and a large verdict.
 */
export const groupedTable = async (folder: string, rows: number): Promise<string> => {
  await groupedRows(referenceOf(join(folder, `wide-${rows}.parquet`)), rows, 100);
  return groupedRows(join(folder, `wide-${rows}.parquet`), rows, 0);
};

const referenceOf = (path: string): string =>
  join(dirname(path), basename(path).replace('wide', 'wide-reference'));

const groupedRows = (path: string, rows: number, seed: number): Promise<string> => {
  const grouped = columns.map(
    (name, at) => `'g' || (hash(i, ${seed + at + 2}) % ${groups}) AS ${name}`,
  );
  const numbered = numbers.map(
    (name, at) => `(hash(i, ${seed + at + 20}) % 1000003) / 1000003.0 AS ${name}`,
  );
  return madeTable(
    path,
    `SELECT CASE WHEN hash(i, ${seed + 1}) % 1000 < 700 * s + 150 THEN 'good' ELSE 'bad' END AS label,
       s AS score, ${[...grouped, ...numbered].join(', ')}
     FROM (SELECT i, (hash(i, ${seed}) % 1000003) / 1000003.0 AS s FROM range(${rows}) t(i))`,
  );
};

/** An evaluation as the evaluator does it: whoever asked stays awake meanwhile. */
export const evaluateInThread = async (path: string): Promise<void> => {
  const policy = groupedPolicy(path);
  const thread = new EvaluationThread();
  try {
    await thread.profile({ policy, dataset: { path }, reference: { path: referenceOf(path) } });
    await thread.decide({
      model: policy.model,
      version: null,
      champion: null,
      datasets: { evaluation: digestOfBytes(path), reference: digestOfBytes(referenceOf(path)) },
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
data: { evaluation: ${basename(path)}, reference: ${basename(referenceOf(path))} }
columns:
  label: label
  favorable: good
  score: score
  protected: [${columns.map((name) => `{ name: ${name} }`).join(', ')}]
checks:
  - { metric: roc_auc, at_least: 0.5 }
  - { metric: drift_distance, at_most: 0.1 }
  - { metric: prediction_drift, at_most: 0.1 }
  - { metric: estimated_roc_auc, at_least: reference_chunks }
  - { metric: domain_classifier_auc, at_most: 0.6 }
${columns.map((name) => `  - { metric: accuracy, by: ${name}, at_least: 0.1 }`).join('\n')}
`);
