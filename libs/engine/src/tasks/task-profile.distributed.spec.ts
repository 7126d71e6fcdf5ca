import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Policy, Task } from '@sluice/contracts';
import { mergeProfiles, type Profile } from '@sluice/evaluation';
import { profileDistributed } from '../distributed/profile-distributed.js';
import { parseTrinoAddress } from '../distributed/trino-address.js';
import { expectEqual } from '../fixtures/equal-figures.fixture.js';
import { differences } from '../fixtures/scored-rows.fixture.js';
import { taskPolicy } from '../fixtures/task-cases.fixture.js';
import { faultAt, rejection, temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { trinoUrl, writeTrinoTable } from '../fixtures/trino.fixture.js';
import { verdictOf } from '../fixtures/verdict.fixture.js';
import { profileDataset } from '../profile-dataset.js';

const byTrino = (policy: Policy, table: string, mergeable = false) =>
  profileDistributed({ policy, address: parseTrinoAddress(trinoUrl()), table, mergeable });

const folder = temporaryFolder();

/** Rows with labels, predictions, scores that are powers of 2, weights and groups. */
const rows = `
  SELECT
    ['x', 'y', 'z'][1 + i % 3] AS kind,
    i % 3 AS number,
    ['x', 'y', 'z'][1 + (CASE WHEN i % 5 < 3 THEN i ELSE i + 1 END) % 3] AS guess,
    [0.5, 0.25, 0.25][1 + (i + i // 7) % 3]::DOUBLE AS sx,
    [0.5, 0.25, 0.25][1 + (i + i // 7 + 2) % 3]::DOUBLE AS sy,
    [0.5, 0.25, 0.25][1 + (i + i // 7 + 1) % 3]::DOUBLE AS sz,
    ((i * 7919) % 1000)::DOUBLE / 8 AS price,
    ((i * 7919) % 1000)::DOUBLE / 8 + ((i * 104729) % 101 - 50)::DOUBLE / 16 AS offer,
    (1 + i % 4)::DOUBLE / 4 AS mass,
    CASE WHEN i % 11 = 0 THEN 'rare' WHEN i % 2 = 0 THEN 'a' ELSE 'süd''s' END AS team
  FROM range(1, 4001) t(i)`;

const policyOf = (task: Task, columns: Record<string, unknown>): Policy =>
  taskPolicy(
    task,
    { protected: [{ name: 'team', privileged: 'a' }], ...columns },
    {
      data: { evaluation: 'rows.parquet' },
      ...('scores' in columns && { checks: [{ metric: 'micro_roc_auc', at_least: 0 }] }),
    },
  );

describe('a profile of several classes or of a regression, made by Trino', () => {
  it.each([
    ['classes', 'multiclass-classification', { label: 'kind', prediction: 'guess' }],
    [
      'scores',
      'multiclass-classification',
      { label: 'kind', scores: { x: 'sx', y: 'sy', z: 'sz' }, weight: 'mass' },
    ],
    [
      'numbered',
      'multiclass-classification',
      { label: 'number', prediction: 'number', scores: { '0': 'sx', '1': 'sy', '2': 'sz' } },
    ],
    ['numbers', 'regression', { label: 'price', prediction: 'offer' }],
    ['weighted', 'regression', { label: 'price', prediction: 'offer', weight: 'mass' }],
  ] as const)('is DuckDB’s of %s', async (table, task, columns) => {
    const path = await writeTrinoTable(`task_${table}`, rows);
    const policy = policyOf(task, columns);
    const { profile, digest } = await byTrino(policy, `task_${table}`);
    const { profile: ours } = await profileDataset<Profile>({ policy, dataset: { path } });
    expectEqual(profile, ours);
    expectEqual(verdictOf(policy, profile), verdictOf(policy, ours));
    expect((await byTrino(policy, `task_${table}`)).digest).toBe(digest);
  });

  it.each([
    [
      'scores',
      'multiclass-classification',
      { label: 'kind', scores: { x: 'sx', y: 'sy', z: 'sz' }, weight: 'mass' },
    ],
    ['numbers', 'regression', { label: 'price', prediction: 'offer', weight: 'mass' }],
  ] as const)('makes the whole with a part in a file, of %s', async (name, task, columns) => {
    const policy = policyOf(task, columns);
    const local = async (file: string, query: string): Promise<Profile> => {
      const path = await writeTable(join(folder, `${file}.parquet`), query);
      const request = { policy, dataset: { path }, mergeable: true };
      return (await profileDataset<Profile>(request)).profile;
    };
    await writeTrinoTable(`part_${name}`, `${rows} WHERE i > 1500`);
    const merged = mergeProfiles([
      await local(`${name}_part`, `${rows} WHERE i <= 1500`),
      (await byTrino(policy, `part_${name}`, true)).profile,
    ]);
    const whole = await local(`${name}_whole`, rows);
    // Variances of moments about another center lose a few digits.
    const found = verdictOf(policy, merged);
    expect(found.measures.length).toBeGreaterThan(30);
    expect(differences(found, verdictOf(policy, whole), 1e-10)).toEqual([]);
  });

  it('is refused with all faults of the table', async () => {
    await writeTrinoTable(
      'task_faulty',
      `SELECT * REPLACE (CASE WHEN price > 120 THEN NULL ELSE offer END AS offer,
         CASE WHEN price < 1 THEN 'nan'::DOUBLE ELSE sx END AS sx) FROM (${rows})`,
    );
    const numbers = await rejection(
      byTrino(policyOf('regression', { label: 'price', prediction: 'offer' }), 'task_faulty'),
    );
    expect(faultAt(numbers, 'columns.prediction').message).toContain('not a finite number in');
    const scores = { x: 'sx', y: 'sy', z: 'sz' };
    const classes = await rejection(
      byTrino(policyOf('multiclass-classification', { label: 'kind', scores }), 'task_faulty'),
    );
    expect(faultAt(classes, 'columns.scores.x').message).toContain('not a number from 0 to 1');
  });
});
