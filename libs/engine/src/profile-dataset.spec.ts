import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SluiceError, type Policy, datasetFormats } from '@sluice/contracts';
import type { BinaryProfile as Profile, Cell, ScoreProfile } from '@sluice/evaluation';
import { differences, plainProfile, randomRows, valuesOf } from './fixtures/scored-rows.fixture.js';
import { policyWith, rejection, temporaryFolder, writeTable } from './fixtures/tables.fixture.js';
import { profileDataset, type ProfileProgress } from './index.js';

const folder = temporaryFolder();
let files = 0;
const tableOf = (
  query: string,
  format: (typeof datasetFormats)[number] = 'parquet',
): Promise<string> => writeTable(join(folder, `${(files += 1)}.${format}`), query, format);
const values = (columns: string, ...rows: string[]): string =>
  `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) AS t(${columns})`;
const profileOf = async (policy: Policy, path: string): Promise<Profile> =>
  (await profileDataset({ policy, dataset: { path } })).profile;

const seven = values(
  'outcome, team, risk, guess, active, site',
  "'yes', 'b', 0.9, 'yes', true, 2",
  "'yes', 'a', 0.5, 'no', false, 10",
  "'no', 'b', 0.4, 'no', true, 2",
  "'no', 'a', 0.5, 'yes', false, 10",
  "'yes', 'b', 0.2, 'no', true, 10",
  "'no', 'C', 0.0, 'no', true, 2",
  "'no', 'a', 1.0, 'yes', false, 2",
);
const cell = (label: boolean, prediction: boolean, count: number): Cell => ({
  label,
  prediction,
  champion: null,
  count,
});

describe('the profile of data with scores', () => {
  it('counts a score of at least one half as favorable, and ranks exactly', async () => {
    const profile = await profileOf(policyWith(), await tableOf(seven));
    expect(profile.rows).toBe(7);
    expect(profile.overall.cells).toEqual([
      cell(false, false, 2),
      cell(false, true, 2),
      cell(true, false, 1),
      cell(true, true, 2),
    ]);
    // Positives .9 .5 .2, negatives .4 .5 0 1: wins 3 + 2½ + 1 of 12.
    expect(profile.overall.ranking).toMatchObject({
      positives: 3,
      negatives: 4,
      champion: null,
      covariance: null,
    });
    expect(profile.overall.ranking?.version.auc).toBeCloseTo(6.5 / 12, 15);
  });

  it('has the groups in code-unit order, each with its own counts and ranks', async () => {
    const [team] = (await profileOf(policyWith(), await tableOf(seven))).byColumn;
    expect(team).toMatchObject({ column: 'team', privileged: null });
    expect(team?.groups.map(({ group }) => group)).toEqual(['C', 'a', 'b']);
    expect(team?.groups[0]).toEqual({
      group: 'C',
      cells: [cell(false, false, 1)],
      ranking: {
        positives: 0,
        negatives: 1,
        version: {
          auc: null,
          variance: { positive: null, negative: null },
          averagePrecision: null,
          kolmogorovSmirnov: null,
          gains: null,
        },
        champion: null,
        covariance: null,
      },
      scores: {
        version: {
          bins: [0],
          positives: [0],
          negatives: [1],
          sums: new Array(20).fill(0),
          byLabel: { positives: { sum: 0, squares: 0 }, negatives: { sum: 0, squares: 0 } },
        },
        champion: null,
      },
      losses: {
        version: {
          // −ln(1 − 2⁻⁵²): a score of 0 is taken for 2⁻⁵².
          log: { sum: 2 ** -52, squares: 0 },
          brier: { sum: 0, squares: 0 },
        },
        champion: null,
        difference: null,
      },
    });
    expect(team?.groups[2]?.cells).toEqual([
      cell(false, false, 1),
      cell(true, false, 1),
      cell(true, true, 1),
    ]);
    expect(team?.groups[2]?.ranking?.version.auc).toBe(0.5);
  });

  it('names groups of booleans and integers as text', async () => {
    const policy = policyWith({
      protected: [
        { name: 'site', privileged: '10' },
        { name: 'active', privileged: 'true' },
      ],
    });
    const { byColumn } = await profileOf(policy, await tableOf(seven));
    expect(
      byColumn.map(({ column, privileged, groups }) => [
        column,
        privileged,
        groups.map(({ group }) => group),
      ]),
    ).toEqual([
      ['site', '10', ['10', '2']],
      ['active', 'true', ['false', 'true']],
    ]);
  });

  it('is the same from Parquet, CSV and JSON Lines, and from the rows in another order', async () => {
    const policy = policyWith({
      protected: [{ name: 'team' }, { name: 'active' }, { name: 'site' }],
    });
    const profiles: Profile[] = [];
    for (const format of datasetFormats)
      profiles.push(await profileOf(policy, await tableOf(seven, format)));
    const [parquet, ...others] = profiles;
    for (const other of others) expect(other).toEqual(parquet);
    const reversed = await profileOf(policy, await tableOf(`${seven} ORDER BY risk DESC`));
    expect(reversed).toEqual(parquet);
  });

  it('adds up over more rows than a batch holds', async () => {
    const many = `SELECT IF(range % 3 = 0, 'yes', 'no') AS outcome, 'g' || range % 7 AS team, (range % 100) / 99 AS risk FROM range(20001)`;
    const profile = await profileOf(policyWith(), await tableOf(many));
    const total = (cells: readonly Cell[]): number =>
      cells.reduce((sum, { count }) => sum + count, 0);
    expect(total(profile.overall.cells)).toBe(20001);
    expect(profile.overall.ranking).toMatchObject({ positives: 6667, negatives: 13334 });
    const [team] = profile.byColumn;
    const inBins = ({ version }: ScoreProfile): number =>
      [...version.positives, ...version.negatives].reduce((sum, count) => sum + count, 0);
    expect(profile.overall.scores?.version.bins).toHaveLength(100);
    expect(inBins(profile.overall.scores as ScoreProfile)).toBe(20001);
    expect(team?.groups.map(({ scores }) => inBins(scores as ScoreProfile))).toEqual(
      team?.groups.map(({ cells }) => total(cells)),
    );
    expect(team?.groups.map(({ cells }) => total(cells))).toEqual([
      2858, 2858, 2857, 2857, 2857, 2857, 2857,
    ]);
  });
});

