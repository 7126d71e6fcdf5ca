import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parsePolicy, policySchema, type Policy } from '@sluice/contracts';
import type { Profile } from '@sluice/evaluation';
import { Dataset } from '../dataset/dataset.js';
import { FaultCollector } from '../fault-collector.js';
import { creditRiskScores } from '../fixtures/credit-risk.fixture.js';
import { expectEqual } from '../fixtures/equal-figures.fixture.js';
import { faultAt, policyWith, rejection, temporaryFolder } from '../fixtures/tables.fixture.js';
import { trinoUrl, writeTrinoTable } from '../fixtures/trino.fixture.js';
import { verdictOf } from '../fixtures/verdict.fixture.js';
import { profileDataset } from '../profile-dataset.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { profileBySql } from '../sql/profile-by-sql.js';
import { profileDistributed } from './profile-distributed.js';
import { surveyScoredTable } from './table-survey.js';
import { parseTrinoAddress } from './trino-address.js';

const byTrino = (policy: Policy, table: string, signal?: AbortSignal) =>
  profileDistributed({
    policy,
    address: parseTrinoAddress(trinoUrl()),
    table,
    ...(signal && { signal }),
  });

/** The same definitions, read by DuckDB from the very file that Trino's table is. */
const byDuckDb = async (policy: Policy, file: string): Promise<Profile> => {
  const faults = new FaultCollector('file');
  const dataset = await Dataset.open({ files: [{ path: file, name: 'file' }], name: 'file' });
  try {
    const scored = await surveyScoredTable(policy, dataset, duckdbDialect, faults);
    faults.throwIfAny();
    if (scored === undefined) throw new Error('The table cannot be evaluated.');
    const { relation, layout, rows } = scored;
    return await profileBySql((sql) => dataset.query(sql), duckdbDialect, relation, layout, rows);
  } finally {
    await dataset.close();
  }
};

const expectSameEverywhere = async (policy: Policy, table: string, query: string) => {
  const file = await writeTrinoTable(table, query);
  const { profile } = await byTrino(policy, table);
  const ours = await byDuckDb(policy, file);
  expectEqual(profile, ours);
  const [found, expected] = [verdictOf(policy, profile), verdictOf(policy, ours)];
  expect(found.measures.length).toBeGreaterThan(30);
  expectEqual(found, expected);
  return { profile, file };
};

/** Scores in twentieths, so that many are equal, over groups of very unequal sizes. */
const generated = `
  SELECT
    IF((i * 7919) % 1000 < 450 + 300 * risk, 'yes', 'no') AS outcome,
    CASE WHEN i % 97 = 0 THEN 'rare' WHEN i % 3 = 0 THEN 'a' ELSE 'b "quoted"' END AS team,
    IF(i % 5 < 2, 1.0, 0.0)::DOUBLE AS flag,
    risk,
    (i % 7) / 4::DOUBLE AS mass,
    IF(i % 11 = 0, -1, 1) * (i % 1000) * 12.34::DOUBLE AS loan,
    CASE WHEN i % 2 = 0 THEN 'north' ELSE 'süd''s' END AS region,
    IF(i % 4 = 0, NULL, i) AS unused
  FROM (SELECT i, floor(((i * 104729) % 10007) / 10007 * 20) / 20 AS risk FROM range(1, 20001) t(i))`;

const grouped = (columns: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) =>
  policyWith(
    {
      protected: [
        { name: 'team', privileged: 'a' },
        { name: 'flag', privileged: '1.0' },
      ],
      ...columns,
    },
    {
      checks: [
        { metric: 'accuracy', at_least: 0.5 },
        { metric: 'roc_auc', at_least: 0.5 },
        { metric: 'demographic_parity_ratio', by: ['team', 'flag'], at_least: 0.1 },
      ],
      ...rest,
    },
  );

