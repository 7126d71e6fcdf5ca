import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verdictSchema } from '@sluice/contracts';
import { sluice } from '../run-cli.fixture.js';

const policy = `
version: 1
model: loans
task: binary-classification
data: { evaluation: none.parquet }
columns:
  label: outcome
  favorable: paid
  score: score
  protected: [{ name: sex, privileged: m }]
checks:
  - { metric: roc_auc, at_least: 0.6 }
  - { metric: demographic_parity_ratio, by: sex, at_least: 0.9 }
`;

const url = `${process.env['TEST_TRINO_URL']}/cli`;

/** Lets Trino itself make a table, with plain requests. */
const carryOut = async (statement: string): Promise<void> => {
  const { host, username } = new URL(url);
  const headers = { 'x-trino-user': username };
  const post = { method: 'POST', headers, body: statement };
  let answer = await fetch(`http://${host}/v1/statement`, post);
  for (;;) {
    const { error, nextUri } = (await answer.json()) as { error?: object; nextUri?: string };
    if (error) throw new Error(JSON.stringify(error));
    if (nextUri === undefined) return;
    answer = await fetch(nextUri, { headers });
  }
};

const loans = `
  SELECT n, IF(n % 10 < 5 + n % 4, 'paid', 'lost') AS outcome, (n % 4) * 2e-1 + 1e-1 AS score,
    IF(n % 3 = 0, 'f', 'm') AS sex
  FROM UNNEST(sequence(1, 4000)) AS t(n)`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-table-'));
  writeFileSync(join(folder, 'sluice.yaml'), policy);
  await carryOut('CREATE SCHEMA IF NOT EXISTS hive.cli');
  await carryOut(`CREATE TABLE hive.cli.loans AS ${loans}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const args = ['evaluate', '--policy', 'sluice.yaml', '--engine', url, '--table', 'loans'];

describe('sluice evaluate --engine against a real Trino', () => {
  it('gives the verdict, the report and how to get them again', async () => {
    const { code, out, err } = await sluice([...args, '--json', '--html', 'report.html'], {
      folder,
    });
    const verdict = verdictSchema.parse(JSON.parse(out));
    expect(verdict).toMatchObject({
      rows: 4000,
      subject: { version: null, champion: null },
      checks: [{ outcome: 'pass', measure: { metric: 'roc_auc', n: 4000 } }, {}],
    });
    expect(code).toBe(verdict.outcome === 'pass' ? 0 : 1);
    expect(err).toContain('not of its bytes');
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('--table loans');
    const again = await sluice([...args, '--json'], { folder });
    expect(again.out).toBe(out);
  });

  it('gives the same verdict of two parts, each profiled by itself', async () => {
    const parts = ['< 1000', '>= 1000'];
    for (const [at, where] of parts.entries()) {
      await carryOut(
        `CREATE TABLE hive.cli.part_${at} AS SELECT * FROM (${loans}) WHERE n ${where}`,
      );
      const { code } = await sluice(
        ['profile', '--engine', url, '--table', `part_${at}`, '--out', `${at}.json`],
        { folder },
      );
      expect(code).toBe(0);
    }
    const measures = async (args: readonly string[]) => {
      const { out } = await sluice(['evaluate', ...args, '--json'], { folder });
      const verdict = verdictSchema.parse(JSON.parse(out));
      return verdict.measures.map(({ value, ...about }) => [
        about.metric,
        about.group,
        about.n,
        value?.toFixed(10),
      ]);
    };
    expect(await measures(['--profile', '0.json', '1.json'])).toEqual(
      await measures(args.slice(1)),
    );
  });

  it('says what is not there', async () => {
    const { code, err } = await sluice([...args.slice(0, -1), 'absent'], { folder });
    expect(code).toBe(2);
    expect(err).toContain('does not exist');
    expect(err).toContain('Check --table');
  });
});