describe('the profile of data with predictions', () => {
  it('has no ranking and no histogram without scores', async () => {
    const policy = policyWith({ score: undefined, prediction: 'guess' });
    const profile = await profileOf(policy, await tableOf(seven));
    expect(profile.overall.ranking).toBeNull();
    expect(profile.byColumn[0]?.groups.every(({ ranking }) => ranking === null)).toBe(true);
    expect(profile.overall.scores).toBeNull();
    expect(profile.byColumn[0]?.groups.every(({ scores }) => scores === null)).toBe(true);
    expect(profile.overall.cells).toEqual([
      cell(false, false, 2),
      cell(false, true, 2),
      cell(true, false, 2),
      cell(true, true, 1),
    ]);
  });

  it('takes the prediction from its column where there is one, and ranks by the score', async () => {
    const profile = await profileOf(policyWith({ prediction: 'guess' }), await tableOf(seven));
    expect(profile.overall.cells).toContainEqual(cell(true, false, 2));
    expect(profile.overall.ranking?.version.auc).toBeCloseTo(6.5 / 12, 15);
  });

  it('may predict one label only', async () => {
    const policy = policyWith({ score: undefined, prediction: 'guess' });
    const path = await tableOf(
      seven.replaceAll("'yes', true", "'no', true").replaceAll("'yes', false", "'no', false"),
    );
    expect((await profileOf(policy, path)).overall.cells).toEqual([
      cell(false, false, 4),
      cell(true, false, 3),
    ]);
  });
});

