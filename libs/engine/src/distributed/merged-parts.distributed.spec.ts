import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Measure, MetricName, Policy } from '@sluice/contracts';
import { measureProfile, mergeProfiles, type Profile } from '@sluice/evaluation';
import { expectEqual } from '../fixtures/equal-figures.fixture.js';
import { differences } from '../fixtures/scored-rows.fixture.js';
import { policyWith, temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { trinoUrl, writeTrinoTable } from '../fixtures/trino.fixture.js';
import { verdictOf } from '../fixtures/verdict.fixture.js';
import { profileDataset } from '../profile-dataset.js';
import { profileDistributed } from './profile-distributed.js';
import { parseTrinoAddress } from './trino-address.js';

const folder = temporaryFolder();

const inFile = async (policy: Policy, name: string, query: string): Promise<Profile> => {
  const path = await writeTable(join(folder, `${name}.parquet`), query);
  return (await profileDataset<Profile>({ policy, dataset: { path }, mergeable: true })).profile;
};

const inTrino = async (policy: Policy, table: string, query: string): Promise<Profile> => {
  await writeTrinoTable(table, query);
  const address = parseTrinoAddress(trinoUrl());
  return (await profileDistributed({ policy, address, table, mergeable: true })).profile;
};

/**
 * Weights, amounts and scores that are multiples of powers of 2, so that sums of any order are the same to the last bit. The
 * second half lacks a group.
 */
const fewScores = `
  SELECT
    i,
    IF((i * 7919) % 1000 < 300 + 400 * risk, 'yes', 'no') AS outcome,
    CASE WHEN i % 97 = 0 AND i < 3000 THEN 'rare' WHEN i % 3 = 0 THEN 'a' ELSE 'b' END AS team,
    i % 5 < 2 AS flag,
    risk,
    (i % 7) / 4::DOUBLE AS mass,
    ((i * 31) % 1000 - 200) / 8::DOUBLE AS loan,
    CASE WHEN i % 2 = 0 THEN 'north' ELSE 'süd''s' END AS region
  FROM (SELECT i, ((i * 104729) % 10007 % 65) / 64 AS risk FROM range(1, 6001) t(i))`;

describe('a part in a file and a part in Trino', () => {
  it('give the whole, with weights, amounts, intersections and strata', async () => {
    const policy = policyWith(
      {
        protected: [
          { name: 'team', privileged: 'a' },
          { name: 'flag', privileged: 'true' },
        ],
        weight: 'mass',
        control: ['region'],
      },
      {
        checks: [
          { metric: 'roc_auc', at_least: 0.5 },
          { metric: 'demographic_parity_ratio', by: ['team', 'flag'], at_least: 0.1 },
          { metric: 'demographic_parity_ratio', by: 'team', within: 'region', at_least: 0.1 },
          { metric: 'roc_auc', by: 'team', group: 'b', at_least: 0.4 },
        ],
        value: { true_positive: 1, false_positive: -0.5, amount: 'loan' },
      },
    );
    const [first, second] = [`${fewScores} WHERE i < 3000`, `${fewScores} WHERE i >= 3000`];
    const local = await inFile(policy, 'few_first', first);
    const merged = mergeProfiles([local, await inTrino(policy, 'few_second', second)]);
    // Of logarithms the last digit is the engine's own; all else is the same to the byte.
    const all = mergeProfiles([local, await inFile(policy, 'few_second', second)]);
    expect(withoutLogLoss(merged)).toBe(withoutLogLoss(all));
    expectEqual(merged, all);
    const whole = await inFile(policy, 'few_whole', fewScores);
    const found = verdictOf(policy, merged);
    expect(found.measures.length).toBeGreaterThan(100);
    expect(differences(found, verdictOf(policy, whole), 1e-11)).toEqual([]);
  });

  it('bound the ranks of the whole where there are too many scores to keep', async () => {
    const policy = policyWith({ protected: [{ name: 'team', privileged: 'a' }], weight: 'mass' });
    const query = `
      SELECT i, IF((i * 7919) % 1000 < 1000 * sqrt(risk), 'yes', 'no') AS outcome, risk,
        ['a', 'b', 'b'][1 + i % 3] AS team, (1 + i % 4) / 4::DOUBLE AS mass
      FROM (SELECT i, ((i * 104729) % 100003 / 100003::DOUBLE) ** 4 AS risk FROM range(1, 60001) t(i))`;
    // More distinct scores than are counted each by itself, crowded near 0.
    const part = await inTrino(policy, 'many_first', `${query} WHERE i <= 40000`);
    const merged = mergeProfiles([
      await inFile(policy, 'many_second', `${query} WHERE i > 40000`),
      part,
    ]);
    const whole = await inFile(policy, 'many_whole', query);
    for (const profile of [part, merged]) expect(runsOf(profile).length).toBeLessThan(2 ** 14);
    for (const metric of ['roc_auc', 'pr_auc', 'ks_statistic', 'gain'] as const)
      for (const group of [null, 'a', 'b']) {
        const [bounded, exact] = [measured(merged, metric, group), measured(whole, metric, group)];
        const bound = bounded.errorBound ?? NaN;
        const off = Math.abs((bounded.value ?? NaN) - (exact.value ?? NaN));
        expect([metric, group, bound < 0.02, off <= bound + 1e-12]).toEqual([
          metric,
          group,
          true,
          true,
        ]);
        expect(exact.errorBound).toBeUndefined();
      }
  });
});

const runsOf = (profile: Profile): readonly number[] => {
  const runs = profile.task === 'binary-classification' && profile.overall.scores?.runs;
  if (!runs) throw new Error('The profile has no runs.');
  return runs.version.low;
};

const measured = (profile: Profile, metric: MetricName, group: string | null): Measure =>
  measureProfile(profile, { metric, of: 'version', by: group && 'team', group });

const withoutLogLoss = (profile: Profile): string =>
  JSON.stringify(profile, (key, value: unknown) => (key === 'log' ? null : value));
