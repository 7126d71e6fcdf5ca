import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { datasetFormats } from '@sluice/contracts';
import { rejection, temporaryFolder, writeTable as makeTable } from '../fixtures/tables.fixture.js';
import type { DatasetSource } from '../dataset/dataset.js';
import { readColumns } from './table-columns.js';
import { writeTable } from './write-table.js';

const folder = temporaryFolder();
let files = 0;
const fresh = (extension: string): string => join(folder, `${(files += 1)}.${extension}`);

const tableAt = (...paths: string[]): DatasetSource => ({
  files: paths.map((path) => ({ path, name: path })),
  name: 'table',
});

const small = `SELECT * FROM (VALUES
  (1, 'a', 0.5, true), (2, 'b', NULL, false), (3, 'it''s "c"', 2.25, true)) AS t(id, "the name", x, flag)`;

describe.each(datasetFormats)('a table as %s', (format) => {
  it('is read column by column', async () => {
    const path = await makeTable(fresh(format), small, format);
    const found = await readColumns(tableAt(path), { texts: ['the name'], numbers: ['id', 'x'] });
    expect(found.rows).toBe(3);
    expect(found.texts.get('the name')).toEqual(['a', 'b', 'it\'s "c"']);
    expect([...(found.numbers.get('id') ?? [])]).toEqual([1, 2, 3]);
    expect([...(found.numbers.get('x') ?? [])]).toEqual([0.5, NaN, 2.25]);
    expect(found.kinds.get('the name')).toBe(format === 'csv' ? 'untyped' : 'text');
  });

  it('is written with a column replaced in its place, one more, and only the rows to keep', async () => {
    const path = await makeTable(fresh(format), small, format);
    for (const written of datasetFormats.filter((name) => name !== 'arrow')) {
      const output = fresh(written);
      await writeTable({
        source: tableAt(path),
        columns: [
          { name: 'weight', values: Float64Array.of(1.5, 0.1, NaN) },
          { name: 'x', values: ['p', 'q', "r's"] },
        ],
        keep: Uint8Array.of(1, 0, 1),
        output,
      });
      const found = await readColumns(tableAt(output), {
        texts: ['the name', 'x'],
        numbers: ['id', 'weight'],
      });
      expect([...found.kinds.keys()]).toEqual(['id', 'the name', 'x', 'flag', 'weight']);
      expect(found.texts.get('the name')).toEqual(['a', 'it\'s "c"']);
      expect(found.texts.get('x')).toEqual(['p', "r's"]);
      expect([...(found.numbers.get('weight') ?? [])]).toEqual([1.5, NaN]);
    }
  });
});

