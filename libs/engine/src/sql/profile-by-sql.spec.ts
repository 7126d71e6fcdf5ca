import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Row } from '@sluice/evaluation/testing';
import {
  differences,
  layoutOfRows,
  plainProfile,
  randomRows,
  relationOfRows,
  valuesOf,
} from '../fixtures/scored-rows.fixture.js';
import { duckdbDialect as dialect } from './duckdb-dialect.js';
import { profileBySql } from './profile-by-sql.js';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();

const profiled = async (rows: readonly Row[]) => {
  await connection.run(`CREATE OR REPLACE TABLE data AS ${valuesOf(rows)}`);
  return profileBySql(
    query,
    dialect,
    relationOfRows(rows, dialect),
    layoutOfRows(rows),
    rows.length,
    true,
  );
};

describe('the profile by SQL', () => {
  it.each([
    ['scores', { rows: 300 }],
    ['scores without ties', { rows: 200, steps: 1_000_003 }],
    ['a champion', { rows: 300, champion: true }],
    ['weights', { rows: 300, weights: true }],
    ['amounts', { rows: 300, amounts: true }],
    ['all of them', { rows: 300, champion: true, weights: true, amounts: true, seed: 5 }],
    ['one row a group, more or less', { rows: 12, champion: true, weights: true, seed: 3 }],
  ])('is that of the plain definitions, with %s', async (_what, options) => {
    const rows = randomRows(options);
    expect(differences(await profiled(rows), plainProfile(rows, true))).toEqual([]);
  });

  it('has no figures of scores for data with predictions', async () => {
    const rows = randomRows({ rows: 100, weights: true }).map(
      ({ score: _score, ...row }): Row => row,
    );
    expect(differences(await profiled(rows), plainProfile(rows, true))).toEqual([]);
  });
});