describe('a profile made by Trino', () => {
  it('is DuckDB’s: ties, groups, intersections, missing values elsewhere', async () => {
    const { profile, file } = await expectSameEverywhere(grouped(), 'generated', generated);
    expect(profile.rows).toBe(20_000);
    expect(profile.byColumn.map(({ column }) => column)).toEqual(['team', 'flag', 'team × flag']);
    // The counts are also what the engine for files gives, whatever way it takes them.
    const policy = policyWith({ protected: [{ name: 'team', privileged: 'a' }] });
    const [{ profile: distributed }, { profile: local }] = await Promise.all([
      byTrino(policy, 'generated'),
      profileDataset({ policy, dataset: { path: file } }),
    ]);
    expectEqual(verdictOf(policy, distributed), verdictOf(policy, local));
  });

  it('is DuckDB’s with weights, amounts and strata of a control column', async () => {
    await expectSameEverywhere(
      grouped(
        { weight: 'mass', control: ['region'] },
        {
          checks: [
            { metric: 'roc_auc', at_least: 0.5 },
            { metric: 'demographic_parity_ratio', by: 'team', within: 'region', at_least: 0.1 },
          ],
          value: { true_positive: 0.1, false_positive: -0.5, amount: 'loan' },
        },
      ),
      'weighted',
      generated,
    );
  });

  it('is DuckDB’s of predictions only, and of labels that are numbers and truths', async () => {
    await expectSameEverywhere(
      grouped(
        { score: undefined, prediction: 'said' },
        { checks: [{ metric: 'accuracy', at_least: 0 }] },
      ),
      'predictions',
      `SELECT *, IF(i % 4 = 0, 'yes', 'no') AS said FROM (${generated}) AS g, (SELECT 1 AS i)`.replace(
        ', (SELECT 1 AS i)',
        ', LATERAL (SELECT CAST(coalesce(unused, 0) AS INTEGER) AS i)',
      ),
    );
    for (const [table, label, favorable] of [
      ['numbers', `IF(outcome = 'yes', 1.0, 0.0)::DOUBLE`, 1],
      ['truths', `outcome = 'yes'`, true],
      ['integers', `IF(outcome = 'yes', 1, 2)`, 1],
      ['decimals', `IF(outcome = 'yes', 1.50, 2.25)::DECIMAL(4, 2)`, 1.5],
    ] as const)
      await expectSameEverywhere(
        grouped({ label: 'truth', favorable }),
        table,
        `SELECT *, ${label} AS truth FROM (${generated})`,
      );
  });

  it('is DuckDB’s where figures are undefined: one class, tiny groups, scores at both ends', async () => {
    await expectSameEverywhere(
      grouped(),
      'extremes',
      `SELECT * REPLACE (
         CASE WHEN unused % 3 = 0 THEN 0.0 WHEN unused % 3 = 1 THEN 1.0 ELSE -0.0 END::DOUBLE AS risk,
         IF(team = 'rare', 'yes', outcome) AS outcome
       ) FROM (${generated}) WHERE unused IS NOT NULL AND (unused < 400 OR team = 'rare')`,
    );
  });

  it('takes columns by the policy’s spelling, which Trino does not keep', async () => {
    await writeTrinoTable(
      'spelled',
      `SELECT outcome AS "Outcome", team AS "Team", risk AS "Risk" FROM (${generated})`,
    );
    const policy = policyWith({ label: 'Outcome', protected: [{ name: 'Team' }], score: 'Risk' });
    const { profile } = await byTrino(policy, 'spelled');
    expect(profile.byColumn.map(({ column }) => column)).toEqual(['Team']);
  });
});

describe('the example’s data, scored', () => {
  const folder = temporaryFolder();

  it('has the same verdict by Trino as by DuckDB, and as with the model', async () => {
    const example = fileURLToPath(new URL('../../../../examples/credit-risk', import.meta.url));
    const text = readFileSync(join(example, 'sluice.yaml'), 'utf8');
    const withModel = parsePolicy(text, 'sluice.yaml');
    const { artifact: _, ...rest } = withModel;
    const policy = policySchema.parse({
      ...rest,
      columns: { ...rest.columns, score: 'score' },
      checks: rest.checks.filter(({ against }) => against === undefined),
    });
    const { profile } = await expectSameEverywhere(
      policy,
      'credit_risk',
      await creditRiskScores(example, folder),
    );
    const path = join(example, 'data', 'holdout.parquet');
    const model = { path: join(example, 'model.onnx') };
    const scored = await profileDataset({ policy: withModel, dataset: { path }, model });
    const subject = (verdict: ReturnType<typeof verdictOf>) => verdict.measures;
    expectEqual(subject(verdictOf(policy, profile)), subject(verdictOf(policy, scored.profile)));
  });
});

