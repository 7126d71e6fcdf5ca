import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as zlib from 'node:zlib';
import { describe, expect, it, jest } from '@jest/globals';
import { CompressionType, compressionRegistry } from 'apache-arrow';
import { faultAt, rejection, temporaryFolder } from '../fixtures/tables.fixture.js';
import { Dataset } from './dataset.js';

/* Files as pyarrow writes them: test/fixtures/tables/make_tables.py. */
const tables = fileURLToPath(new URL('../../../../test/fixtures/tables', import.meta.url));
const folder = temporaryFolder();
const open = (...names: string[]): Promise<Dataset> =>
  Dataset.open({
    files: names.map((name) => ({ path: join(tables, name), name })),
    name: names.join(),
  });
const look = async <T>(opening: Promise<Dataset>, at: (dataset: Dataset) => T): Promise<T> => {
  const dataset = await opening;
  try {
    return await at(dataset);
  } finally {
    await dataset.close();
  }
};

const values: Readonly<Record<string, readonly [string, string, string, string]>> = {
  i8: ['TINYINT', '-128', '0', '127'],
  i16: ['SMALLINT', '-32768', '0', '32767'],
  i32: ['INTEGER', '-2147483648', '0', '2147483647'],
  i64: ['BIGINT', '-9223372036854775808', '0', '9223372036854775807'],
  u8: ['UTINYINT', '0', '1', '255'],
  u16: ['USMALLINT', '0', '1', '65535'],
  u32: ['UINTEGER', '0', '1', '4294967295'],
  u64: ['UBIGINT', '0', '1', '18446744073709551615'],
  f16: ['FLOAT', '0.5', '-2.0', '1024.0'],
  f32: ['FLOAT', '0.5', '-1.25', 'inf'],
  f64: ['DOUBLE', '0.1', '-1e+300', 'nan'],
  bool: ['BOOLEAN', 'true', 'false', 'true'],
  text: ['VARCHAR', '', `it's "ä" 漢`, 'x'.repeat(300)],
  large_text: ['VARCHAR', 'a', 'b', 'c'],
  dictionary: ['VARCHAR', 'red', 'green', 'red'],
  decimal: ['DECIMAL(12,2)', '-1234567890.12', '0.01', '9.99'],
  day: ['DATE', '1969-12-31', '1970-01-01', '2024-02-29'],
  time: [
    'TIMESTAMP',
    '1969-12-31 23:59:59.000001',
    '1970-01-01 00:00:00',
    '2024-02-29 12:30:00.25',
  ],
  list: ['FLOAT[]', '[1.0, 2.0]', '[]', '[3.0, NULL]'],
  array: ['DOUBLE[]', '[1.0, 2.0]', '[3.0, 4.0]', '[5.0, 6.0]'],
};

describe('a table in an Arrow file', () => {
  // Node unpacks Zstandard from 22.15 on.
  const unpacked = 'zstdDecompressSync' in zlib ? ['types-zstd.arrow'] : [];
  it.each(['types.arrow', 'types.arrows', 'types-lz4.arrow', ...unpacked])(
    'has the types and values of pyarrow: %s',
    async (name) => {
      await look(open(name), async (dataset) => {
        expect(dataset.columns.map((column) => [column.name, column.type])).toEqual(
          Object.entries(values).map(([column, [type]]) => [column, type]),
        );
        const texts = Object.keys(values).map(
          (column) => `CAST("${column}" AS VARCHAR) AS "${column}"`,
        );
        const rows = await dataset.query(`SELECT ${texts.join(', ')} FROM data`);
        expect(rows).toHaveLength(4);
        for (const [column, [, ...expected]] of Object.entries(values))
          expect([column, ...rows.map((row) => row[column])]).toEqual([column, ...expected, null]);
      });
    },
  );

  it('may be one of several, whether for files or for streams', async () => {
    const count = (dataset: Dataset) =>
      dataset.query('SELECT count(*) AS rows, count(i32) AS present FROM data');
    expect(await look(open('types.arrow', 'types.arrows'), count)).toEqual([
      { rows: '8', present: '6' },
    ]);
  });
});

describe('what is no table in an Arrow file', () => {
  const damaged = (name: string, change: (bytes: Buffer) => Buffer): Promise<Dataset> => {
    const path = join(folder, `damaged-${name}`);
    writeFileSync(path, change(readFileSync(join(tables, name))));
    return Dataset.open({ files: [{ path, name }], name });
  };

  it('is refused with the column that is no value', async () => {
    const error = await rejection(open('struct.arrow'));
    expect(faultAt(error, 'data.evaluation')).toMatchObject({
      file: 'struct.arrow',
      message: 'the column "pair" has a type that tables don\'t',
      found: expect.stringMatching(/^Struct/),
    });
  });

  it('is refused with advice when it is compressed in a way that this Node cannot read', async () => {
    // As on an older Node.
    const get = jest.spyOn(compressionRegistry, 'get').mockReturnValue(null);
    const error = await rejection(open('types-zstd.arrow')).finally(() => get.mockRestore());
    expect(faultAt(error, 'data.evaluation')).toMatchObject({
      file: 'types-zstd.arrow',
      found: expect.stringMatching(/compress/i),
      hint: expect.stringContaining("compression='lz4'"),
    });
  });

  it('is refused when it would unpack to more than is read', async () => {
    // A frame of 4 MiB blocks that claim to be there 300 times.
    const bomb = Buffer.alloc(7 + 300 * 5 + 4);
    bomb.set([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
    for (let block = 0; block < 300; block += 1) bomb.writeUInt32LE(1, 7 + 5 * block);
    await look(open('types-lz4.arrow'), () => undefined);
    const codec = compressionRegistry.get(CompressionType.LZ4_FRAME);
    expect(() => codec?.decode?.(bomb)).toThrow(/may unpack to 1258291200 bytes/);
    expect(() => codec?.decode?.(bomb.subarray(0, 6))).toThrow();
  });

  it.each<[string, string, (bytes: Buffer) => Buffer]>([
    ['a file cut short', 'types.arrow', (bytes) => bytes.subarray(0, 1500)],
    ['a file without its end', 'types.arrow', (bytes) => bytes.subarray(0, -20)],
    ['a stream cut in its schema', 'types.arrows', (bytes) => bytes.subarray(0, 300)],
    ['a stream cut in its rows', 'types.arrows', (bytes) => bytes.subarray(0, bytes.length - 1200)],
    [
      'a compressed file with other bytes in a block',
      'compressed.feather',
      (bytes) => {
        const at = bytes.indexOf(Buffer.from([0x04, 0x22, 0x4d, 0x18]));
        return Buffer.from(bytes.fill(0xff, at + 7, at + 20));
      },
    ],
    ['text', 'types.arrow', () => Buffer.from('label,score\nyes,0.5\n')],
    [
      'noise',
      'types.arrows',
      () => Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 7919) % 256)),
    ],
  ])('is refused: %s', async (_what, name, change) => {
    const error = await rejection(damaged(name, change));
    expect(error.code).toBe('invalid_data');
    expect(faultAt(error, 'data.evaluation')).toMatchObject({
      file: name,
      message: 'the dataset is not readable as Arrow IPC',
    });
  });
});
