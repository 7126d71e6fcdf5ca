import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Measure, Verdict } from '@sluice/contracts';
import { sluice, type CliResult } from '../run-cli.fixture.js';

const wine = fileURLToPath(new URL('../../../../test/fixtures/tasks/wine', import.meta.url));
const models = ['--policy', join(wine, 'sluice.yaml'), '--champion', join(wine, 'champion.onnx')];
const folder = mkdtempSync(join(tmpdir(), 'cli-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<CliResult> => sluice(args, { folder });
const profile = (part: string): Promise<CliResult> =>
  run('profile', ...models, '--data', `${part}.csv`, '--out', `${part}.json`);
const evaluate = (...args: string[]): Promise<CliResult> =>
  run('evaluate', '--policy', join(wine, 'sluice.yaml'), ...args);

beforeAll(async () => {
  const [header, ...lines] = readFileSync(join(wine, 'holdout.csv'), 'utf8').trim().split('\n');
  for (const [part, own] of Object.entries({ first: lines.slice(0, 40), second: lines.slice(40) }))
    writeFileSync(join(folder, `${part}.csv`), [header, ...own].join('\n'));
  expect(await profile('first')).toMatchObject({ code: 0, out: '' });
  expect(await profile('second')).toMatchObject({
    code: 0,
    err: expect.stringContaining(join(folder, 'second.json')),
  });
}, 60_000);

describe('sluice profile', () => {
  it('makes of parts what sluice evaluate makes a verdict of, the champion’s figures among it', async () => {
    const parts = await evaluate(
      '--profile',
      'first.json',
      'second.json',
      '--json',
      '--html',
      'report.html',
    );
    expect(parts.err).toContain('the digest of those of all 2 parts');
    const whole = await run('evaluate', ...models, '--json');
    expect(parts.code).toBe(whole.code);
    const [found, expected] = [parts, whole].map(({ out }) => JSON.parse(out) as Verdict);
    expect(found?.rows).toBe(expected?.rows);
    expect(found?.subject).toEqual({
      ...expected?.subject,
      datasets: { evaluation: expect.stringMatching(/^sha256:/) },
    });
    const figures = (verdict: Verdict | undefined) =>
      (verdict?.measures ?? []).map(({ metric, of, group, value }: Measure) => [
        metric,
        of,
        group,
        value?.toFixed(9),
      ]);
    expect(figures(found)).toEqual(figures(expected));
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(
      '--profile first.json second.json',
    );
  }, 60_000);

  it('says what is wrong with parts, and with options beside them', async () => {
    const twice = await evaluate('--profile', 'first.json', 'first.json');
    expect(twice).toMatchObject({ code: 2, out: '' });
    expect(twice.err).toContain('the same data as first.json');
    const models = await evaluate('--profile', 'first.json', '--artifact', 'model.onnx');
    expect(models.err).toContain('--artifact cannot stand beside --profile');
    const nowhere = await run('profile', '--out', 'nowhere/part.json');
    expect(nowhere.err).toContain('nowhere/part.json cannot be written: there is no such folder');
    const absent = await profile('absent');
    expect(absent).toMatchObject({ code: 2, out: '' });
    expect(absent.err).toContain('absent.csv');
  }, 60_000);
});
