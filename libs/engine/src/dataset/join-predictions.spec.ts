import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { datasetFormats, type DatasetFormat } from '@sluice/contracts';
import {
  faultAt,
  policyWith,
  rejection,
  temporaryFolder,
  writeTable,
} from '../fixtures/tables.fixture.js';
import { profileDataset } from '../index.js';
import { Dataset } from './dataset.js';

const folder = temporaryFolder();
let tables = 0;

/** Both tables, opened as one dataset by the key `id`. */
const open = async (
  data: string,
  predictions: string,
  formats: readonly [DatasetFormat, DatasetFormat] = ['parquet', 'parquet'],
): Promise<Dataset> => {
  tables += 1;
  const write = async (name: string, query: string, format: DatasetFormat) => {
    const path = join(folder, `${name}${tables}.${format}`);
    return { files: [{ path: await writeTable(path, query, format), name }], format, name };
  };
  return Dataset.open({
    ...(await write('data', data, formats[0])),
    predictions: {
      ...(await write('predictions', predictions, formats[1])),
      columns: { key: 'id', score: 'risk', prediction: undefined },
    },
  });
};
const rowsOf = async (...args: Parameters<typeof open>) => {
  const dataset = await open(...args);
  try {
    return { rows: await dataset.query('SELECT * FROM data'), columns: dataset.columns };
  } finally {
    await dataset.close();
  }
};
const values = (columns: string, ...rows: string[]): string =>
  `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) AS t(${columns})`;
const faultsOf = async (data: string, predictions: string) =>
  (await rejection(open(data, predictions))).faults;