describe('the profile of rows with weights, amounts, an intersection and strata', () => {
  it.each(datasetFormats)('is that of the plain definitions, from %s', async (format) => {
    const rows = randomRows({ rows: 400, weights: true, amounts: true, seed: 11 });
    const policy = policyWith(
      {
        protected: [
          { name: 'team', privileged: 'a' },
          { name: 'sex', privileged: 'm' },
        ],
        control: ['region'],
        weight: 'w',
      },
      {
        value: { true_positive: 1, amount: 'a' },
        checks: [
          { metric: 'demographic_parity_ratio', by: 'team', within: 'region', at_least: 0 },
          {
            metric: 'demographic_parity_ratio',
            by: ['sex', 'team'],
            within: 'region',
            at_least: 0,
          },
        ],
      },
    );
    const path = await tableOf(valuesOf(rows), format);
    const profile = await profileOf(policy, path);
    expect(differences(profile, plainProfile(rows))).toEqual([]);
    if (format !== 'parquet') return;
    const mergeable = await profileDataset({ policy, dataset: { path }, mergeable: true });
    expect(differences(mergeable.profile, plainProfile(rows, true))).toEqual([]);
  });
});

describe('the favorable value', () => {
  const labels = (yes: string, no: string): string =>
    values('outcome, team, risk', `${yes}, 'a', 0.9`, `${no}, 'b', 0.1`, `${yes}, 'b', 0.9`);

  it.each([
    ['an integer, as a number', labels('1', '0'), 1],
    ['an integer, as text', labels('1', '0'), '1'],
    ['a fraction', labels('1.0::DOUBLE', '0.0::DOUBLE'), 1],
    ['a decimal', labels('1.00', '2.50'), 1],
    ['a boolean', labels('true', 'false'), true],
    ['a boolean, as a number', labels('true', 'false'), 1],
    ['a boolean, as text', labels('false', 'true'), 'false'],
    ['text that is a number', labels("'1'", "'0'"), 1],
    ['text with a quote', labels("'it''s'", "'isn''t'"), "it's"],
    ['an enumeration', labels("'yes'::ENUM('no', 'yes')", "'no'::ENUM('no', 'yes')"), 'yes'],
  ])('is found where the label is %s', async (_what, query, favorable) => {
    const formats = await Promise.all(datasetFormats.map((format) => tableOf(query, format)));
    for (const path of formats) {
      const { overall } = await profileOf(policyWith({ favorable }), path);
      expect(overall.cells).toEqual([cell(false, false, 1), cell(true, true, 2)]);
    }
  });
});

describe('profiling', () => {
  it('tells how far it is', async () => {
    const seen: ProfileProgress[] = [];
    const path = await tableOf(`${seven.replace('*', 't.*')}, range(1000)`);
    await profileDataset({
      policy: policyWith(),
      dataset: { path },
      onProgress: (step) => seen.push(step),
    });
    expect(seen.slice(0, 2)).toEqual([
      { step: 'survey', done: 0, total: 1 },
      { step: 'survey', done: 1, total: 1 },
    ]);
    expect(
      seen.filter(({ step }) => step === 'score').map(({ done, total }) => [done, total]),
    ).toEqual([[7000, 7000]]);
    const last = seen.at(-1);
    expect(last).toEqual({ step: 'rank', done: last?.total, total: last?.total });
  });

  it.each<ProfileProgress['step']>(['survey', 'score', 'rank'])(
    'stops at a signal during %s',
    async (step) => {
      const controller = new AbortController();
      const reason = new Error('not needed any more');
      const promise = profileDataset({
        policy: policyWith(),
        dataset: { path: await tableOf(`${seven.replace('*', 't.*')}, range(2000)`) },
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.step === step) controller.abort(reason);
        },
      });
      await expect(promise).rejects.toBe(reason);
    },
  );

  it('does nothing once the signal was given', async () => {
    const seen: ProfileProgress[] = [];
    const promise = profileDataset({
      policy: policyWith(),
      dataset: { path: join(folder, 'none.parquet') },
      signal: AbortSignal.abort(),
      onProgress: (step) => seen.push(step),
    });
    await expect(promise).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual([]);
  });

  it('passes on what a progress callback throws', async () => {
    const promise = profileDataset({
      policy: policyWith(),
      dataset: { path: await tableOf(seven) },
      onProgress: ({ step }) => {
        if (step === 'score') throw new Error('no listener');
      },
    });
    await expect(promise).rejects.toThrow('no listener');
  });

  it('wants a model exactly when the policy names an artifact', async () => {
    const dataset = { path: await tableOf(seven) };
    const without = rejection(
      profileDataset({
        policy: policyWith({ score: undefined }, { artifact: 'model.onnx' }),
        dataset,
      }),
    );
    const with_ = rejection(
      profileDataset({ policy: policyWith(), dataset, model: { path: 'model.onnx' } }),
    );
    for (const error of [await without, await with_]) {
      expect(error).toBeInstanceOf(SluiceError);
      expect(error.code).toBe('invalid_request');
    }
  });
});

