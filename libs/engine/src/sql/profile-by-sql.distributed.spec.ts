import { describe, expect, it } from '@jest/globals';
import type { Measure, MetricName } from '@sluice/contracts';
import { measureProfile, mergeProfiles, type BinaryProfile } from '@sluice/evaluation';
import type { Row } from '@sluice/evaluation/testing';
import { trinoDialect as dialect } from '../distributed/trino-dialect.js';
import {
  differences,
  layoutOfRows,
  plainProfile,
  randomRows,
  valuesOf,
} from '../fixtures/scored-rows.fixture.js';
import { trinoClient, writeTrinoTable } from '../fixtures/trino.fixture.js';
import { truthSql } from './dialect.js';
import { profileBySql } from './profile-by-sql.js';
import type { ScoredRelation } from './scored-relation.js';

const relationOf = (rows: readonly Row[], from: string): ScoredRelation => {
  const has = (key: keyof Row): boolean => rows.some((row) => row[key] !== undefined);
  const largest = (key: 'weight' | 'amount'): number =>
    Math.max(...rows.map((row) => Math.abs(row[key] ?? 0)));
  return {
    from,
    label: truthSql("outcome = 'yes'"),
    prediction: truthSql("guess = 'yes'"),
    score: has('score') ? 'risk' : null,
    champion: has('champion')
      ? { prediction: truthSql("theirs = 'yes'"), score: has('championScore') ? 'rival' : null }
      : null,
    weight: has('weight') ? { sql: 'w', largest: largest('weight') } : null,
    amount: has('amount') ? { sql: 'a', largest: largest('amount') } : null,
    codes: layoutOfRows(rows).columns.map(({ name, names }) => dialect.code(name, names)),
  };
};

const profiled = async (rows: readonly Row[]) => {
  await writeTrinoTable('random_rows', valuesOf(rows));
  const client = trinoClient();
  return profileBySql(
    (sql) => client.query(sql),
    dialect,
    relationOf(rows, 'random_rows'),
    layoutOfRows(rows),
    rows.length,
    true,
  );
};

describe('the profile by SQL, in Trino', () => {
  it.each([
    ['scores without ties', { rows: 200, steps: 1_000_003 }],
    ['a champion', { rows: 300, champion: true }],
    [
      'a champion, weights and amounts',
      { rows: 300, champion: true, weights: true, amounts: true, seed: 5 },
    ],
    ['one row a group, more or less', { rows: 12, champion: true, weights: true, seed: 3 }],
  ])('is that of the plain definitions, with %s', async (_what, options) => {
    const rows = randomRows(options);
    expect(differences(await profiled(rows), plainProfile(rows, true))).toEqual([]);
  });

  it('makes the whole with a part from elsewhere: differences from the champion, too', async () => {
    const rows = randomRows({ rows: 400, champion: true, weights: true, amounts: true, seed: 9 });
    const merged = mergeProfiles([
      plainProfile(rows.slice(0, 150), true),
      await profiled(rows.slice(150)),
    ]);
    const whole = plainProfile(rows);
    const measured = (profile: BinaryProfile, metric: MetricName, group: string | null): Measure =>
      measureProfile(profile, { metric, of: 'difference', by: group && 'sex × team', group });
    for (const metric of ['accuracy', 'roc_auc', 'log_loss', 'expected_calibration_error'] as const)
      for (const group of [null, 'm × a']) {
        const found = measured(merged, metric, group);
        expect(found).toMatchObject({ state: 'ok' });
        expect(differences(found, measured(whole, metric, group))).toEqual([]);
      }
  });
});
