import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { parseS3Location, type S3Location } from '@sluice/contracts';
import { digestOfDataset, findDatasetFiles } from '../dataset/dataset-files.js';
import { rejection, temporaryFolder } from '../dataset/temporary-folder.fixture.js';
import { copyFolders } from './copy-folders.fixture.js';
import { parseS3Allowances } from './s3-allowance.js';
import { connectS3 } from './s3-client.js';
import { fetchObject } from './fetch-object.js';
import { S3Objects, type S3Object } from './s3-objects.js';
import { S3Copies, type S3CopiesOptions, type S3Copy } from './s3-copies.js';

/** A server of S3 that tests run against. */
export interface S3Server {
  /** What an AWS tool needs to find it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export const locationOf = (text: string): S3Location => {
  const location = parseS3Location(text);
  if (location === undefined) throw new Error(`${text} is no location in S3.`);
  return location;
};

export const copiesOf = (options: Partial<S3CopiesOptions> = {}): S3Copies =>
  new S3Copies({
    howToAllow: (place) => `add --allow-s3 ${place}`,
    allowances: parseS3Allowances([{ name: '--allow-s3', entries: ['s3://models'] }]),
    ...options,
  });

/** Sets variables of the environment, and gives back what puts the old ones in their place. */
export const setEnvironment = (variables: Readonly<Record<string, string>>): (() => void) => {
  const before = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  const saved = before.map((name) => [name, process.env[name]] as const);
  for (const name of before) delete process.env[name];
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, Object.fromEntries(saved));
  };
};

const tree: Readonly<Record<string, string>> = {
  'holdout.csv': 'label\n1\n0\n',
  'data/part-10.csv': 'ten',
  'data/part-2.csv': 'two',
  'data/Part-1.csv': 'one',
  'data/_SUCCESS': '',
  'data/.part-3.csv': 'hidden',
  'data/_log/0.csv': 'log',
  'data/ä & <b>+%2F.csv': 'odd',
  'years/year=2024/a.csv': '2024',
  'years/year=2025/a.csv': '2025',
  'years/year=2025/month=1/b.csv': '2025-1',
  'years/_old/a.csv': 'old',
  'data-of-others/secret.csv': 'secret',
  'single/a.csv': 'label\n1\n0\n',
  'mixed/a.csv': 'a',
  'mixed/b.jsonl': 'b',
};

