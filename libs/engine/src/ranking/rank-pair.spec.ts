import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Profile } from '@sluice/evaluation';
import type { Row } from '@sluice/evaluation/testing';
import { assembleProfile } from '../assembly/assemble-profile.js';
import { panelsOf } from '../assembly/layout.js';
import { Dataset } from '../dataset/dataset.js';
import {
  differences,
  layoutOfRows,
  plainProfile,
  randomRows,
  relationOfRows,
  valuesOf,
  type RowsOptions,
} from '../fixtures/scored-rows.fixture.js';
import { temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { profileBySql } from '../sql/profile-by-sql.js';
import type { PairOptions } from './pair-rounds.js';
import { rankPair, ranksAsPair } from './rank-pair.js';
import type { ScoredTable } from './rank-scores.js';

const folder = temporaryFolder();
let files = 0;

const withTable = async <Result>(
  rows: readonly Row[],
  use: (table: ScoredTable) => Promise<Result>,
): Promise<Result> => {
  const path = await writeTable(join(folder, `${(files += 1)}.parquet`), valuesOf(rows));
  const dataset = await Dataset.open({ files: [{ path, name: 'data' }], name: 'data' });
  try {
    const relation = relationOfRows(rows, duckdbDialect);
    return await use({ dataset, relation, layout: layoutOfRows(rows), rows: rows.length });
  } finally {
    await dataset.close();
  }
};

const pairProfile = async (table: ScoredTable, options?: PairOptions): Promise<Profile> => {
  const sums = await rankPair(table, undefined, options);
  if (table.relation.amount !== null) {
    await sums.addAmounts('version');
    await sums.addAmounts('champion');
  }
  return assembleProfile(table.rows, sums.slices, sums.sums, sums.units);
};

const rowsOf = (
  options: RowsOptions,
  scoresOf?: (index: number) => Pick<Row, 'score' | 'championScore'>,
): Row[] => {
  const rows = randomRows({ champion: true, ...options });
  return scoresOf === undefined ? rows : rows.map((row, index) => ({ ...row, ...scoresOf(index) }));
};

const inOneBucket = { threads: 2, rowsPerBucket: 2 ** 14 };
const inManyBuckets = { threads: 2, rowsPerBucket: 20 };

/** The same groups, of columns of so many values that they need panels of their own. */
const inSeveralPanels = (table: ScoredTable): ScoredTable => {
  const unused = Array.from({ length: 3000 }, (_, index) => `unused ${index}`);
  const columns = table.layout.columns.map((column) =>
    column.name === 'region' ? column : { ...column, names: [...column.names, ...unused] },
  );
  const codes = columns.map(({ name, names }) => duckdbDialect.code(name, names));
  const relation = { ...table.relation, codes };
  return { ...table, relation, layout: { ...table.layout, columns } };
};

describe('scores of version and champion ranked together', () => {
  it.each([
    ['ties', rowsOf({ rows: 200 })],
    ['weights and amounts', rowsOf({ rows: 150, weights: true, amounts: true, seed: 5 })],
  ])('have the figures of the plain definitions and of SQL, with %s', async (_what, rows) => {
    await withTable(rows, async (table) => {
      const { dataset, relation, layout } = table;
      const paired = await pairProfile(table, inManyBuckets);
      expect(differences(paired, plainProfile(rows))).toEqual([]);
      const query = (sql: string) => dataset.query(sql);
      const sql = await profileBySql(query, duckdbDialect, relation, layout, rows.length);
      expect(differences(paired, sql, 1e-15)).toEqual([]);
    });
  });

  it('may all be the same, in chunks that are still read while others are written', async () => {
    const rows = rowsOf({ rows: 6000 }, () => ({ score: 0.25, championScore: 0.75 }));
    await withTable(rows, async (table) => {
      const query = (sql: string) => table.dataset.query(sql);
      const { relation, layout } = table;
      const sql = await profileBySql(query, duckdbDialect, relation, layout, rows.length);
      expect(differences(await pairProfile(table), sql, 1e-15)).toEqual([]);
    });
  });

  it.each([
    ['no ties', rowsOf({ rows: 150, steps: 1_000_003 })],
    ['hardly any rows', rowsOf({ rows: 3, seed: 8 })],
    [
      'scores next to each other, in opposite order',
      rowsOf({ rows: 150, weights: true, seed: 2 }, (row) => ({
        score: 0.1 + (row % 3) * 2 ** -56,
        championScore: 10 ** (-320 + 2 * row),
      })),
    ],
  ])('have the figures of the plain definitions, with %s', async (_what, rows) => {
    await withTable(rows, async (table) =>
      expect(differences(await pairProfile(table, inManyBuckets), plainProfile(rows))).toEqual([]),
    );
  });

  it.each([
    { rows: 1200, steps: 97 },
    { rows: 1200, steps: 997, weights: true },
  ])('are the same to the byte, however the work is parted: %j', async (options) => {
    await withTable(rowsOf(options), async (table) => {
      const profiles = new Set<string>();
      const add = async (own: ScoredTable, how: PairOptions): Promise<unknown> =>
        profiles.add(JSON.stringify(await pairProfile(own, how)));
      await add(table, inOneBucket);
      await add(table, { threads: 1, rowsPerBucket: 100 });
      await add(table, { threads: 1, isHere: true, rowsPerBucket: 100 });
      await add(table, { threads: 3, rowsPerBucket: 20 });
      await add(inSeveralPanels(table), inManyBuckets);
      expect(panelsOf(inSeveralPanels(table).layout).length).toBeGreaterThan(1);
      expect(profiles.size).toBe(1);
    });
  });

  it('are those of tables that fit into memory', () => {
    const rows = rowsOf({ rows: 10 });
    const table = {
      relation: relationOfRows(rows, duckdbDialect),
      layout: layoutOfRows(rows),
      rows: 10,
    };
    // Score, cell, and components of all rows, of a stratum and of five groupings.
    const bytes = 8 + 4 + 4 * (1 + 1 + 5);
    expect(ranksAsPair(table, 10 * bytes)).toBe(true);
    expect(ranksAsPair(table, 10 * bytes - 1)).toBe(false);
    expect(ranksAsPair({ ...table, rows: 2 ** 25 + 1 }, Infinity)).toBe(false);
    const alone = { ...table.relation, champion: null };
    expect(ranksAsPair({ ...table, relation: alone })).toBe(false);
  });
});
