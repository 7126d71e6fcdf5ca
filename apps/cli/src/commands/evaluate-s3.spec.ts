import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFolders, S3Double } from '@sluice/artifacts/testing';
import { problemSchema, verdictSchema } from '@sluice/contracts';
import { sluice } from '../run-cli.fixture.js';

const example = fileURLToPath(new URL('../../../../examples/credit-risk', import.meta.url));
const policyText = readFileSync(join(example, 'sluice.yaml'), 'utf8');
const rows = readFileSync(join(example, 'data/holdout.parquet'));
const parts = ['part-0.parquet', 'part-1.parquet'];

let folder: string;
let double: S3Double;
const awsBefore = { ...process.env };

beforeAll(async () => {
  double = await S3Double.start();
  for (const name of Object.keys(process.env))
    if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, double.environment);
  folder = mkdtempSync(join(tmpdir(), 'sluice-evaluate-s3-'));
  for (const path of ['model.onnx', 'data'])
    cpSync(join(example, path), join(folder, path), { recursive: true });
  double.put('risk', 'holdout.parquet', rows);
  for (const name of parts) {
    double.put('risk', `parts/${name}`, rows);
    double.put('risk-of-others', `parts/${name}`, rows);
    writeFileSync(join(folder, name), rows);
  }
});
beforeEach(() => {
  double.mischief = () => undefined;
  double.requests.length = 0;
});
afterAll(async () => {
  for (const name of Object.keys(double.environment)) delete process.env[name];
  await double.stop();
  Object.assign(process.env, awsBefore);
  rmSync(folder, { recursive: true, force: true });
});

const evaluate = (
  location: string,
  args: readonly string[],
  more: { environment?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
) => {
  writeFileSync(join(folder, 'sluice.yaml'), policyText.replace('data/holdout.parquet', location));
  return sluice(['evaluate', '--policy', 'sluice.yaml', ...args], { folder, ...more });
};

describe('sluice evaluate on data in S3', () => {
  it('gives the verdict of the same files on disk', async () => {
    const before = copyFolders();
    const allow = ['--allow-s3', 's3://risk/parts', '--json'];
    const there = await evaluate('s3://risk/parts/', allow);
    const here = await evaluate('part-*.parquet', ['--json']);
    expect({ code: there.code, here: here.code }).toEqual({ code: 0, here: 0 });
    const { policy: _there, ...verdict } = verdictSchema.parse(JSON.parse(there.out)).subject;
    const { policy: _here, ...expected } = verdictSchema.parse(JSON.parse(here.out)).subject;
    expect(verdict).toEqual(expected);
    expect(there.err).toMatch(
      /fetched s3:\/\/risk\/parts\/part-0\.parquet, \d+ bytes, ETag "[0-9a-f]{32}"/,
    );
    expect(copyFolders()).toEqual(before);
  });

  it('tells how far it is, and how to do it again', async () => {
    writeFileSync(
      join(folder, 'sluice.yaml'),
      policyText.replace('data/holdout.parquet', 's3://risk/holdout.parquet'),
    );
    const args = ['evaluate', '--policy', 'sluice.yaml', '--html', 'report.html'];
    const environment = { SLUICE_ALLOW_S3: 's3://elsewhere, s3://risk/holdout.parquet' };
    const { code, err } = await sluice([...args, '--allow-s3', 's3://risk/x'], {
      folder,
      environment,
      isTTY: true,
    });
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(err).toContain('fetching s3://risk/holdout.parquet … 100 % (1 of 1 objects)');
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('--allow-s3 s3://risk/x');
  });

  it.each([
    ['nothing is allowed', [], 's3://risk/parts/'],
    [
      'a bucket is another that starts alike',
      ['--allow-s3', 's3://risk'],
      's3://risk-of-others/parts/',
    ],
    ['a prefix is another that starts alike', ['--allow-s3', 's3://risk/part'], 's3://risk/parts/'],
  ])('asks S3 nothing when %s', async (_what, allow, location) => {
    const { code, out, err } = await evaluate(location, [...allow, '--json']);
    expect(code).toBe(2);
    expect(problemSchema.parse(JSON.parse(out)).faults?.[0]?.path).toBe('data.evaluation');
    expect(err).toContain(`add --allow-s3 ${location}`);
    expect(double.requests).toEqual([]);
  });

  it('refuses what is no place in S3, before anything is done', async () => {
    const { code, err } = await evaluate('s3://risk/parts/', ['--allow-s3', 's3://risk/../x']);
    expect(code).toBe(2);
    expect(err).toContain('--allow-s3 s3://risk/../x allows nothing');
  });

  it('says what S3 says, and that it is no verdict', async () => {
    double.mischief = () => ({
      kind: 'refuse',
      refusal: { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' },
    });
    const { code, err } = await evaluate('s3://risk/parts/', ['--allow-s3', 's3://risk']);
    expect(code).toBe(2);
    expect(err).toContain('the credentials for S3 have expired');
    expect(err).toContain('aws sso login');
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const before = copyFolders();
    const stop = new AbortController();
    double.mischief = ({ key }) => {
      if (key === 'parts/part-1.parquet') setTimeout(() => stop.abort(), 20);
      return key === '' ? undefined : { kind: 'stall' };
    };
    const allow = ['--allow-s3', 's3://risk'];
    const { code } = await evaluate('s3://risk/parts/', allow, { signal: stop.signal });
    expect(code).toBe(130);
    expect(copyFolders()).toEqual(before);
  });
});

describe('sluice mitigate on data in S3', () => {
  const mitigate = (...args: string[]) => {
    writeFileSync(
      join(folder, 'sluice.yaml'),
      policyText.replace('data/holdout.parquet', 's3://risk/holdout.parquet'),
    );
    const method = ['--method', 'reweighing', '--by', 'age_group', '--json'];
    return sluice(['mitigate', 'sluice.yaml', ...method, ...args], { folder });
  };
  const fit = ['--fit', 's3://risk-of-others/parts/'];
  const allow = ['--allow-s3', 's3://risk', '--allow-s3', 's3://risk-of-others/parts'];

  it('fits to what it was allowed to read, and leaves no copies', async () => {
    const before = copyFolders();
    const { code, out, err } = await mitigate(...fit, ...allow);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(err).toContain('fetched s3://risk-of-others/parts/part-1.parquet');
    const { notes } = JSON.parse(out) as { notes: string[] };
    expect(notes[0]).toContain('fitted to s3://risk-of-others/parts/; s3://risk/holdout.parquet');
    expect(copyFolders()).toEqual(before);
  });

  it.each([
    ['nothing is allowed', fit, '--fit names s3://risk-of-others/parts/'],
    [
      'its own data is not allowed',
      ['--fit', 'part-0.parquet', '--allow-s3', 's3://risk-of-others'],
      'data.evaluation names s3://risk/holdout.parquet',
    ],
    [
      'it would be judged by what it is fitted to',
      ['--fit', 's3://risk/holdout.parquet', ...allow],
      'cannot be both fitted to and judged by',
    ],
  ])('asks S3 nothing when %s', async (_what, args, expected) => {
    const { code, err } = await mitigate(...args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(expected) });
    expect(double.requests).toEqual([]);
  });
});