/** What S3 has to do for us, whoever's S3 it is. */
export const s3Contract = (name: string, start: () => Promise<S3Server>): void => {
  describe(`data in S3, in ${name}`, () => {
    const disk = temporaryFolder();
    let server: S3Server;
    let restore: () => void;
    let client: S3Client;
    const put = (Key: string, Body: string | Buffer) =>
      client.send(new PutObjectCommand({ Bucket: 'models', Key, Body: Buffer.from(Body) }));
    const fetched = async <T>(
      location: string,
      look: (copies: readonly S3Copy[]) => T,
    ): Promise<Awaited<T>> => {
      const copies = copiesOf();
      try {
        return await look(await copies.fetch(locationOf(location), 'data.evaluation'));
      } finally {
        await copies.close();
      }
    };
    const failure = async (location: string, options: Partial<S3CopiesOptions> = {}) => {
      const copies = copiesOf(options);
      try {
        return await rejection(copies.fetch(locationOf(location), 'data.reference'));
      } finally {
        await copies.close();
      }
    };

    beforeAll(async () => {
      server = await start();
      restore = setEnvironment(server.environment);
      client = await connectS3();
      await client.send(new CreateBucketCommand({ Bucket: 'models' }));
      for (const [key, text] of Object.entries(tree)) {
        await put(key, text);
        mkdirSync(dirname(join(disk, key)), { recursive: true });
        writeFileSync(join(disk, key), text);
      }
      await put('folder/', '');
      await put('empty.csv', '');
    }, 60_000);
    afterAll(async () => {
      client.destroy();
      restore();
      await server.stop();
    });

    it.each([
      'holdout.csv',
      'data/',
      'data/*.csv',
      'data/part-?.csv',
      'data/.part-*',
      'years/',
      'years/**',
      'years/year=*/a.csv',
      'years/**/a.csv',
      '**/b.csv',
      'years/_*/a.csv',
      'single/',
    ])('has the files, the bytes and the digest of the same on disk: %s', async (location) => {
      const local = await findDatasetFiles(disk, location);
      await fetched(`s3://models/${location}`, async (copies) => {
        expect(copies.map(({ name: copy }) => copy)).toEqual(
          local.map(({ name: file }) => `s3://models/${file}`),
        );
        for (const [index, { path }] of copies.entries())
          expect(readFileSync(path)).toEqual(readFileSync(local[index]?.path ?? ''));
        expect(await digestOfDataset(copies)).toBe(await digestOfDataset(local));
      });
    });

    it('is listed over several pages', async () => {
      const keys = Array.from({ length: 12 }, (_, index) => `pages/part-${index + 10}.csv`);
      for (const key of keys) await put(key, key);
      const names = await fetched('s3://models/pages/', (copies) =>
        copies.map(({ name: copy }) => copy),
      );
      expect(names).toEqual(keys.map((key) => `s3://models/${key}`));
    });

    it('says which state was read, and is gone when it is closed', async () => {
      const before = copyFolders();
      const [copy] = await fetched('s3://models/holdout.csv', (copies) => copies);
      expect(copy).toMatchObject({ size: 10, etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) });
      expect(copyFolders()).toEqual(before);
    });

    it('may be large', async () => {
      const large = Buffer.alloc(9_000_000, 'sluice ');
      await put('large.csv', large);
      const seen: number[] = [];
      const copies = copiesOf({ onProgress: ({ bytes }) => seen.push(bytes.done) });
      const [copy] = await copies.fetch(locationOf('s3://models/large.csv'), 'data.evaluation');
      expect(readFileSync(copy?.path ?? '').equals(large)).toBe(true);
      expect([seen[0], seen.at(-1)]).toEqual([0, large.byteLength]);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      await copies.close();
    });

    it.each<[string, string, RegExp]>([
      ['a key that is not there', 's3://models/none.csv', /no such object/],
      ['a bucket that is not there', 's3://none-such/none.csv', /no such bucket/],
      ['a prefix of a bucket that is not there', 's3://none-such/none/', /no such bucket/],
      ['a prefix that is not there', 's3://models/none/', /folder has no files/],
      ['a prefix with a mark alone', 's3://models/folder/', /folder has no files/],
      ['a pattern that nothing matches', 's3://models/data/*.parquet', /no file matches/],
      ['an empty object', 's3://models/empty.csv', /is empty/],
      ['files of two formats', 's3://models/mixed/', /several formats/],
    ])('is refused when it is %s', async (_what, location, message) => {
      const allowances = parseS3Allowances([
        { name: '--allow-s3', entries: ['s3://models', 's3://none-such'] },
      ]);
      const error = await failure(location, { allowances });
      expect(error.code).toBe('invalid_data');
      expect(error.faults[0]).toMatchObject({
        file: location,
        path: 'data.reference',
        message: expect.stringMatching(message),
        hint: expect.any(String),
      });
    });

    it('is refused when there is too much of it', async () => {
      expect(
        await failure('s3://models/data/', { limits: { objects: 3, bytes: 100 } }),
      ).toMatchObject({
        faults: [{ message: expect.stringContaining('more than 3 objects') }],
      });
      expect(
        await failure('s3://models/data/', { limits: { objects: 9, bytes: 8 } }),
      ).toMatchObject({
        faults: [{ found: '12 bytes', expected: 'at most 8 bytes' }],
      });
    });

    it('is refused when it is replaced between its listing and its reading', async () => {
      await put('moving/a.csv', 'before');
      const { signal } = new AbortController();
      const subject = { location: 's3://models/moving/', key: 'data.evaluation' } as const;
      const objects = new S3Objects(client, locationOf(subject.location), subject, signal);
      const [object] = await objects.find(10);
      await put('moving/a.csv', 'after!');
      const path = join(disk, 'moved.csv');
      const error = await rejection(
        fetchObject(object as S3Object, { objects, path, signal, pauseMs: 1, onBytes: () => {} }),
      );
      expect(error.faults[0]?.message).toMatch(/was replaced/);
      expect(readFileSync(path, 'utf8')).toBe('');
    });
  });
};

/** What has to be so of a server that checks signatures. */
export const s3SignatureContract = (name: string, start: () => Promise<S3Server>): void => {
  describe(`who asks for data in S3, in ${name}`, () => {
    let server: S3Server;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());

    it.each([
      ['an access key that is not known', { AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN' }],
      ['a secret that is wrong', { AWS_SECRET_ACCESS_KEY: 'wrong' }],
    ])('is refused with %s', async (_what, wrong) => {
      const restore = setEnvironment({ ...server.environment, ...wrong });
      const copies = copiesOf();
      try {
        for (const location of ['s3://models/holdout.csv', 's3://models/data/']) {
          const error = await rejection(copies.fetch(locationOf(location), 'data.evaluation'));
          expect(error.faults[0]?.message).toMatch(/does not accept the credentials/);
        }
      } finally {
        restore();
        await copies.close();
      }
    });
  });
};
