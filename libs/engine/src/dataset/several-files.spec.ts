import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findDatasetFiles } from '@sluice/artifacts';
import { datasetFormats, type DatasetFormat } from '@sluice/contracts';
import { policyWith, rejection, temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { profileDataset } from '../index.js';
import { Dataset } from './dataset.js';

const root = temporaryFolder();
let folders = 0;
/** A folder with a table in each file. */
const folderOf = async (
  format: DatasetFormat,
  tables: Readonly<Record<string, string>>,
): Promise<string> => {
  const folder = `data${(folders += 1)}`;
  mkdirSync(join(root, folder));
  for (const [name, query] of Object.entries(tables))
    await writeTable(join(root, folder, name), query, format);
  return folder;
};
const open = async (location: string): Promise<Dataset> =>
  Dataset.open({ files: await findDatasetFiles(root, location), name: location });
const rowsOf = async (location: string, sql = 'SELECT * FROM data') => {
  const dataset = await open(location);
  try {
    return await dataset.query(sql);
  } finally {
    await dataset.close();
  }
};
const range = (from: number, to: number, columns = 'i AS n') =>
  `SELECT ${columns} FROM range(${from}, ${to}) t(i)`;

describe('a dataset of several files', () => {
  it.each(datasetFormats)('is all rows, in the order of the names, as %s', async (format) => {
    const folder = await folderOf(format, {
      [`b.${format}`]: range(3000, 7000),
      [`a.${format}`]: range(0, 3000),
      [`c.${format}`]: range(7000, 10_000),
    });
    const rows = await rowsOf(folder);
    expect(rows.map(({ n }) => Number(n))).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  });

  it.each(datasetFormats)('has its columns by name, in whatever order, as %s', async (format) => {
    const folder = await folderOf(format, {
      [`a.${format}`]: "SELECT 'x1' AS x, 'y1' AS y",
      [`b.${format}`]: "SELECT 'y2' AS y, 'x2' AS x",
    });
    expect(await rowsOf(folder)).toEqual([
      { x: 'x1', y: 'y1' },
      { x: 'x2', y: 'y2' },
    ]);
  });

  it.each(datasetFormats)(
    'gives the profile of the same rows in one file, as %s',
    async (format) => {
      const columns =
        "IF(i % 3 = 0, 'yes', 'no') AS outcome, IF(i % 2 = 0, 'a', 'b') AS team, (i % 10) / 10 AS risk";
      const parts = await folderOf(format, {
        [`1.${format}`]: range(0, 400, columns),
        [`2.${format}`]: range(400, 1000, columns),
      });
      const whole = await folderOf(format, { [`1.${format}`]: range(0, 1000, columns) });
      const profileOf = async (location: string) =>
        (
          await profileDataset({
            policy: policyWith(),
            dataset: { files: await findDatasetFiles(root, location) },
          })
        ).profile;
      expect(await profileOf(parts)).toEqual(await profileOf(whole));
    },
  );

  it('takes each CSV with the delimiter of its own header', async () => {
    const folder = await folderOf('csv', { 'a.csv': 'SELECT 1 AS x, 2 AS y' });
    writeFileSync(join(root, folder, 'b.csv'), 'x;y\n3;4\n');
    expect(await rowsOf(folder)).toEqual([
      { x: '1', y: '2' },
      { x: '3', y: '4' },
    ]);
  });

  it('takes whole numbers and fractions of JSON Lines as numbers', async () => {
    const folder = await folderOf('jsonl', {
      'a.jsonl': 'SELECT 1 AS x',
      'b.jsonl': 'SELECT 2.5 AS x',
    });
    expect(await rowsOf(folder)).toEqual([{ x: 1 }, { x: 2.5 }]);
  });

  it('takes names that could be patterns, addresses or partitions as the names they are', async () => {
    const folder = await folderOf('parquet', {
      "it's [1] b.parquet": 'SELECT 1 AS x',
      'https:__b.parquet': 'SELECT 2 AS x',
      'year=2024.parquet': 'SELECT 3 AS x',
    });
    expect(await rowsOf(`${folder}/*.parquet`)).toEqual([{ x: 2 }, { x: 1 }, { x: 3 }]);
  });

  it('can be read and nothing beside it', async () => {
    const folder = await folderOf('parquet', {
      'a.parquet': 'SELECT 1 AS x',
      'b.parquet': 'SELECT 2 AS x',
      'secret.parquet': 'SELECT 3 AS x',
    });
    const error = await rejection(
      rowsOf(`${folder}/?.parquet`, `SELECT * FROM '${join(root, folder, 'secret.parquet')}'`),
    );
    expect(error.faults[0]?.found).toMatch(/Permission Error/);
  });
});

describe('files that do not make one table', () => {
  it.each<[string, DatasetFormat, string, Record<string, string>]>([
    [
      'a column is missing',
      'parquet',
      'SELECT 1 AS x',
      { found: 'none', expected: 'a column "y"' },
    ],
    [
      'there is another column',
      'csv',
      'SELECT 1 AS x, 2 AS y, 3 AS z',
      { found: 'another column "z"' },
    ],
    [
      'a column has another type',
      'parquet',
      "SELECT 1 AS x, 'two' AS y",
      { found: 'a column "y" of type VARCHAR', expected: 'type INTEGER' },
    ],
    ['a key is in none of its rows', 'jsonl', 'SELECT 1 AS x', { found: 'none' }],
  ])('are refused with the name of the file: %s', async (_what, format, other, about) => {
    const folder = await folderOf(format, {
      [`a.${format}`]: 'SELECT 1 AS x, 2 AS y',
      [`b.${format}`]: 'SELECT 3 AS x, 4 AS y',
      [`c.${format}`]: other,
    });
    const error = await rejection(open(folder));
    expect(error.code).toBe('invalid_data');
    expect(error.faults).toEqual([
      expect.objectContaining({
        file: `${folder}/c.${format}`,
        message: `this file does not have the columns of ${folder}/a.${format}`,
        hint: expect.any(String),
        ...about,
      }),
    ]);
  });

  it.each<[DatasetFormat, string, RegExp]>([
    ['parquet', 'no table at all', /readable as Parquet/],
    ['csv', 'x,y\n1,2,3\n', /readable as CSV/],
    ['jsonl', '{"x":1', /readable as JSON Lines/],
    ['csv', '', /empty/],
  ])('are refused with the name of the damaged one: %s %j', async (format, text, message) => {
    const folder = await folderOf(format, { [`a.${format}`]: 'SELECT 1 AS x, 2 AS y' });
    writeFileSync(join(root, folder, `b.${format}`), text);
    const error = await rejection(open(folder));
    expect(error.faults[0]).toMatchObject({
      file: `${folder}/b.${format}`,
      message: expect.stringMatching(message),
    });
    expect(JSON.stringify(error.faults)).not.toContain(tmpdir());
  });
});
