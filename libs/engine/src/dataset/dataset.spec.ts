import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { faultAt, rejection, temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { Dataset, type DatasetSource } from './dataset.js';
import { rowBatches } from './row-batches.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const source = (path: string, rest: Partial<DatasetSource> = {}): DatasetSource => {
  const name = rest.name ?? 'data/evaluation';
  return { files: [{ path, name }], name, ...rest };
};
const withDataset = async <T>(
  about: DatasetSource,
  look: (dataset: Dataset) => Promise<T>,
): Promise<T> => {
  const dataset = await Dataset.open(about);
  try {
    return await look(dataset);
  } finally {
    await dataset.close();
  }
};
const table = "SELECT * FROM (VALUES (1, 'a', 0.5, true), (2, 'b', NULL, false)) AS t(n, s, f, b)";
const kinds = (dataset: Dataset) =>
  Promise.resolve(dataset.columns.map(({ name, kind }) => [name, kind]));

describe('a dataset', () => {
  it('has the typed columns of Parquet', async () => {
    const path = await writeTable(
      at('typed.parquet'),
      `${table.replace('*', "*, DATE '2024-01-01' AS d")}`,
    );
    expect(await withDataset(source(path), kinds)).toEqual([
      ['n', 'integer'],
      ['s', 'text'],
      ['f', 'number'],
      ['b', 'boolean'],
      ['d', 'other'],
    ]);
  });

  it('has pieces of whole row groups, whose results are read one after another', async () => {
    const rows = 1_200_000;
    const path = await writeTable(at('long.parquet'), `SELECT range AS n FROM range(${rows})`);
    const other = await writeTable(at('short.parquet'), 'SELECT range - 2 AS n FROM range(2)');
    const files = [path, other].map((file) => ({ path: file, name: file }));
    const found = await withDataset({ files, name: 'data' }, async (dataset) => {
      const pieces = await dataset.pieces();
      const values: number[] = [];
      const statements = pieces.map(({ relation }) => `SELECT n FROM ${relation}`);
      for await (const chunk of dataset.streamEach(statements))
        values.push(...chunk.getColumnValues(0).map(Number));
      return { values, rows: pieces.map((piece) => piece.rows) };
    });
    // 122,880 rows make a group.
    expect(found.rows).toEqual([614_400, 585_600, 2]);
    expect(found.values).toHaveLength(rows + 2);
    expect(found.values.findIndex((value, row) => value !== row)).toBe(rows);
    expect(found.values.slice(rows)).toEqual([-2, -1]);
  });

  it.each([
    ['a large file', 70_000, 'file_row_number < 50000'],
    ['a file of fewer rows', 40_000, 'LIMIT 50000'],
  ])('has the first rows of %s', async (_what, rows, clause) => {
    const path = await writeTable(at(`${rows}.parquet`), `SELECT range AS n FROM range(${rows})`);
    await withDataset(source(path), async (dataset) => {
      const first = await dataset.firstRows(50_000);
      expect(first).toMatch(new RegExp(`${clause}$`));
      const counted = `SELECT count(*) AS "rows", max(n) AS last FROM (SELECT n FROM ${first})`;
      const found = Math.min(rows, 50_000);
      expect(await dataset.query(counted)).toEqual([{ rows: `${found}`, last: `${found - 1}` }]);
    });
  });

  it('has no pieces where a column has the name of their number, nor in text', async () => {
    const named = await writeTable(at('named.parquet'), 'SELECT 1 AS FILE_ROW_NUMBER');
    const text = write('text.csv', 'n\n1\n');
    for (const path of [named, text])
      expect(await withDataset(source(path), (dataset) => dataset.pieces())).toEqual([]);
  });

  it('has text alone in CSV, whatever the values look like', async () => {
    const path = write('plain.csv', 'id;day;"a b"\n007;2024-01-01;"x;y"\n08;;z\n');
    const rows = await withDataset(source(path), (dataset) => dataset.query('SELECT * FROM data'));
    expect(rows).toEqual([
      { id: '007', day: '2024-01-01', 'a b': 'x;y' },
      { id: '08', day: null, 'a b': 'z' },
    ]);
  });

  it.each([
    ['a comma', ','],
    ['a semicolon', ';'],
    ['a tab', '\t'],
    ['a bar', '|'],
  ])('knows %s as the delimiter of CSV, by the header', async (_name, delimiter) => {
    const lines = [
      ['\uFEFFone', '"t,;\t|wo"', 'three'],
      ['"1"', '"2,;\t|2"', '"3 ""x"""'],
      ['4', '', '6'],
    ];
    const text = lines.map((line) => line.join(delimiter)).join('\r\n');
    const path = write('delimited.csv', text);
    const rows = await withDataset(source(path), (dataset) => dataset.query('SELECT * FROM data'));
    expect(rows).toEqual([
      { one: '1', 't,;\t|wo': '2,;\t|2', three: '3 "x"' },
      { one: '4', 't,;\t|wo': null, three: '6' },
    ]);
  });

  it('has the types of JSON in JSON Lines: a text that looks like a date is a text', async () => {
    const path = write(
      'lines.jsonl',
      '{"n":1,"d":"2024-01-01","o":{"x":1}}\n{"n":2.5,"d":"soon","b":true}\n',
    );
    const look = async (dataset: Dataset) => [
      await kinds(dataset),
      await dataset.query('SELECT d FROM data'),
    ];
    expect(await withDataset(source(path), look)).toEqual([
      [
        ['n', 'number'],
        ['d', 'text'],
        ['o', 'other'],
        ['b', 'boolean'],
      ],
      [{ d: '2024-01-01' }, { d: 'soon' }],
    ]);
  });

  it('tells columns apart that differ in case', async () => {
    const path = await writeTable(at('case.parquet'), table);
    await withDataset(source(path), async (dataset) => {
      expect(dataset.column('n')?.name).toBe('n');
      expect(dataset.column('N')).toBeUndefined();
    });
  });

  it('is read by its format, not by its name', async () => {
    const path = await writeTable(at('0123abcd'), table, 'jsonl');
    const count = (dataset: Dataset) => dataset.query('SELECT count(*) AS rows FROM data');
    expect(await withDataset(source(path, { format: 'jsonl' }), count)).toEqual([{ rows: '2' }]);
    expect(await withDataset(source(path, { name: 'x.ndjson' }), count)).toEqual([{ rows: '2' }]);
  });

  it.each([
    "it's [1] *.parquet",
    'a?b.parquet',
    'https:__x.parquet',
    'year=2024.parquet',
    'ä 漢.parquet',
  ])('is the one file named %p, and no pattern', async (name) => {
    const path = at(name);
    renameSync(await writeTable(at('plain.parquet'), table), path);
    await writeTable(at("it's 1 x.parquet"), 'SELECT 1 AS other');
    await writeTable(at('axb.parquet'), 'SELECT 1 AS other');
    expect(
      await withDataset(source(path), (dataset) => dataset.query('SELECT n FROM data')),
    ).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('takes no columns from the folders it lies in', async () => {
    mkdirSync(at('year=2024'));
    const path = await writeTable(at('year=2024/part.parquet'), table);
    expect(await withDataset(source(path), kinds)).toHaveLength(4);
  });

  it('is in batches that are full but for the last, in the order of the rows', async () => {
    const path = await writeTable(at('long.parquet'), 'SELECT range AS n FROM range(10000)');
    const seen = await withDataset(source(path), async (dataset) => {
      const batches: [number, number, bigint][] = [];
      const all: bigint[] = [];
      for await (const batch of rowBatches(dataset, [{ sql: 'n', storage: 'int64' }], 3000, 2)) {
        const [values] = batch.columns as [BigInt64Array];
        batches.push([batch.firstRow, batch.rows, values[0] as bigint]);
        all.push(...values);
      }
      expect(all).toEqual(Array.from({ length: 10000 }, (_, row) => BigInt(row)));
      return batches;
    });
    expect(seen).toEqual([
      [0, 3000, 0n],
      [3000, 3000, 3000n],
      [6000, 3000, 6000n],
      [9000, 1000, 9000n],
    ]);
  });

  it('leaves nothing in the temporary folder', async () => {
    // Other processes make and remove theirs meanwhile.
    const ours = (): string[] =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`sluice-engine-${process.pid}-`));
    const before = new Set(ours());
    const path = await writeTable(at('gone.csv'), table, 'csv');
    await withDataset(source(path), (dataset) => dataset.query('SELECT 1 AS one'));
    await rejection(Dataset.open(source(write('bad.parquet', 'no'))));
    expect(ours().filter((name) => !before.has(name))).toEqual([]);
  });
});

