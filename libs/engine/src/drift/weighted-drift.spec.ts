import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Policy } from '@sluice/contracts';
import type { DriftProfile } from '@sluice/evaluation';
import {
  faultAt,
  policyWith,
  rejection,
  temporaryFolder,
  writeTable,
} from '../fixtures/tables.fixture.js';
import { verdictOf } from '../fixtures/verdict.fixture.js';
import { profileDataset } from '../profile-dataset.js';
import { driftOfDataset } from './drift-of-dataset.js';

const folder = temporaryFolder();
const table = (name: string, query: string, format: 'parquet' | 'csv' = 'parquet') =>
  writeTable(join(folder, `${name}.${format}`), query, format);

/** Rows that weigh 0, 1, 2 or 3, the current ones older. */
const rows = (count: number, shift: number): string =>
  `SELECT CASE WHEN i % 11 = 0 THEN NULL ELSE sqrt(i % 97) + ${shift} END AS age,
     CASE WHEN i % 13 = 0 THEN NULL ELSE 'c' || (i * i % 7) END AS city,
     ((i * 37) % 100) / 100.0 AS risk,
     CASE WHEN (i * 53) % 100 < (i * 37) % 100 THEN 'yes' ELSE 'no' END AS outcome,
     i % 4 AS mass
   FROM range(${count}) t(i)`;
/** The same rows, each as often as it weighs. */
const repeated = (count: number, shift: number): string =>
  `SELECT * EXCLUDE (mass, times) FROM (SELECT *, unnest(range(mass)) AS times FROM (${rows(count, shift)}))`;

const checks = [
  { metric: 'drift_distance', at_most: 0.5 },
  { metric: 'prediction_drift', at_most: 0.5 },
  { metric: 'estimated_accuracy', at_least: 0.1 },
];
const policyOf = (columns: object = {}, drift?: object): Policy =>
  policyWith(
    { protected: [], ...columns },
    {
      data: { evaluation: 'current.parquet', reference: 'reference.parquet' },
      checks,
      ...(drift === undefined ? {} : { drift }),
    },
  );
const weighted = policyOf({ weight: 'mass' });

const paths: Record<string, string> = {};
const driftOf = async (policy: Policy, reference: string, current: string) =>
  (
    await driftOfDataset({
      policy,
      dataset: { path: paths[current] as string },
      reference: { path: paths[reference] as string },
    })
  ).drift;

describe('drift of tables with weights', () => {
  let drift: DriftProfile;
  let often: DriftProfile;

  beforeAll(async () => {
    paths['reference'] = await table('reference', rows(900, 0));
    paths['current'] = await table('current', rows(700, 0.5));
    paths['reference often'] = await table('reference-often', repeated(900, 0));
    paths['current often'] = await table('current-often', repeated(700, 0.5));
    paths['current as text'] = await table('current', rows(700, 0.5), 'csv');
    paths['unweighted'] = await table('unweighted', `SELECT * EXCLUDE mass FROM (${rows(900, 0)})`);
    paths['negative'] = await table(
      'negative',
      `SELECT * REPLACE (CASE WHEN mass = 3 THEN -1 ELSE mass END AS mass) FROM (${rows(900, 0)})`,
    );
    drift = await driftOf(weighted, 'reference', 'current');
    often = await driftOf(policyOf(), 'reference often', 'current often');
  }, 60_000);

  it('counts rows by their weight, as often as they would stand in a table without', () => {
    expect(drift.columns).toEqual(often.columns);
    expect(drift.rows).toEqual({ reference: 900, current: 700 });
    // 225 and 175 rows of each weight.
    expect(drift.weights).toEqual({
      reference: { sum: 225 * 6, squares: 225 * 14 },
      current: { sum: 175 * 6, squares: 175 * 14 },
    });
    expect(often.weights).toBeUndefined();
    expect(drift.performance?.reference).toEqual(often.performance?.reference);
    expect(drift.performance?.current).toEqual(often.performance?.current);
  });

  it('reads weights that are written as text', async () => {
    expect((await driftOf(weighted, 'reference', 'current as text')).columns).toEqual(
      drift.columns,
    );
  });

  it('has the distances of those rows, with intervals as wide as the weights make them', async () => {
    const measuresOf = async (policy: Policy, current: string, drift: DriftProfile) => {
      const dataset = { path: paths[current] as string };
      const { profile } = await profileDataset({ policy, dataset });
      return verdictOf(policy, profile, drift).measures;
    };
    const one = await measuresOf(weighted, 'current', drift);
    const other = await measuresOf(policyOf(), 'current often', often);
    const distances = one.filter(({ metric }) => metric === 'drift_distance');
    expect(distances).toHaveLength(2);
    for (const { column, value, interval, n } of distances) {
      const same = other.find((each) => each.metric === 'drift_distance' && each.column === column);
      expect(value).toBeCloseTo(same?.value as number, 12);
      expect(n).toBe(Math.floor((1350 ** 2 / 3150 + 1050 ** 2 / 2450) * (1 + 1e-12)));
      expect((interval?.upper as number) - (value as number)).toBeGreaterThan(
        (same?.interval?.upper as number) - (value as number),
      );
    }
  });

  it('passes over them when the policy says so', async () => {
    const ignored = await driftOf(
      policyOf({ weight: 'mass' }, { weights: 'ignore' }),
      'unweighted',
      'current',
    );
    const plain = await driftOf(
      policyOf({}, { columns: ['age', 'city'] }),
      'unweighted',
      'current',
    );
    expect(ignored.columns).toEqual(plain.columns);
    expect(ignored.weights).toBeUndefined();
    expect(ignored.performance).toEqual(plain.performance);
    // The evaluation's own profile counts rows by their weight, so there is one that doesn't.
    expect(ignored.current?.overall.scores?.version.positives.every(Number.isInteger)).toBe(true);
    expect(ignored.current?.overall.cells.every(({ weight }) => weight === undefined)).toBe(true);
    expect(plain.current).toBeUndefined();
  });

  it('says which table lacks them, and which has weights that are none', async () => {
    const lacking = await rejection(driftOf(weighted, 'unweighted', 'current'));
    expect(lacking.code).toBe('invalid_data');
    expect(lacking.faults.map(({ message }) => message).join()).toContain('"mass"');
    const negative = await rejection(driftOf(weighted, 'negative', 'current'));
    expect(faultAt(negative, 'columns.weight')).toMatchObject({
      expected: 'a number of 0 or more',
    });
    const alone = policyWith(
      { protected: [], weight: 'mass' },
      {
        data: { evaluation: 'current.parquet', reference: 'reference.parquet' },
        checks: checks.slice(0, 1),
      },
    );
    const missing = faultAt(
      await rejection(driftOf(alone, 'unweighted', 'current')),
      'columns.weight',
    );
    expect(missing.file).toBe('reference.parquet');
    expect(missing.hint).toContain('weights: ignore');
  });
});