describe('writing', () => {
  it('keeps the order of rows over many row groups, so that values meet their rows', async () => {
    const rows = 400_000;
    const path = await makeTable(
      fresh('parquet'),
      `SELECT range AS id, range % 7 AS seven FROM range(${rows})`,
    );
    const { numbers } = await readColumns(tableAt(path), { numbers: ['id'] });
    const output = fresh('parquet');
    await writeTable({
      source: tableAt(path),
      columns: [{ name: 'twice', values: (numbers.get('id') as Float64Array).map((id) => 2 * id) }],
      output,
    });
    const found = await readColumns(tableAt(output), { numbers: ['id', 'twice'] });
    expect(found.rows).toBe(rows);
    const [id, twice] = ['id', 'twice'].map((name) => found.numbers.get(name) as Float64Array);
    expect((id as Float64Array).findIndex((value, row) => value !== row)).toBe(-1);
    expect((twice as Float64Array).findIndex((value, row) => value !== 2 * row)).toBe(-1);
  });

  it('makes one table of several files, rows in their order', async () => {
    const parts = [];
    for (const at of [0, 1, 2])
      parts.push(
        await makeTable(fresh('parquet'), `SELECT ${at} AS part, range AS id FROM range(3)`),
      );
    const output = fresh('jsonl');
    const columns = [{ name: 'place', values: Float64Array.from({ length: 9 }, (_, row) => row) }];
    await writeTable({ source: tableAt(...parts), columns, output });
    const { numbers } = await readColumns(tableAt(output), { numbers: ['part', 'id', 'place'] });
    expect([...(numbers.get('part') ?? [])]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    expect([...(numbers.get('place') ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('keeps the predictions of a table beside it, each with its row', async () => {
    const path = await makeTable(fresh('parquet'), small);
    const scores = `SELECT * FROM (VALUES ('3', 0.3), ('1', 0.1), ('2', 0.2)) AS t(id, score)`;
    const beside = tableAt(await makeTable(fresh('csv'), scores, 'csv'));
    const columns = { key: 'id', score: 'score', prediction: undefined };
    const source = { ...tableAt(path), predictions: { ...beside, columns } };
    const output = fresh('parquet');
    await writeTable({ source, columns: [], keep: Uint8Array.of(0, 1, 1), output });
    const { numbers } = await readColumns(tableAt(output), { numbers: ['id', 'score'] });
    expect([...(numbers.get('id') ?? [])]).toEqual([2, 3]);
    expect([...(numbers.get('score') ?? [])]).toEqual([0.2, 0.3]);
  });

  it('gives up when it is told to, and leaves nothing', async () => {
    const path = await makeTable(fresh('parquet'), 'SELECT range AS id FROM range(600000)');
    const output = fresh('parquet');
    const stop = new AbortController();
    const writing = writeTable({ source: tableAt(path), columns: [], output }, stop.signal);
    stop.abort(new Error('enough'));
    await expect(writing).rejects.toThrow('enough');
    expect(existsSync(output)).toBe(false);
  });

  it('never writes over what is there, the source least of all', async () => {
    const path = await makeTable(fresh('csv'), small, 'csv');
    const before = readFileSync(path);
    const other = fresh('csv');
    writeFileSync(other, 'mine');
    for (const output of [path, other]) {
      const error = await rejection(writeTable({ source: tableAt(path), columns: [], output }));
      expect(error.code).toBe('invalid_request');
      expect(error.message).toContain('nothing is written over');
    }
    expect(readFileSync(path)).toEqual(before);
    expect(readFileSync(other, 'utf8')).toBe('mine');
  });

  it('says why it cannot write, and refuses values that are not one a row', async () => {
    const path = await makeTable(fresh('parquet'), small);
    const output = join(folder, 'nowhere', 'table.parquet');
    expect(
      (await rejection(writeTable({ source: tableAt(path), columns: [], output }))).message,
    ).toContain('there is no such folder');
    await expect(
      writeTable({ source: tableAt(path), columns: [{ name: 'w', values: [] }], output }),
    ).rejects.toThrow('has 0 values for 3 rows');
    expect(existsSync(output)).toBe(false);
  });

  it('writes no Arrow, though it reads it', async () => {
    const path = await makeTable(fresh('arrow'), small, 'arrow');
    const output = fresh('feather');
    const error = await rejection(writeTable({ source: tableAt(path), columns: [], output }));
    expect(error.message).toContain('cannot be written as Arrow');
    const copy = fresh('parquet');
    await writeTable({ source: tableAt(path), columns: [], output: copy });
    expect((await readColumns(tableAt(copy), {})).rows).toBe(3);
  });

  it('asks for a name that tells the format', async () => {
    const path = await makeTable(fresh('parquet'), small);
    const error = await rejection(
      writeTable({ source: tableAt(path), columns: [], output: join(folder, 'table.xlsx') }),
    );
    expect(error.message).toContain('.parquet');
  });
});

describe('reading', () => {
  it('tells of all columns that are missing or unfit at once', async () => {
    const path = await makeTable(fresh('csv'), small, 'csv');
    const missing = await rejection(
      readColumns(tableAt(path), { texts: ['the nme'], numbers: ['y'] }),
    );
    expect(missing.faults).toEqual([
      expect.objectContaining({
        message: 'the table has no column "the nme"',
        hint: 'Did you mean "the name"?',
      }),
      expect.objectContaining({ message: 'the table has no column "y"' }),
    ]);
    const unfit = await rejection(
      readColumns(tableAt(path), { texts: ['x'], numbers: ['the name'] }),
    );
    expect(unfit.faults.map(({ message }) => message)).toEqual([
      'the column "x" has no value in 1 rows',
      'the column "the name" is no number in 3 rows',
    ]);
  });
});
