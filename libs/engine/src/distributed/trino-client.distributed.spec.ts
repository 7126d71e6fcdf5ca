import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { rejection } from '../fixtures/tables.fixture.js';
import { trinoClient, trinoUrl, writeTrinoTable } from '../fixtures/trino.fixture.js';
import { parseTrinoAddress } from './trino-address.js';
import { TrinoClient } from './trino-client.js';

describe('TrinoClient and a real Trino', () => {
  const client = trinoClient();
  beforeAll(async () => {
    await writeTrinoTable(
      'values',
      `SELECT * FROM (VALUES
        (1, 0.1::DOUBLE, 'a', true, 1.5::DECIMAL(3, 1)),
        (9007199254740991, 'NaN'::DOUBLE, 'é "x" ''y''', false, 0),
        (NULL, '-Infinity'::DOUBLE, '', NULL, NULL),
        (-3, 5e-324::DOUBLE, NULL, NULL, NULL)
      ) AS t(whole, real, text, truth, exact)`,
    );
  });

  it('reads the very values of a Parquet file', async () => {
    const rows = await client.query('SELECT whole, real, text, truth, exact FROM "values"');
    expect(rows.map((row) => Object.values(row))).toEqual([
      [1, 0.1, 'a', true, '1.5'],
      [9007199254740991, Number.NaN, 'é "x" \'y\'', false, '0.0'],
      [null, Number.NEGATIVE_INFINITY, '', null, null],
      [-3, 5e-324, null, null, null],
    ]);
  });

  it('gathers a result of many pages', async () => {
    const rows = await client.query(
      'SELECT a.n * 1000 + b.n AS n FROM UNNEST(sequence(0, 299)) AS a(n), UNNEST(sequence(0, 999)) AS b(n)',
    );
    expect(new Set(rows.map(({ n }) => n)).size).toBe(300_000);
  });

  it('tells where a statement is wrong', async () => {
    const error = await rejection(client.query('SELECT 1,\n  missing FROM "values"'));
    expect(error).toMatchObject({
      code: 'invalid_data',
      faults: [
        {
          found: 'COLUMN_NOT_FOUND',
          line: 2,
          column: 3,
          message: expect.stringContaining('missing'),
        },
      ],
    });
    expect(await rejection(client.query('SELECT * FROM absent'))).toMatchObject({
      faults: [{ found: 'TABLE_NOT_FOUND', hint: expect.stringContaining('--table') }],
    });
    expect(await rejection(client.query('SELECT 1 / 0'))).toMatchObject({
      code: 'invalid_data',
      faults: [{ found: 'DIVISION_BY_ZERO' }],
    });
  });

  it('names what the address gets wrong', async () => {
    const elsewhere = (path: string): TrinoClient =>
      new TrinoClient({
        address: parseTrinoAddress(trinoUrl().replace('/hive/spec', path)),
      });
    const table = 'SELECT * FROM "values"';
    expect((await rejection(elsewhere('/hive/none').query(table))).faults[0]?.found).toBe(
      'SCHEMA_NOT_FOUND',
    );
    expect((await rejection(elsewhere('/none/none').query(table))).faults[0]?.found).toBe(
      'CATALOG_NOT_FOUND',
    );
  });

  it('ends the query on the server when it is aborted', async () => {
    const sign = `sluice ${process.pid} ${Date.now()}`;
    const slow = `SELECT count(*) AS "${sign}" FROM
      UNNEST(sequence(1, 10000)) a(n), UNNEST(sequence(1, 10000)) b(n), UNNEST(sequence(1, 10000)) c(n)
      WHERE (a.n + b.n + c.n) % 7 = 1`;
    const abort = new AbortController();
    const outcome = client.query(slow, abort.signal).then(
      () => 'done',
      (error: Error) => error.message,
    );
    const state = async (): Promise<string | undefined> => {
      const rows = await client.query(
        `SELECT state, error_code FROM system.runtime.queries
         WHERE query LIKE '%${sign}%' AND query NOT LIKE '%system.runtime%'`,
      );
      return rows[0] && `${rows[0]['state']} ${rows[0]['error_code']}`;
    };
    while (!(await state())?.startsWith('RUNNING')) await sleep(100);
    abort.abort(new Error('nobody waits any more'));
    expect(await outcome).toBe('nobody waits any more');
    for (let tries = 0; tries < 100 && (await state())?.startsWith('RUNNING'); tries += 1)
      await sleep(100);
    expect(await state()).toBe('FAILED USER_CANCELED');
  });
});