describe('predictions joined to data', () => {
  const pairs = datasetFormats.flatMap((mine) => datasetFormats.map((other) => [mine, other]));

  it.each(pairs as [DatasetFormat, DatasetFormat][])(
    'are one relation in the order of the data, %s with %s',
    async (mine, other) => {
      const { rows, columns } = await rowsOf(
        'SELECT (i * 7919) % 10000 AS id, i AS n FROM range(10000) t(i)',
        'SELECT i AS id, i / 10000 AS risk FROM range(10000) t(i)',
        [mine, other],
      );
      expect(columns.map(({ name }) => name)).toEqual(['id', 'n', 'risk']);
      expect(rows).toHaveLength(10_000);
      expect(rows.every(({ n }, index) => Number(n) === index)).toBe(true);
      expect(
        rows.every(({ id, risk }) => Math.abs(Number(risk) - Number(id) / 10_000) < 1e-9),
      ).toBe(true);
    },
  );

  it('take the place of a column of the data of that name, whatever its case', async () => {
    const { rows, columns } = await rowsOf(
      values('id, "RISK"', "'x', 0.1", "'y', 0.2"),
      values('id, risk, other', "'y', 0.8, 1", "'x', 0.9, 2"),
    );
    expect(columns.map(({ name }) => name)).toEqual(['id', 'risk']);
    expect(rows.map(({ risk }) => Number(risk))).toEqual([0.9, 0.8]);
  });

  it('take names that SQL could mistake', async () => {
    const { rows } = await rowsOf(
      `SELECT 1 AS id, 2 AS "a"" b; DROP TABLE data", 3 AS "numbered"`,
      'SELECT 1 AS id, 0.5 AS risk',
    );
    expect(Object.values(rows[0] ?? {}).map(Number)).toEqual([1, 2, 3, 0.5]);
  });

  it('give the profile of the joined table', async () => {
    const columns = `i AS id, IF(i % 3 = 0, 'yes', 'no') AS outcome, IF(i % 2 = 0, 'a', 'b') AS team`;
    const risk = '(i % 10) / 10 AS risk';
    const from = 'FROM range(1000) t(i)';
    const path = (name: string) => join(folder, name);
    const whole = await profileDataset({
      policy: policyWith(),
      dataset: {
        path: await writeTable(path('whole.parquet'), `SELECT ${columns}, ${risk} ${from}`),
      },
    });
    const name = 'data/predictions.parquet';
    const policy = policyWith(
      { key: 'id' },
      { data: { evaluation: 'data/holdout.parquet', predictions: name } },
    );
    const dataset = { path: await writeTable(path('left.parquet'), `SELECT ${columns} ${from}`) };
    const right = `SELECT i AS id, ${risk} ${from} ORDER BY i DESC`;
    const predictions = {
      files: [{ path: await writeTable(path('right.parquet'), right), name }],
    };
    const { profile } = await profileDataset({ policy, dataset, predictions });
    expect(profile).toEqual(whole.profile);
    await expect(profileDataset({ policy, dataset })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('join them into the table of data.evaluation'),
    });
    await expect(
      profileDataset({ policy: policyWith(), dataset, predictions }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('keys that do not fit are faults, counted, with an example', () => {
  const data = values('id, n', '1, 1', '2, 2', '3, 3');

  it('of rows without a partner, on either side', async () => {
    const faults = await faultsOf(data, values('id, risk', '1, 0.1', '7, 0.2', '8, 0.3', '9, 0.3'));
    expect(faults).toEqual([
      expect.objectContaining({
        file: 'data',
        message: '2 rows have no prediction',
        found: 'such as the key "2", which predictions doesn\'t have',
      }),
      expect.objectContaining({
        file: 'predictions',
        message: '3 rows are of no row of the data',
        found: 'such as the key "7", which data doesn\'t have',
      }),
    ]);
  });

  it('of keys that occur several times', async () => {
    const twice = values('id, n', '1, 1', '2, 2', '2, 3', '3, 3', '3, 4');
    const predictions = values('id, risk', '1, 0.1', '1, 0.2', '2, 0.2', '3, 0.3');
    expect(await faultsOf(twice, predictions)).toEqual([
      expect.objectContaining({
        file: 'data',
        message: '2 keys occur in several rows',
        found: 'such as "2"',
      }),
      expect.objectContaining({ file: 'predictions', message: '1 key occurs in several rows' }),
    ]);
  });

  it('of rows without a key, NaN being none', async () => {
    const faults = await faultsOf(
      values('id, n', "'1', 1", 'NULL, 2', 'NULL, 3'),
      values('id, risk', '1::DOUBLE, 0.1', "'NaN'::DOUBLE, 0.2"),
    );
    expect(faults.slice(0, 2)).toEqual([
      expect.objectContaining({
        file: 'data',
        message: 'the key "id" is missing in 2 rows',
        found: 'none in row 2',
      }),
      expect.objectContaining({
        file: 'predictions',
        message: 'the key "id" is missing in 1 row',
        found: 'none in row 2',
      }),
    ]);
  });

  it('of columns that are not there, all at once', async () => {
    const error = await rejection(open('SELECT 1 AS ids', 'SELECT 1 AS key, 0.5 AS risks'));
    expect(faultAt(error, 'columns.score')).toMatchObject({
      file: 'predictions',
      hint: 'Did you mean "risks"?',
    });
    const keys = error.faults.filter(({ path }) => path === 'columns.key');
    expect(keys.map(({ file }) => file)).toEqual(['data', 'predictions']);
  });

  it('of a type that has no one text', async () => {
    const error = await rejection(open('SELECT [1, 2] AS id', 'SELECT [1, 2] AS id, 0.5 AS risk'));
    expect(error.faults).toHaveLength(2);
    expect(error.faults[0]).toMatchObject({ found: 'INTEGER[]', path: 'columns.key' });
  });

  it('and an empty or damaged file of predictions is a fault of data.predictions', async () => {
    const path = join(folder, 'damaged.parquet');
    writeFileSync(path, 'PAR1 and no more');
    const table = await writeTable(join(folder, 'sound.parquet'), data);
    const error = await rejection(
      Dataset.open({
        files: [{ path: table, name: 'data' }],
        name: 'data',
        predictions: {
          files: [{ path, name: 'damaged.parquet' }],
          name: 'damaged.parquet',
          columns: { key: 'id', score: 'risk', prediction: undefined },
        },
      }),
    );
    expect(faultAt(error, 'data.predictions')).toMatchObject({ file: 'damaged.parquet' });
  });
});
