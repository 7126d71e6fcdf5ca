import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFolders, S3Double } from '@sluice/artifacts/testing';
import { digestOfBytes, manifestDigest } from '@sluice/contracts';
import { onnxModel, policyText, repository, Stage } from './action-run.fixture.js';

let stage: Stage;
const comments = () => stage.github.comments(repository, 1).map(({ body }) => body);
const withData = (location: string): string =>
  policyText().replace('evaluation: data/holdout.csv', `evaluation: ${JSON.stringify(location)}`);
const texts = { 'a.csv': 'age,credit\n23,good\n', 'x/b.csv': 'age,credit\n41,bad\n' };
const entry = ([path, text]: [string, string]) => ({
  path,
  digest: digestOfBytes(text),
  size: text.length,
});
const manifest = { files: Object.entries(texts).map(entry) };

beforeEach(async () => {
  stage = new Stage();
  await stage.set();
});
afterEach(() => stage.strike());

describe('data of several files', () => {
  const onMain = (location: string) =>
    stage.github.commitFiles(repository, {
      branch: 'main',
      files: {
        'sluice.yaml': withData(location),
        'parts/a.csv': texts['a.csv'],
        'parts/x/b.csv': texts['x/b.csv'],
        'parts/_SUCCESS': '',
      },
    });

  it.each(['parts/', 'parts', 'parts/**/*.csv'])(
    'is registered with its manifest: %s',
    async (location) => {
      onMain(location);
      const run = await stage.gate(await stage.propose());
      expect({ code: run.exitCode, log: run.log }).toMatchObject({ code: 0 });
      expect(stage.registry.datasets).toEqual([
        expect.objectContaining({ digest: manifestDigest(manifest), format: 'csv', manifest }),
      ]);
      expect(stage.registry.evaluations[0]?.datasets.evaluation).toBe(manifestDigest(manifest));
      expect(comments()[0]).not.toContain('the data that the model is judged by');
    },
  );

  it.each<[string, Record<string, string | null>, string]>([
    ['adds', { 'parts/c.csv': 'age,credit\n1,bad\n' }, 'adds parts/c.csv to parts/'],
    ['changes', { 'parts/x/b.csv': 'age,credit\n41,good\n' }, 'changes parts/x/b.csv of parts/'],
    ['removes', { 'parts/x/b.csv': null }, 'removes parts/x/b.csv from parts/'],
  ])('is mentioned when the proposal %s one', async (_what, files, said) => {
    onMain('parts/');
    const run = await stage.gate(await stage.propose({ 'model.onnx': onnxModel(2), ...files }));
    expect(run.exitCode).toBe(0);
    expect(comments()[0]).toContain(`This proposal ${said}, the data that`);
  });

  it('cannot be what a link shows of the runner', async () => {
    onMain('parts/');
    const number = await stage.propose();
    await symlink('/etc/hostname', join(stage.workspace, 'parts/h.csv'));
    const run = await stage.gate(number);
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain('parts/h.csv leads out of the checkout');
    expect(stage.registry.datasets).toEqual([]);
  });

  it('is missing where nothing matches', async () => {
    onMain('parts/*.parquet');
    const run = await stage.gate(await stage.propose());
    expect(run.exitCode).toBe(1);
    expect(run.log).toMatch(/^::error title=Data,file=sluice\.yaml,line=6,col=3::/m);
    expect(run.summary).toContain('no file matches the pattern');
  });
});

describe('data in S3', () => {
  let double: S3Double;
  beforeAll(async () => {
    double = await S3Double.start();
    for (const [name, text] of Object.entries(texts)) double.put('risk', `parts/${name}`, text);
  });
  afterAll(() => double.stop());
  beforeEach(() => {
    double.requests.length = 0;
  });
  const gate = async (location: string, allow: string) => {
    stage.github.commitFiles(repository, {
      branch: 'main',
      files: { 'sluice.yaml': withData(location) },
    });
    return stage.gate(await stage.propose(), {
      inputs: { 'allow-s3': allow },
      environment: double.environment,
    });
  };

  it('is fetched and registered where the workflow allows it', async () => {
    const before = copyFolders();
    const run = await gate('s3://risk/parts/', 's3://risk/parts');
    expect({ code: run.exitCode, log: run.log }).toMatchObject({ code: 0 });
    expect(stage.registry.datasets).toEqual([
      expect.objectContaining({ digest: manifestDigest(manifest), format: 'csv', manifest }),
    ]);
    expect(run.log).toMatch(/Fetched s3:\/\/risk\/parts\/a\.csv, \d+ bytes, ETag/);
    expect(comments()[0]).not.toContain('the data that the model is judged by');
    expect(copyFolders()).toEqual(before);
  });

  it('may be one object', async () => {
    const run = await gate('s3://risk/parts/a.csv', 's3://elsewhere, s3://risk/parts/a.csv');
    expect({ code: run.exitCode, log: run.log }).toMatchObject({ code: 0 });
    expect(stage.registry.datasets).toEqual([
      { name: 's3-//risk/parts/a.csv', digest: digestOfBytes(texts['a.csv']), format: 'csv' },
    ]);
  });

  it.each(['', 's3://risk/part', 's3://risk-of-others'])(
    'is asked for nothing when the workflow allows %j',
    async (allow) => {
      const run = await gate('s3://risk/parts/', allow);
      expect(run.exitCode).toBe(1);
      expect(run.outputs.outcome).toBe('error');
      expect(run.log).toMatch(
        /^::error title=Sluice,file=sluice\.yaml,line=6,col=3::data\.evaluation/m,
      );
      expect(run.log).toContain('set the input allow-s3 to s3://risk/parts/');
      expect(double.requests).toEqual([]);
      expect(stage.registry.versions).toEqual([]);
    },
  );
});
