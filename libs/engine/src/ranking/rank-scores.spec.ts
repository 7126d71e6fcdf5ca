import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Profile } from '@sluice/evaluation';
import type { Row } from '@sluice/evaluation/testing';
import { assembleProfile } from '../assembly/assemble-profile.js';
import { Dataset } from '../dataset/dataset.js';
import {
  differences,
  layoutOfRows,
  plainProfile,
  randomRows,
  relationOfRows,
  valuesOf,
} from '../fixtures/scored-rows.fixture.js';
import { temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { profileBySql } from '../sql/profile-by-sql.js';
import { SqlSums } from '../sql/sql-sums.js';
import { countAndRank, countsAsItRanks, rankScores, type ScoredTable } from './rank-scores.js';
import type { RankOptions } from './walk-rounds.js';
import { WalkThreads } from './walk-threads.js';

const folder = temporaryFolder();
let files = 0;

const threads = new WalkThreads();
afterAll(() => threads.close());

const withTable = async <Found>(
  rows: readonly Row[],
  look: (table: ScoredTable) => Promise<Found>,
): Promise<Found> => {
  const path = await writeTable(join(folder, `${(files += 1)}.parquet`), valuesOf(rows));
  const dataset = await Dataset.open({ files: [{ path, name: 'data' }], name: 'data' });
  try {
    const relation = relationOfRows(rows, duckdbDialect);
    return await look({ dataset, relation, layout: layoutOfRows(rows), rows: rows.length });
  } finally {
    await dataset.close();
  }
};

/** The profile of a table, as the engine takes it. */
const walkedProfile = async (table: ScoredTable, options: RankOptions): Promise<Profile> => {
  const { relation } = table;
  const sums = await rankedOf(table, options);
  if (relation.amount !== null) await sums.addAmounts('version');
  if (relation.champion !== null) {
    await rankScores({ ...sums, ...table }, 'champion', options);
    if (relation.amount !== null) await sums.addAmounts('champion');
    await sums.addLosses(['difference']);
    await sums.addCovariances();
  }
  return assembleProfile(table.rows, sums.slices, sums.sums, sums.units);
};

/** The profile of rows, as the engine takes it and by SQL alone. */
const profilesOf = (rows: readonly Row[]): Promise<{ walked: Profile; sql: Profile }> =>
  withTable(rows, async (table) => {
    const { dataset, relation, layout } = table;
    const query = (sql: string) => dataset.query(sql);
    const walked = await walkedProfile(table, { threads });
    return {
      walked,
      sql: await profileBySql(query, duckdbDialect, relation, layout, rows.length),
    };
  });

const rankedOf = async (table: ScoredTable, options: RankOptions): Promise<SqlSums> => {
  const { dataset, relation, layout, rows } = table;
  if (countsAsItRanks(relation)) return countAndRank(table, options);
  const query = (sql: string) => dataset.query(sql);
  const sums = await SqlSums.of(query, duckdbDialect, relation, layout, rows);
  await rankScores({ ...sums, ...table }, 'version', options);
  return sums;
};

describe('scores ranked by a walk', () => {
  it.each([
    ['scores', { rows: 300 }],
    ['scores without ties', { rows: 300, steps: 1_000_003 }],
    ['a champion', { rows: 300, champion: true }],
    ['weights', { rows: 300, weights: true, seed: 2 }],
    ['all of them', { rows: 300, champion: true, weights: true, amounts: true, seed: 5 }],
    ['hardly any rows', { rows: 3, champion: true, seed: 8 }],
  ])('have the figures of the plain definitions and of SQL, with %s', async (_what, options) => {
    const rows = randomRows(options);
    const { walked, sql } = await profilesOf(rows);
    expect(differences(walked, plainProfile(rows))).toEqual([]);
    expect(differences(walked, sql, 1e-15)).toEqual([]);
  });

  it.each([
    ['of one score', () => 0.5],
    ['next to each other', (row: number) => 0.1 + (row % 3) * 2 ** -56],
    ['over all magnitudes', (row: number) => 10 ** -(row % 320)],
    ['almost all at one end', (row: number) => (row % 100 === 0 ? 0.9 : (row % 7) * 1e-12)],
    ['beyond both ends by rounding', (row: number) => ((row % 11) / 10) * (1 + 1e-7) - 5e-8],
  ])('may be %s', async (_what, scoreOf) => {
    const rows = randomRows({ rows: 400 }).map((row, index): Row => ({
      ...row,
      score: scoreOf(index),
    }));
    const { walked, sql } = await profilesOf(rows);
    expect(differences(walked, sql, 1e-15)).toEqual([]);
    expect(differences(walked, plainProfile(rows))).toEqual([]);
  });

  it.each([
    { rows: 2500, steps: 997 },
    { rows: 2500, steps: 997, weights: true },
  ])('are the same to the byte, however the work is parted: %j', async (options) => {
    await withTable(randomRows(options), async (table) => {
      const profiles = new Set<string>();
      for (const [count, rowsPerRound] of [
        // By no thread but this one, since there are so few.
        [undefined, 2 ** 24],
        [1, 2 ** 24],
        [2, 2 ** 24],
        [4, 2 ** 24],
        [2, 1000],
        [3, 777],
      ] as const) {
        const own = new WalkThreads(count);
        try {
          profiles.add(JSON.stringify(await walkedProfile(table, { threads: own, rowsPerRound })));
        } finally {
          await own.close();
        }
      }
      expect(profiles.size).toBe(1);
    });
  });
});