describe('the profile of a table that is too large to be looked at twice', () => {
  const rows = 132_000;
  /** Rows of which the last has something that the first thousands don't have. */
  const longRows = (last: Partial<Record<'outcome' | 'team' | 'risk', string>> = {}) => {
    const column = (name: 'outcome' | 'team' | 'risk', usual: string): string =>
      `CASE WHEN i = ${rows - 1} THEN ${last[name] ?? usual} ELSE ${usual} END AS ${name}`;
    const columns = [
      column('outcome', "CASE WHEN hash(i, 1) % 10 < 4 THEN 'yes' ELSE 'no' END"),
      column('team', "CASE WHEN hash(i, 2) % 3 = 0 THEN 'a' ELSE 'b' END"),
      column('risk', 'hash(i) % 4001 / 4000.0'),
      ...['site', 'shift'].map((name, at) => `hash(i, ${3 + at}) % 70 AS ${name}`),
      '0 AS file_row_number',
    ];
    return `SELECT ${columns.join(', ')} FROM range(${rows}) AS t(i)`;
  };
  const longTable = (last?: Parameters<typeof longRows>[0]) => tableOf(longRows(last));
  /** The same rows in files that are read side by side: no column has the name of the number that tells a file's rows. */
  const longFiles = async (last?: Parameters<typeof longRows>[0]) => {
    const half = (part: string) =>
      tableOf(`SELECT * EXCLUDE file_row_number FROM (${longRows(last)}) ${part}`);
    const paths = [await half(`LIMIT ${rows / 2}`), await half(`OFFSET ${rows / 2}`)];
    return { files: paths.map((path) => ({ path, name: path })) };
  };
  /** Whoever is told of rows has them surveyed. */
  const surveyed = async (path: string, policy = policyWith()): Promise<Profile> =>
    (await profileDataset({ policy, dataset: { path }, onScored: () => undefined })).profile;

  it('is that of the surveyed table', async () => {
    const path = await longTable();
    expect(await profileOf(policyWith(), path)).toEqual(await surveyed(path));
  });

  it('is that of the surveyed table where all groups together are too many to be counted at once', async () => {
    const path = await longTable();
    const protectedColumns = ['team', 'site', 'shift'].map((name) => ({ name }));
    const policy = policyWith({ protected: protectedColumns });
    expect(await profileOf(policy, path)).toEqual(await surveyed(path, policy));
  });

  it('is that of the surveyed table where it is in several files', async () => {
    const dataset = await longFiles();
    const { profile } = await profileDataset({ policy: policyWith(), dataset });
    expect(profile).toEqual(await surveyed(await longTable()));
    const late = { policy: policyWith(), dataset: await longFiles({ risk: '1.5' }) };
    await expect(profileDataset(late)).rejects.toThrow('row');
  });

  it('has groups that come last of all', async () => {
    const path = await longTable({ team: "'z'" });
    const profile = await profileOf(policyWith(), path);
    expect(profile.byColumn[0]?.groups.map(({ group }) => group)).toEqual(['a', 'b', 'z']);
    expect(profile).toEqual(await surveyed(path));
  });

  it.each([
    [{ outcome: "'maybe'" }, 'the label "outcome" has 3 values'],
    [{ outcome: 'NULL' }, 'the label "outcome" is missing in one row'],
    [{ team: 'NULL' }, 'the protected column "team" is missing in one row'],
    [{ risk: '1.5' }, `the score "risk" is not a number from 0 to 1 in row ${rows}`],
    [{ risk: "'nan'::DOUBLE" }, `the score "risk" is not a number from 0 to 1 in row ${rows}`],
    [{ risk: 'NULL' }, `the score "risk" is not a number from 0 to 1 in row ${rows}`],
  ])('is refused for what only its last row has: %j', async (last, message) => {
    const error = await rejection(profileOf(policyWith(), await longTable(last)));
    expect((error as SluiceError).faults.map((fault) => fault.message)).toEqual([message]);
  });
});