describe('a table that cannot be evaluated', () => {
  it('is refused with all its faults at once', async () => {
    await writeTrinoTable(
      'faulty',
      `SELECT outcome, IF(i = 5, NULL, team) AS team, IF(i = 7, 1.5, IF(i = 8, 'NaN'::DOUBLE, risk)) AS risk,
         IF(i < 4, -1.0, 1.0)::DOUBLE AS mass, IF(i = 3, 'Infinity', '1')::DOUBLE AS loan
       FROM (SELECT *, row_number() OVER () AS i FROM (${generated}))`,
    );
    const error = await rejection(
      byTrino(
        policyWith({ weight: 'mass' }, { value: { true_positive: 1, amount: 'loan' } }),
        'faulty',
      ),
    );
    expect(error.code).toBe('invalid_data');
    expect(faultAt(error, 'columns.protected[0].name').message).toContain('missing in one row');
    expect(faultAt(error, 'columns.score').message).toContain('not a number from 0 to 1 in 2 rows');
    expect(faultAt(error, 'columns.weight').message).toContain(
      'not a number of 0 or more in 3 rows',
    );
    expect(faultAt(error, 'value.amount').message).toContain('not a finite number in one row');
    expect(error.faults.every(({ file }) => file === 'hive.spec.faulty')).toBe(true);
  });

  it('is refused for what it lacks', async () => {
    await writeTrinoTable('lacking', 'SELECT 1 AS outcome, 2 AS teams');
    const error = await rejection(
      byTrino(policyWith({ weight: 'mass', control: ['x'] }), 'lacking'),
    );
    expect(faultAt(error, 'columns.protected[0].name').hint).toBe('Did you mean "teams"?');
    expect(faultAt(error, 'columns.score').message).toContain('no column "risk"');
    expect((await rejection(byTrino(policyWith(), 'absent'))).faults[0]?.found).toBe(
      'TABLE_NOT_FOUND',
    );
  });

  it('is refused under a policy with drift, or with a model', async () => {
    const drift = policyWith({}, { data: { evaluation: 'a.parquet', reference: 'b.parquet' } });
    expect(await rejection(byTrino(drift, 'generated'))).toMatchObject({
      code: 'invalid_request',
      faults: [
        { path: 'data.reference', hint: expect.stringContaining('Evaluate drift on files') },
      ],
    });
    const policy = policyWith({ score: undefined }, { artifact: 'model.onnx' });
    expect(await rejection(byTrino(policy, 'generated'))).toMatchObject({
      code: 'invalid_request',
      faults: [{ path: 'artifact', hint: expect.stringContaining('Score the table first') }],
    });
  });
});

describe('profileDistributed', () => {
  it('gives a digest of the table’s name and counts', async () => {
    const policy = policyWith();
    const query = `SELECT * FROM (${generated}) ORDER BY risk`;
    await writeTrinoTable('one', generated);
    await writeTrinoTable('two', query);
    const [first, again, second] = [
      await byTrino(policy, 'one'),
      await byTrino(policy, 'one'),
      await byTrino(policy, 'two'),
    ];
    expect(again.digest).toBe(first.digest);
    expect(again.profile).toEqual(first.profile);
    expect(second.digest).not.toBe(first.digest);
    expect(second.profile).toEqual(first.profile);
  });

  it('stops when it is aborted', async () => {
    await writeTrinoTable('stopped', generated);
    const abort = new AbortController();
    const started = byTrino(policyWith(), 'stopped', abort.signal);
    setTimeout(() => abort.abort(new Error('enough')), 50);
    await expect(started).rejects.toThrow('enough');
  });
});
