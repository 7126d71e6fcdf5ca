import { afterEach, describe, expect, it } from '@jest/globals';
import { SluiceError } from '@sluice/contracts';
import { TrinoClient } from './trino-client.js';
import type { TrinoCredentials } from './trino-address.js';
import {
  answers,
  breaksOff,
  neverAnswers,
  says,
  TrinoDouble,
  type TrinoStep,
} from './trino-double.fixture.js';

let double: TrinoDouble | undefined;
afterEach(() => double?.stop());

const clientOf = async (
  steps: readonly TrinoStep[],
  options: { credentials?: TrinoCredentials; patience?: number } = {},
): Promise<{ client: TrinoClient; server: TrinoDouble }> => {
  const server = (double = await new TrinoDouble(steps).start());
  const address = { origin: server.origin, user: 'ann', catalog: 'hive', schema: 'risk' };
  return { client: new TrinoClient({ address, ...options }), server };
};

const refusal = async (work: Promise<unknown>): Promise<SluiceError> => {
  const error = await work.then(
    () => new Error('Nothing was refused.'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SluiceError);
  return error as SluiceError;
};

const counts = { columns: [{ name: 'n', type: 'bigint' }] };

describe('TrinoClient', () => {
  it('posts a statement and follows it to its end', async () => {
    const { client, server } = await clientOf([
      says({ next: '/v1/statement/queued/q1/1' }),
      says({ ...counts, data: [[1], [2]], next: '/v1/statement/executing/q1/2' }),
      says({ ...counts, data: [[3]], next: '/v1/statement/executing/q1/3' }),
      says(counts),
    ]);
    expect(await client.query('SELECT n FROM t')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/statement',
      'GET /v1/statement/queued/q1/1',
      'GET /v1/statement/executing/q1/2',
      'GET /v1/statement/executing/q1/3',
    ]);
    expect(server.received[0]).toMatchObject({
      body: 'SELECT n FROM t',
      headers: { 'x-trino-user': 'ann', 'x-trino-catalog': 'hive', 'x-trino-schema': 'risk' },
    });
    expect(server.received[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [{ password: 'pässword' }, `Basic ${Buffer.from('ann:pässword').toString('base64')}`],
    [{ token: 'a.b.c' }, 'Bearer a.b.c'],
  ])('sends credentials with every call', async (credentials, authorization) => {
    const { client, server } = await clientOf([says({ next: '/next' }), says({})], { credentials });
    await client.query('SELECT 1');
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      authorization,
      authorization,
    ]);
  });

  it('reads values by their types', async () => {
    const columns = ['bigint', 'double', 'boolean', 'varchar(3)', 'decimal(3,1)'].map(
      (type, index) => ({ name: `c${index}`, type }),
    );
    const { client } = await clientOf([
      says({
        columns,
        data: [
          [9007199254740991, 0.1, true, 'NaN', '1.5'],
          [null, 'NaN', null, null, null],
          [0, '-Infinity', false, '', '0.0'],
        ],
      }),
    ]);
    expect((await client.query('SELECT *')).map((row) => Object.values(row))).toEqual([
      [9007199254740991, 0.1, true, 'NaN', '1.5'],
      [null, Number.NaN, null, null, null],
      [0, Number.NEGATIVE_INFINITY, false, '', '0.0'],
    ]);
  });

  it.each([
    ['an integer beyond 2^53', 'bigint', 2 ** 53],
    ['holds a string', 'bigint', '12'],
    ['holds a object', 'varchar', { a: 1 }],
  ])('refuses a value that would not be exact: %s', async (reason, type, value) => {
    const { client } = await clientOf([says({ columns: [{ name: 'n', type }], data: [[value]] })]);
    const error = await refusal(client.query('SELECT n'));
    expect(error.code).toBe('unavailable');
    expect(error.message).toContain(reason);
  });

  it('tells of a statement’s error where it is, in Trino’s words', async () => {
    const message = "line 3:7: Table 'hive.risk.t' does not exist";
    const { client } = await clientOf([
      says({ next: '/next' }),
      says({
        error: {
          message,
          errorName: 'TABLE_NOT_FOUND',
          errorType: 'USER_ERROR',
          errorLocation: { lineNumber: 3, columnNumber: 7 },
        },
      }),
    ]);
    const { code, faults } = await refusal(client.query('SELECT'));
    expect(code).toBe('invalid_data');
    expect(faults).toEqual([
      {
        message: "Table 'hive.risk.t' does not exist",
        file: 'query q1',
        found: 'TABLE_NOT_FOUND',
        line: 3,
        column: 7,
        hint: expect.stringContaining('--table'),
      },
    ]);
  });

  it.each([
    ['INSUFFICIENT_RESOURCES', 'EXCEEDED_LOCAL_MEMORY_LIMIT', 'too_large'],
    ['USER_ERROR', 'PERMISSION_DENIED', 'invalid_request'],
    ['INTERNAL_ERROR', 'GENERIC_INTERNAL_ERROR', 'unavailable'],
    ['EXTERNAL', 'HIVE_CANNOT_OPEN_SPLIT', 'unavailable'],
  ])('blames %s (%s) as %s', async (errorType, errorName, code) => {
    const { client } = await clientOf([says({ error: { message: 'no', errorType, errorName } })]);
    expect((await refusal(client.query('SELECT'))).code).toBe(code);
  });

  it('tries again after passing failures, and waits when it is asked to', async () => {
    const { client, server } = await clientOf([
      answers(503),
      says({ next: '/next' }),
      answers(502, '<html>bad gateway'),
      answers(429, '', { 'retry-after': '1' }),
      breaksOff,
      answers(504),
      says({ ...counts, data: [[7]] }),
    ]);
    const start = performance.now();
    expect(await client.query('SELECT n')).toEqual([{ n: 7 }]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(990);
    expect(server.received).toHaveLength(7);
  });

  it('gives up on a server that does not come back, and tells the reason', async () => {
    const { client, server } = await clientOf(
      Array.from({ length: 50 }, () => answers(503, 'no healthy upstream')),
      { patience: 300 },
    );
    const error = await refusal(client.query('SELECT'));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.message).toContain('503: no healthy upstream');
    expect(server.received.length).toBeGreaterThan(1);
  });

  it('says so when there is no server', async () => {
    const { client, server } = await clientOf([], { patience: 100 });
    await server.stop();
    expect((await refusal(client.query('SELECT'))).message).toContain('cannot be reached');
  });

  it.each([
    [401, 'invalid_request', 'refuses the credentials'],
    [403, 'invalid_request', 'refuses the credentials'],
    [404, 'unavailable', 'answers 404'],
    [500, 'unavailable', 'answers 500'],
    [307, 'unavailable', 'not followed'],
  ])('does not try again after %s', async (status, code, words) => {
    const { client, server } = await clientOf([
      answers(status, 'no', { location: 'http://127.0.0.1:9/elsewhere' }),
    ]);
    const error = await refusal(client.query('SELECT'));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['a page', answers(200, '<html>')],
    ['another document', answers(200, '{"hello":1}')],
  ])('refuses %s in place of an answer', async (_, step) => {
    const { client } = await clientOf([step]);
    expect((await refusal(client.query('SELECT'))).message).toContain('does not answer as a Trino');
  });

  it('sends nothing to where another server is named', async () => {
    const other = await new TrinoDouble([says({})]).start();
    try {
      const { client } = await clientOf([says({ next: `${other.origin}/v1/statement/q1` })], {
        credentials: { token: 'secret' },
      });
      expect((await refusal(client.query('SELECT'))).message).toContain('where nothing is sent');
      expect(other.received).toHaveLength(0);
    } finally {
      await other.stop();
    }
  });

  it('cancels the query on the server when it is aborted', async () => {
    const abort = new AbortController();
    const { client, server } = await clientOf([
      says({ next: '/v1/statement/executing/q1/1' }),
      (response, origin) => {
        neverAnswers(response, origin);
        abort.abort(new Error('enough'));
      },
    ]);
    await expect(client.query('SELECT', abort.signal)).rejects.toThrow('enough');
    expect(server.received.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/v1/statement/executing/q1/1',
    });
  });

  it('does not wait out a pause when it is aborted', async () => {
    const { client, server } = await clientOf([
      says({ next: '/next' }),
      answers(503, '', { 'retry-after': '60' }),
    ]);
    const start = performance.now();
    await expect(client.query('SELECT', AbortSignal.timeout(300))).rejects.toThrow(/timeout/);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(server.received.at(-1)?.method).toBe('DELETE');
  });

  it('does not begin once it is aborted', async () => {
    const { client, server } = await clientOf([says({})]);
    await expect(client.query('SELECT', AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
    expect(server.received).toHaveLength(0);
  });
});