describe('the connection of a dataset', () => {
  it.each([
    ['another file', "SELECT * FROM read_text('/etc/hostname')"],
    ['another file as a table', "SELECT * FROM '/etc/hostname'"],
    ['a folder', "SELECT * FROM glob('/etc/*')"],
    ['the network', "SELECT * FROM read_parquet('http://127.0.0.1:1/x.parquet')"],
    ['a file to write', `COPY (SELECT 1) TO '${join(tmpdir(), 'engine-spec-escape.csv')}'`],
    ['another database', `ATTACH '${join(tmpdir(), 'engine-spec-escape.db')}'`],
    ['an extension', 'INSTALL httpfs'],
    ['its own configuration', 'SET enable_external_access = true'],
  ])('refuses %s', async (_what, statement) => {
    const path = await writeTable(at('locked.parquet'), table);
    const error = await withDataset(source(path), (dataset) => rejection(dataset.query(statement)));
    expect(faultAt(error, 'data.evaluation').found).toMatch(
      /Permission Error|configuration|does not exist/,
    );
  });
});

describe('what is no dataset', () => {
  const parquet = async (): Promise<Buffer> =>
    readFileSync(
      await writeTable(
        at('whole.parquet'),
        'SELECT range AS n, hash(range) AS h FROM range(20000)',
      ),
    );

  it.each<[string, () => Promise<DatasetSource>, RegExp, RegExp]>([
    ['a missing file', async () => source(at('none.parquet')), /no such file/, /data\.evaluation/],
    [
      'a file as a folder',
      async () => source(join(write('f.csv', 'a'), 'x.csv')),
      /no such file/,
      /./,
    ],
    ['a folder', async () => source(folder, { format: 'csv' }), /not a file/, /a file of Parquet/],
    ['an empty file', async () => source(write('empty.csv', '')), /empty/, /rows/],
    ['an unknown extension', async () => source(write('x.xlsx', 'PK')), /format/, /\.parquet/],
    [
      'text as Parquet',
      async () => source(write('text.parquet', 'a,b\n1,2\n')),
      /readable as Parquet/,
      /damaged/,
    ],
    [
      'Parquet cut short',
      async () => {
        writeFileSync(at('cut.parquet'), (await parquet()).subarray(0, 9000));
        return source(at('cut.parquet'));
      },
      /readable as Parquet/,
      /cut short/,
    ],
    [
      'JSON Lines that break off',
      async () => source(write('cut.jsonl', '{"a":1}\n{"a":')),
      /JSON Lines/,
      /a line/,
    ],
    [
      'JSON that is no object',
      async () => source(write('list.jsonl', '[1,2]\n[3,4]\n')),
      /JSON Lines/,
      /object/,
    ],
    [
      'ragged CSV',
      async () => source(write('rag.csv', `a,b\n${'1,2\n'.repeat(50)}1,2,3\n`)),
      /CSV/,
      /fields/,
    ],
    [
      'CSV of foreign bytes',
      async () => {
        writeFileSync(
          at('latin.csv'),
          Buffer.concat([Buffer.from('a,b\n1,'), Buffer.of(0xe9, 0x28), Buffer.from('\n')]),
        );
        return source(at('latin.csv'));
      },
      /CSV/,
      /UTF-8/,
    ],
  ])('is refused with advice: %s', async (_what, make, message, advice) => {
    const error = await rejection(Dataset.open(await make()));
    expect(error.code).toBe('invalid_data');
    const fault = faultAt(error, 'data.evaluation');
    expect(fault).toMatchObject({
      file: 'data/evaluation',
      message: expect.stringMatching(message),
    });
    expect(`${fault.expected} ${fault.hint}`).toMatch(advice);
    // Where a server keeps its files is nobody's business.
    expect(JSON.stringify(error.faults)).not.toContain(tmpdir());
  });

  it('is found out when a page behind a healthy footer is damaged', async () => {
    const bytes = await parquet();
    bytes.fill(0xff, 100, 6000);
    writeFileSync(at('page.parquet'), bytes);
    const error = await withDataset(source(at('page.parquet')), (dataset) =>
      rejection(dataset.query('SELECT sum(n), min(h) FROM data')),
    );
    expect(faultAt(error, 'data.evaluation').message).toMatch(/broke off/);
  });

  it('is not waited for once the signal is given', async () => {
    const controller = new AbortController();
    const path = await writeTable(at('slow.parquet'), 'SELECT range AS n FROM range(100000)');
    const dataset = await Dataset.open(source(path), controller.signal);
    try {
      const query = dataset.query(
        'SELECT count(*) FROM data a, data b, data c WHERE a.n + b.n + c.n = 7',
      );
      setTimeout(() => controller.abort(new Error('enough')), 50);
      await expect(query).rejects.toThrow('enough');
      await expect(dataset.query('SELECT 1')).rejects.toThrow('enough');
    } finally {
      await dataset.close();
    }
  });
});
