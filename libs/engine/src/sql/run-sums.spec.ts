import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  gainShares,
  mergeProfiles,
  type BinaryProfile,
  type BinarySlice,
} from '@sluice/evaluation';
import { rankBounds, type Bounds } from '@sluice/statistics';
import type { Layout } from '../assembly/layout.js';
import { duckdbDialect } from './duckdb-dialect.js';
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
const layout: Layout = {
  columns: [{ name: 'g', names: ['one', 'two'], privileged: null }],
  groupings: [{ columns: [0], within: null }],
};
const count = 100_000;

/** Rows without two scores alike, or with a few; the same on every machine. `bent` crowds scores near 0. */
const profiled = (score: string, where = 'true', rows = count): Promise<BinaryProfile> =>
  profileBySql(
    query,
    duckdbDialect,
    {
      from: `(SELECT hash(i, 2) % 10 < 10 * u AS y, ${score} AS s, hash(i, 3) % 2 AS g
        FROM (SELECT i, (hash(i, 1) % 1000003) / 1000003e0 AS u FROM range(${count}) AS r(i)) WHERE ${where})`,
      label: 'CAST(y AS UTINYINT)',
      prediction: 'CAST(s >= 0.5 AS UTINYINT)',
      score: 's',
      champion: null,
      weight: null,
      amount: null,
      codes: ['CAST(g AS USMALLINT)'],
    },
    layout,
    rows,
    true,
  );

const runsOf = ({ scores }: BinarySlice) => {
  if (!scores?.runs) throw new Error('The slice has no runs.');
  return scores.runs.version;
};

/** The exact figures of a slice, and where its runs say that they are. */
const each = (slice: BinarySlice, of: BinarySlice): [name: string, exact: number, Bounds][] => {
  const bounds = rankBounds(runsOf(slice), gainShares);
  const exact = of.ranking?.version;
  return [
    ['auc', exact?.auc as number, bounds.auc],
    ['pr_auc', exact?.averagePrecision as number, bounds.averagePrecision],
    ['ks', exact?.kolmogorovSmirnov?.statistic as number, bounds.distance],
    ...gainShares.map((share, at): [string, number, Bounds] => [
      `gain at ${share}`,
      exact?.gains?.[at] as number,
      bounds.gains[at] as Bounds,
    ]),
  ];
};

const expectBounded = (slice: BinarySlice, of: BinarySlice, width: number): void => {
  for (const [name, exact, { lower, upper }] of each(slice, of))
    expect({
      name,
      isWithin: exact >= lower - 1e-12 && exact <= upper + 1e-12,
      isNarrow: upper - lower < width,
    }).toEqual({ name, isWithin: true, isNarrow: true });
};

describe('the runs of very many scores', () => {
  it.each([
    ['spread', 'u'],
    ['crowded near 0', 'u ** 30'],
    ['crowded at two places', 'CASE WHEN i % 3 = 0 THEN 0.3 + u / 1e6 ELSE 0.7 + u / 1e9 END'],
    ['of which half are one', 'CASE WHEN i % 2 = 0 THEN u ELSE 0.5 END'],
  ])(
    'bound figures of ranks within 0.01, %s',
    async (_how, score) => {
      const profile = await profiled(score);
      const { low, positives, negatives } = runsOf(profile.overall);
      expect(low.length).toBeLessThan(16_384);
      const rows = [...positives, ...negatives].reduce((sum, each) => sum + each, 0);
      expect(rows).toBe(count);
      expectBounded(profile.overall, profile.overall, 0.005);
      for (const group of profile.byColumn[0]?.groups ?? []) expectBounded(group, group, 0.01);
    },
    60_000,
  );

  it('are single scores when there are few different ones', async () => {
    const { overall } = await profiled('round(u, 3)');
    for (const [, exact, { lower, upper }] of each(overall, overall)) {
      expect(lower).toBe(upper);
      expect(lower).toBeCloseTo(exact, 12);
    }
  }, 60_000);

  it('bound those of merged tables, whose scores lie elsewhere', async () => {
    const parts = await Promise.all([
      profiled('u ** 9', 'i < 60000', 60_000),
      profiled('u ** 9', 'i >= 60000 AND u > 0.9', 4000),
      profiled('u ** 9', 'i >= 60000 AND u <= 0.9', 36_000),
    ]);
    const whole = await profiled('u ** 9');
    const { overall, byColumn } = mergeProfiles(parts);
    expect(overall.ranking).toBeNull();
    expectBounded(overall, whole.overall, 0.01);
    byColumn[0]?.groups.forEach((group, at) =>
      expectBounded(group, whole.byColumn[0]?.groups[at] as BinarySlice, 0.02),
    );
  }, 60_000);
});
