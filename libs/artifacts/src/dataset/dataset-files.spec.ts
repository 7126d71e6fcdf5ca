import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { digestOfBytes, manifestDigest } from '@sluice/contracts';
import { rejection, temporaryFolder } from './temporary-folder.fixture.js';
import { digestOfDataset, findDatasetFiles } from './dataset-files.js';

const folder = temporaryFolder();
const write = (name: string, text = name): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
for (const name of [
  'data/part-10.csv',
  'data/part-2.csv',
  'data/Part-1.csv',
  'data/part-2.csv.crc/inner.csv',
  'data/_SUCCESS',
  'data/.part-3.csv',
  'data/_delta_log/0.csv',
  'years/year=2024/a.csv',
  'years/year=2025/a.csv',
  'years/year=2025/month=1/b.csv',
  'mixed/a.csv',
  'mixed/b.jsonl',
  'notes/a.csv',
  'notes/README.md',
  'single/a.csv',
])
  write(name);
mkdirSync(join(folder, 'empty'));
const namesOf = async (location: string): Promise<string[]> =>
  (await findDatasetFiles(folder, location)).map(({ name }) => name);

describe('the files of a dataset', () => {
  it.each<[string, string[]]>([
    ['data/part-2.csv', ['data/part-2.csv']],
    ['data/none.csv', ['data/none.csv']],
    [
      'data/',
      ['data/Part-1.csv', 'data/part-10.csv', 'data/part-2.csv', 'data/part-2.csv.crc/inner.csv'],
    ],
    ['data/*.csv', ['data/Part-1.csv', 'data/part-10.csv', 'data/part-2.csv']],
    ['data/part-*.csv', ['data/part-10.csv', 'data/part-2.csv']],
    ['data/part-?.csv', ['data/part-2.csv']],
    ['data/.part-*', ['data/.part-3.csv']],
    ['years', ['years/year=2024/a.csv', 'years/year=2025/a.csv', 'years/year=2025/month=1/b.csv']],
    ['years/year=*/a.csv', ['years/year=2024/a.csv', 'years/year=2025/a.csv']],
    ['**/b.csv', ['years/year=2025/month=1/b.csv']],
    [
      'years/**',
      ['years/year=2024/a.csv', 'years/year=2025/a.csv', 'years/year=2025/month=1/b.csv'],
    ],
    ['years/year=2025/**/*.csv', ['years/year=2025/a.csv', 'years/year=2025/month=1/b.csv']],
  ])('named %s are %j', async (location, expected) => {
    expect(await namesOf(location)).toEqual(expected);
  });

  it('are no files of linked folders, which may lead into themselves', async () => {
    symlinkSync(join(folder, 'years'), join(folder, 'years/again'));
    write('loop/a.csv');
    symlinkSync(join(folder, 'loop'), join(folder, 'loop/b.csv'));
    expect(await namesOf('years/**/a.csv')).toHaveLength(2);
    expect(await namesOf('loop')).toEqual(['loop/a.csv', 'loop/b.csv']);
  });

  it('match patterns of many stars in no time', async () => {
    write(`stars/${'a'.repeat(200)}.csv`);
    const started = performance.now();
    await rejection(findDatasetFiles(folder, `stars/${'*a'.repeat(100)}*b`));
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each<[string, string, RegExp, RegExp]>([
    ['nothing', 'data/none-*.csv', /no file matches/, /\.parquet/],
    ['a folder that is not there', 'none/*.csv', /no file matches/, /\.parquet/],
    ['nothing in a folder', 'empty', /no files/, /\.parquet/],
    ['files of two formats', 'mixed/', /several formats/, /one format/],
    ['a file that is no table', 'notes', /cannot be told/, /\.parquet/],
  ])('are refused when they are %s', async (_what, location, message, expected) => {
    const error = await rejection(findDatasetFiles(folder, location));
    expect(error.code).toBe('invalid_data');
    expect(error.faults[0]).toMatchObject({
      path: 'data.evaluation',
      message: expect.stringMatching(message),
      expected: expect.stringMatching(expected),
    });
    expect(JSON.stringify(error.faults)).not.toContain(folder);
  });
});

describe('the digest of a dataset', () => {
  const digestOf = async (location: string) =>
    digestOfDataset(await findDatasetFiles(folder, location));

  it('is that of its one file, however it was named', async () => {
    const digest = digestOfBytes('single/a.csv');
    for (const location of ['single/a.csv', 'single', 'single/*.csv'])
      expect(await digestOf(location)).toBe(digest);
  });

  it('is that of the manifest of its files, by path below their folder', async () => {
    const entry = (path: string, name: string) => ({
      path,
      digest: digestOfBytes(name),
      size: name.length,
    });
    expect(await digestOf('years/year=*/a.csv')).toBe(
      manifestDigest({
        files: [
          entry('year=2024/a.csv', 'years/year=2024/a.csv'),
          entry('year=2025/a.csv', 'years/year=2025/a.csv'),
        ],
      }),
    );
  });

  it('depends on names and bytes, and not on where the folder lies', async () => {
    write('one/x/a.csv', 'a');
    write('one/x/b.csv', 'b');
    write('two/a.csv', 'a');
    write('two/b.csv', 'b');
    write('three/a.csv', 'b');
    write('three/b.csv', 'a');
    expect(await digestOf('one')).toBe(await digestOf('two'));
    expect(await digestOf('one')).not.toBe(await digestOf('three'));
  });

  it('is of files that are there', async () => {
    await expect(digestOf('none.csv')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
