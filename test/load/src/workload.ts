import { join } from 'node:path';
import { parsePolicy, type Policy } from '@sluice/contracts';
import { madeTable } from './made-table.js';

/** A table of labels, scores and two protected columns. */
export const scoredTable = (folder: string, rows: number): Promise<string> =>
  madeTable(
    join(folder, `scored-${rows}.parquet`),
    `SELECT CASE WHEN hash(i, 1) % 1000 < 700 * s + 150 THEN 'good' ELSE 'bad' END AS label,
       s AS score,
       'group ' || (hash(i, 2) % 6) AS age_group,
       CASE WHEN hash(i, 3) % 2 = 0 THEN 'female' ELSE 'male' END AS sex
     FROM (SELECT i, (hash(i, 0) % 1000003) / 1000003.0 AS s FROM range(${rows}) t(i))`,
  );

export const scoredPolicy = (path: string): Policy =>
  parsePolicy(`version: 1
model: bench
task: binary-classification
data: { evaluation: ${path.split('/').at(-1)} }
columns:
  label: label
  favorable: good
  score: score
  protected: [{ name: age_group }, { name: sex }]
checks:
  - { metric: roc_auc, at_least: 0.5 }
  - { metric: demographic_parity_ratio, by: age_group, at_least: 0.5 }
`);
