import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { layoutOf } from '../assembly/layout.js';
import { Dataset } from '../dataset/dataset.js';
import { temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { multiclassProfile, type ClassProfileOptions } from './multiclass-profile.js';
import type { ClassPredictions, ClassRelation } from './task-relations.js';

const folder = temporaryFolder();
const rows = 1200;
const classes = ['x', 'y', 'unseen', 'theirs'];
// Groups of one column, and those of another within its values.
const layout = layoutOf(
  [
    { name: 'g', names: ['one', 'two'], privileged: null },
    { name: 'h', names: ['a', 'b', 'c'], privileged: null },
  ],
  [
    { columns: [0], within: null },
    { columns: [1], within: 0 },
  ],
);

/** Scores of the classes but for those of one that the champion alone knows; many are tied. */
const predictionsOf = (who: string, steps: number): ClassPredictions => {
  const drawn = classes.map(
    (_, at) =>
      `(CASE WHEN k = ${at} THEN 0.3 ELSE 0.1 END + 0.6 * (hash(i, '${who}', ${at}) % ${steps}) / ${steps})`,
  );
  return {
    prediction: `CASE WHEN ${drawn[0]} > 0.5 THEN 0 WHEN ${drawn[1]} > 0.4 THEN 1 ELSE 3 END`,
    scores: drawn.map((score, at) => (who === 'version' && at === 3 ? '0e0' : score)),
  };
};

const relation: ClassRelation = {
  from: 'data',
  label: 'CAST(k AS USMALLINT)',
  version: predictionsOf('version', 50),
  champion: predictionsOf('champion', 1_000_003),
  championClasses: ['theirs'],
  weight: null,
  codes: ['CAST(i % 2 AS USMALLINT)', 'CAST(hash(i) % 3 AS USMALLINT)'],
};
const alone: ClassRelation = { ...relation, champion: null, championClasses: [] };
const weight = { sql: 'w', largest: 3 };

let dataset: Dataset;
beforeAll(async () => {
  const path = await writeTable(
    join(folder, 'rows.parquet'),
    `SELECT i, hash(i, 1) % 2 AS k, hash(i, 2) % 7 / 2e0 AS w FROM range(${rows}) AS r(i)`,
  );
  dataset = await Dataset.open({ files: [{ path, name: 'rows.parquet' }], name: 'rows.parquet' });
}, 60_000);
afterAll(() => dataset.close());

const profiled = (of: ClassRelation, options: ClassProfileOptions, count = rows) =>
  multiclassProfile(
    (sql) => dataset.query(sql),
    duckdbDialect,
    of,
    classes,
    layout,
    count,
    options,
  );

describe('the scores of classes, ranked in memory', () => {
  it.each([
    ['a champion', relation, {}],
    ['a champion and weights, for a part', { ...relation, weight }, { mergeable: true }],
    [
      'a champion that gives labels only',
      {
        ...relation,
        champion: { prediction: relation.champion?.prediction as string, scores: null },
      },
      {},
    ],
    ['weights and no champion', { ...alone, weight }, {}],
  ] as const)(
    'are those of SQL to the byte, with %s',
    async (_what, of, options) => {
      const inMemory = await profiled(of, { ...options, pooled: true, dataset });
      const bySql = await profiled(of, { ...options, pooled: true });
      expect(JSON.stringify(inMemory)).toBe(JSON.stringify(bySql));
    },
    120_000,
  );

  it('are left to SQL where they take more memory than they may, list by list', async () => {
    const bySql = JSON.stringify(await profiled(alone, { pooled: true }));
    // Room for a class, and not for all of them as one list.
    for (const mostBytes of [100 * rows, 0]) {
      const found = await profiled(alone, { pooled: true, dataset, mostBytes });
      expect(JSON.stringify(found)).toBe(bySql);
    }
  }, 60_000);

  it('are those of SQL without threads, and tell of each step', async () => {
    const few: ClassRelation = { ...alone, from: 'data LIMIT 300' };
    const steps: string[] = [];
    const onStep = (done: number, total: number) => void steps.push(`${done} of ${total}`);
    const inMemory = await profiled(few, { dataset, onStep }, 300);
    expect(JSON.stringify(inMemory)).toBe(JSON.stringify(await profiled(few, {}, 300)));
    expect(steps).toEqual(Array.from({ length: 8 }, (_, at) => `${at + 1} of 8`));
  }, 60_000);

  it('are not those of a table that changes, nor of one that nobody waits for', async () => {
    await expect(profiled(alone, { dataset }, rows + 1)).rejects.toThrow(/changed while/);
    await expect(profiled(alone, { dataset }, rows - 1)).rejects.toThrow(/changed while/);
    const signal = AbortSignal.abort(new Error('Nobody waits.'));
    await expect(profiled(relation, { dataset, signal })).rejects.toThrow('Nobody waits.');
  }, 60_000);
});
