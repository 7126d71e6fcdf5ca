import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { digestOfBytes, policyDigest, type Policy } from '@sluice/contracts';
import { evaluate, type Profile } from '@sluice/evaluation';
import { differences } from '../fixtures/scored-rows.fixture.js';
import { taskPolicy } from '../fixtures/task-cases.fixture.js';
import {
  faultAt,
  policyWith,
  rejection,
  temporaryFolder,
  writeTable,
} from '../fixtures/tables.fixture.js';
import { profileDataset } from '../profile-dataset.js';
import { readParts, type PartFile } from './read-parts.js';

const folder = temporaryFolder();

const profiled = async (policy: Policy, name: string, query: string, mergeable: boolean) => {
  const path = await writeTable(join(folder, `${name}.parquet`), query);
  return profileDataset<Profile>({ policy, dataset: { path }, mergeable });
};

/** The profile of a part as `sluice profile` writes it. */
const partOf = async (policy: Policy, name: string, query: string): Promise<PartFile> => {
  const { profile, unfavorable } = await profiled(policy, name, query, true);
  const subject = {
    model: policy.model,
    version: null,
    champion: null,
    datasets: { evaluation: digestOfBytes(name) },
    policy: policyDigest(policy),
  };
  const path = join(folder, `${name}.json`);
  writeFileSync(
    path,
    JSON.stringify({ schema: 'sluice/profile/v1', subject, unfavorable, profile }),
  );
  return { path, name: `${name}.json` };
};

const table = `
  SELECT i, IF((i * 7919) % 1000 < 300 + 400 * risk, 'yes', 'no') AS outcome, risk,
    IF(i <= 900, 'a', 'b') AS team, IF(i % 3 = 0, 'x', 'y') AS region,
    ['r', 'g', 'b'][1 + i % 3] AS kind, ['r', 'g', 'b'][1 + (i + CAST(i % 5 = 0 AS INT)) % 3] AS guess,
    (1 + i % 2) / 4e0 AS sr, (1 + i // 2 % 2) / 8e0 AS sg, 1 - sr - sg AS sb,
    (i % 100) / 4e0 AS price, (i % 100 + i % 7 - 3) / 4e0 AS offer, (1 + i % 4) / 4e0 AS mass
  FROM (SELECT i, ((i * 104729) % 10007 % 65) / 64e0 AS risk FROM range(1, 1501) t(i))`;
const team = { protected: [{ name: 'team', privileged: 'a' }] };

describe('the profiles of parts, in files', () => {
  it.each([
    [
      'two classes',
      policyWith(
        { ...team, control: ['region'], weight: 'mass' },
        {
          checks: [
            { metric: 'demographic_parity_ratio', by: 'team', within: 'region', at_least: 0.1 },
          ],
          value: { true_positive: 1, amount: 'price' },
        },
      ),
    ],
    [
      'several classes',
      taskPolicy(
        'multiclass-classification',
        { ...team, label: 'kind', scores: { r: 'sr', g: 'sg', b: 'sb' }, weight: 'mass' },
        { checks: [{ metric: 'micro_roc_auc', at_least: 0.5 }] },
      ),
    ],
    ['a regression', taskPolicy('regression', { ...team, label: 'price', prediction: 'offer' })],
  ])('make the verdict of the whole, of %s, though each lacks a group', async (name, policy) => {
    const parts = [
      await partOf(policy, `${name} 1`, `${table} WHERE i <= 900`),
      await partOf(policy, `${name} 2`, `${table} WHERE i > 900`),
    ];
    const { profile, subject } = await readParts(policy, parts);
    const whole = await profiled(policy, name, table, false);
    const found = evaluate({ policy, profile, subject });
    expect(found.measures.length).toBeGreaterThan(30);
    expect(
      differences(found, evaluate({ policy, profile: whole.profile, subject }), 1e-10),
    ).toEqual([]);
  });

  it('may hold labels of one kind, and predictions of the other', async () => {
    const policy = policyWith({ ...team, score: undefined, prediction: 'said' });
    const said = `SELECT *, IF(i % 4 = 0, 'yes', 'no') AS said FROM (${table})`;
    const parts = [
      await partOf(policy, 'good', `${said} WHERE outcome = 'yes'`),
      await partOf(policy, 'bad', `${said} WHERE outcome = 'no'`),
    ];
    const { profile, subject } = await readParts(policy, parts);
    const whole = await profiled(policy, 'both', said, false);
    expect(evaluate({ policy, profile, subject })).toEqual(
      evaluate({ policy, profile: whole.profile, subject }),
    );
    const otherwise = await partOf(
      policy,
      'otherwise',
      `SELECT * REPLACE ('No' AS outcome, 'No' AS said) FROM (${said}) WHERE i > 1400`,
    );
    const error = await rejection(readParts(policy, [...parts, otherwise]));
    expect(faultAt(error, 'columns.label')).toMatchObject({
      file: 'otherwise.json',
      found: '"No"',
    });
    const strange = `SELECT * REPLACE ('sure' AS said) FROM (${said}) WHERE i % 2 = 0`;
    const three = await rejection(partOf(policy, 'three', strange));
    expect(faultAt(three, 'columns.prediction').message).toContain('values that the label doesn');
    const twice = `SELECT * REPLACE (IF(i % 2 = 0, 'No', 'no') AS outcome) FROM (${said}) WHERE outcome = 'no'`;
    const none = await rejection(partOf(policy, 'twice', twice));
    expect(faultAt(none, 'columns.favorable').message).toContain('does not occur');
  });

  it('are refused with all that cannot be read', async () => {
    const file = (name: string): PartFile => ({ path: join(folder, name), name });
    writeFileSync(join(folder, 'half.json'), '{"schema":"sluice/profile/v1","subject');
    writeFileSync(join(folder, 'huge.json'), '');
    truncateSync(join(folder, 'huge.json'), 2 ** 28 + 1);
    mkdirSync(join(folder, 'folder.json'));
    const files = ['absent.json', 'half.json', 'huge.json', 'folder.json'].map(file);
    const { code, faults } = await rejection(readParts(policyWith(), files));
    expect(code).toBe('invalid_data');
    expect(faults.map((fault) => [fault.file, fault.message])).toEqual([
      ['absent.json', 'there is no such file'],
      ['half.json', 'this is no JSON'],
      ['huge.json', 'the file is too large for a profile'],
      ['folder.json', 'this is no ordinary file'],
    ]);
  });
});
