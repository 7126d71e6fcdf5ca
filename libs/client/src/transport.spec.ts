import { afterEach, describe, expect, it } from '@jest/globals';
import { SluiceError, toProblem } from '@sluice/contracts';
import { z } from 'zod';
import type { RetryNotice } from './retry.js';
import {
  answer,
  breakOff,
  never,
  reset,
  ScriptedServer,
  type Step,
} from './scripted-server.fixture.js';
import { Transport, type TransportOptions } from './transport.js';

const quick = { firstDelayMs: 5, longestDelayMs: 20, totalMs: 2_000, random: () => 0 };
const thing = z.object({ name: z.string() });
let server: ScriptedServer | undefined;

const transportTo = async (
  steps: Step[],
  options: Partial<TransportOptions> = {},
): Promise<Transport> => {
  server = new ScriptedServer(...steps);
  return new Transport({ url: await server.start(), apiKey: 'slk_test', retry: quick, ...options });
};
const errorOf = async (promise: Promise<unknown>): Promise<SluiceError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SluiceError);
  return error as SluiceError;
};
const read = (transport: Transport, signal?: AbortSignal) =>
  transport.json({ method: 'GET', path: '/thing', signal }, thing);

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe('Transport', () => {
  it('answers after two 503s, and tells of each retry', async () => {
    const notices: RetryNotice[] = [];
    const transport = await transportTo([answer(503), answer(503), answer(200, { name: 'a' })], {
      onRetry: (notice) => notices.push(notice),
    });

    await expect(read(transport)).resolves.toEqual({ name: 'a' });

    expect(notices.map(({ retry, delayMs }) => ({ retry, delayMs }))).toEqual([
      { retry: 1, delayMs: 2.5 },
      { retry: 2, delayMs: 5 },
    ]);
    expect(notices[0]?.reason).toContain('503');
  });

  it.each([
    ['a reset connection', reset],
    ['an answer that breaks off', breakOff('{"name":')],
    ['429', answer(429)],
    ['502 with a page of HTML', answer(502, '<html>Bad gateway</html>')],
    ['504', answer(504)],
  ])('tries again after %s', async (_what, step) => {
    const transport = await transportTo([step, answer(200, { name: 'a' })]);
    await expect(read(transport)).resolves.toEqual({ name: 'a' });
    expect(server?.received).toHaveLength(2);
  });

  it.each([400, 401, 403, 404, 409, 412, 413, 500, 507])(
    'does not try again after %i',
    async (status) => {
      const transport = await transportTo([answer(status)]);
      const error = await errorOf(read(transport));
      expect(error.status).toBe(status);
      expect(server?.received).toHaveLength(1);
    },
  );

  it('waits as long as Retry-After says', async () => {
    const transport = await transportTo([
      answer(429, '', { 'retry-after': '1' }),
      answer(200, { name: 'a' }),
    ]);
    const began = performance.now();
    await read(transport);
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
  });

  it('gives up at once when Retry-After is longer than it may take', async () => {
    const transport = await transportTo([answer(503, '', { 'retry-after': '3600' })]);
    const error = await errorOf(read(transport));
    expect(error.code).toBe('unavailable');
    expect(server?.received).toHaveLength(1);
  });

  it('turns a problem document into its error, faults included', async () => {
    const faults = [{ message: 'unknown key chekcs', file: 'sluice.yaml', line: 3, column: 1 }];
    const problem = toProblem(new SluiceError('invalid_policy', 'One fault.', { faults }));
    const transport = await transportTo([answer(400, problem)]);

    const error = await errorOf(read(transport));

    expect(error).toMatchObject({ code: 'invalid_policy', message: 'One fault.', faults });
  });

  it('quotes the correlation id of a fault inside the registry', async () => {
    const problem = toProblem(new Error('secret detail'), { correlationId: 'c-17' });
    const transport = await transportTo([answer(500, problem)]);
    expect((await errorOf(read(transport))).message).toContain('c-17');
  });

  it('names the address and the cause when nothing listens there', async () => {
    const transport = await transportTo([], { retry: { ...quick, totalMs: 1_000 } });
    const { url } = transport;
    await server?.stop();
    server = undefined;

    const error = await errorOf(read(transport));

    expect(error.code).toBe('unavailable');
    expect(error.message).toContain(`GET ${url}/thing`);
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).toMatch(/attempts in/);
  });

  it('gives up on a server that never answers', async () => {
    const transport = await transportTo([never], {
      retry: { ...quick, totalMs: 1_000, attemptTimeoutMs: 50 },
    });
    const error = await errorOf(read(transport));
    expect(error.code).toBe('timed_out');
    expect(server?.received.length).toBeGreaterThan(1);
  });

  it('stops with the reason of the signal, in a call and in a pause', async () => {
    const transport = await transportTo([never]);
    const inCall = new AbortController();
    setTimeout(() => inCall.abort(new Error('stopped by hand')), 20);
    await expect(read(transport, inCall.signal)).rejects.toThrow('stopped by hand');
    await server?.stop();

    const pausing = await transportTo([answer(503, '', { 'retry-after': '1' })]);
    const inPause = new AbortController();
    setTimeout(() => inPause.abort(new Error('stopped by hand')), 100);
    await expect(read(pausing, inPause.signal)).rejects.toThrow('stopped by hand');
  });

  it('follows no redirect, which could carry the key elsewhere', async () => {
    const transport = await transportTo([
      answer(307, '', { location: 'https://elsewhere.example/' }),
    ]);
    const error = await errorOf(read(transport));
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain('https://elsewhere.example/');
    expect(server?.received).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'hello'],
    ['another document', { title: 'a' }],
  ])('says so when a good answer holds %s', async (_what, body) => {
    const transport = await transportTo([answer(200, body)]);
    const error = await errorOf(read(transport));
    expect(error.code).toBe('internal');
    expect(error.message).toContain('GET http');
  });

  it.each(['ftp://host', 'not an address', 'http://user:pass@host', 'http://host/?x=1'])(
    'refuses the address %s',
    (url) => {
      expect(() => new Transport({ url, apiKey: 'k' })).toThrow(SluiceError);
    },
  );

  it('refuses a malformed key without quoting it', () => {
    const refused = () => new Transport({ url: 'http://host', apiKey: 'slk_secret\n' });
    expect(refused).toThrow(SluiceError);
    expect(refused).not.toThrow(/secret/);
  });

  it('keeps the path of its address', async () => {
    const transport = await transportTo([answer(200, { name: 'a' })]);
    const prefixed = new Transport({ url: `${transport.url}/sluice/`, apiKey: 'k' });
    await read(prefixed);
    expect(server?.received[0]?.path).toBe('/sluice/thing');
  });
});
