import { createHash, randomBytes } from 'node:crypto';
import { truncateSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  digestOfBytes,
  manifestDigest,
  SluiceError,
  toProblem,
  type Evaluation,
} from '@sluice/contracts';
import { RegistryClient } from './registry-client.js';
import { answer, breakOff, reset, ScriptedServer, type Step } from './scripted-server.fixture.js';

const quick = { firstDelayMs: 5, longestDelayMs: 20, totalMs: 2_000 };
const at = '2026-01-01T00:00:00Z';
const digest = `sha256:${'a'.repeat(64)}`;
const model = {
  name: 'credit',
  description: '',
  latestVersion: null,
  createdAt: at,
  createdBy: 'ci',
};
const version = (number: number) => ({
  model: 'credit',
  number,
  artifactDigest: digest,
  artifact: { files: [{ path: 'model.onnx', digest, size: 1 }] },
  signature: { inputs: [], outputs: [] },
  author: 'maria',
  source: {},
  description: '',
  createdAt: at,
  createdBy: 'ci',
});
const evaluation = (change: Partial<Evaluation>): Evaluation => ({
  id: '7f3b1c1e-52a5-4a6e-9d07-9a8a6a3ee001',
  model: 'credit',
  version: 1,
  champion: null,
  policyDigest: digest,
  datasets: { evaluation: digest },
  state: 'queued',
  progress: null,
  outcome: null,
  verdict: null,
  verdictDigest: null,
  problem: null,
  cancellation: null,
  createdAt: at,
  createdBy: 'ci',
  finishedAt: null,
  ...change,
});
const failing = (code: 'conflict' | 'not_found' | 'unauthenticated'): Step => {
  const problem = toProblem(new SluiceError(code, code));
  return answer(problem.status, problem);
};

let folder: string;
let server: ScriptedServer;
const clientOf = async (...steps: Step[]): Promise<RegistryClient> => {
  server = new ScriptedServer(...steps);
  return new RegistryClient({ url: await server.start(), apiKey: 'slk_test', retry: quick });
};
const asked = () => server.received.map(({ method, path }) => `${method} ${path}`);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-client-'));
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

describe('RegistryClient', () => {
  it('sends the key, a user agent and an idempotency key that stays the same when sent again', async () => {
    const client = await clientOf(reset, answer(201, model));
    await client.createModel({ name: 'credit' });
    const keys = server.received.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(server.received[0]?.headers).toMatchObject({
      authorization: 'Bearer slk_test',
      'user-agent': 'sluice-client',
    });
  });

  it('makes a model only if there is none, and accepts that someone else was faster', async () => {
    const client = await clientOf(failing('not_found'), failing('conflict'), answer(200, model));
    await expect(client.ensureModel('credit')).resolves.toEqual(model);
    expect(asked()).toEqual([
      'GET /api/v1/models/credit',
      'POST /api/v1/models',
      'GET /api/v1/models/credit',
    ]);
  });

  it('does not take a refusal for an absence', async () => {
    const client = await clientOf(failing('unauthenticated'));
    await expect(client.champion('credit', 'production')).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });

  it('walks all pages, and finds the first version of some bytes', async () => {
    const client = await clientOf(
      answer(200, { items: [version(9), version(4)], next: 'p2' }),
      answer(200, { items: [version(6)], next: null }),
    );
    const found = await client.findVersionByArtifact('credit', digest);
    expect(found?.number).toBe(4);
    expect(server.received.map(({ query }) => query.get('after'))).toEqual([null, 'p2']);
    expect(server.received[1]?.query.get('artifactDigest')).toBe(digest);
  });

  it('sends If-Match with a decision about a revision', async () => {
    const client = await clientOf(failing('conflict'));
    const id = evaluation({}).id;
    await expect(client.approvePromotion(id, { comment: 'fine', revision: 3 })).rejects.toThrow();
    expect(server.received[0]?.headers['if-match']).toBe('"3"');
    expect(JSON.parse(String(server.received[0]?.body))).toEqual({ comment: 'fine' });
  });

  it('quotes what goes into a path', async () => {
    const client = await clientOf(failing('not_found'));
    await client.findModel('../keys?x#y');
    expect(server.received[0]?.path).toBe('/api/v1/models/..%2Fkeys%3Fx%23y');
  });
});

describe('uploadFile', () => {
  const bytes = randomBytes(3_000_000);
  const expected = digestOfBytes(bytes);
  const upload = async (client: RegistryClient, content: Uint8Array = bytes) => {
    const path = join(folder, 'file');
    await writeFile(path, content);
    return client.uploadFile(path);
  };

  it('sends nothing that is there already', async () => {
    const client = await clientOf(answer(200));
    await expect(upload(client)).resolves.toEqual({
      digest: expected,
      size: bytes.length,
      sent: false,
    });
    expect(asked()).toEqual([`HEAD /api/v1/blobs/${expected}`]);
  });

  it('sends the whole file again after the connection broke', async () => {
    const client = await clientOf(answer(404), reset, answer(503), answer(201));
    await expect(upload(client)).resolves.toMatchObject({ sent: true });
    const puts = server.received.filter(({ method }) => method === 'PUT');
    expect(puts).toHaveLength(3);
    for (const { headers, body } of puts) {
      expect(headers['content-length']).toBe(String(bytes.length));
      expect(headers['content-type']).toBe('application/octet-stream');
      expect(createHash('sha256').update(body).digest('hex')).toBe(expected.slice(7));
    }
  });

  it('sends an empty file too', async () => {
    const client = await clientOf(answer(404), answer(201));
    await expect(upload(client, Buffer.of())).resolves.toMatchObject({ size: 0, sent: true });
    expect(server.received[1]?.headers['content-length']).toBe('0');
  });

  it('refuses to send a file that became shorter after it was digested', async () => {
    const path = join(folder, 'file');
    await writeFile(path, bytes);
    const client = await clientOf((response) => {
      truncateSync(path, 1000);
      answer(404)(response, server.received[0] as never);
    }, answer(201));
    await expect(client.uploadFile(path)).rejects.toMatchObject({ code: 'upload_incomplete' });
  });

  it('says which file cannot be read', async () => {
    const client = await clientOf(answer(404));
    await expect(client.uploadFile(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('absent') as unknown,
    });
  });
});

describe('registerDataset', () => {
  const dataset = {
    name: 'data/holdout.csv',
    digest,
    format: 'csv',
    size: 3,
    createdAt: at,
    createdBy: 'ci',
  };
  const written = async (): Promise<string> => {
    const path = join(folder, 'holdout.csv');
    await writeFile(path, 'a,b');
    return path;
  };
  it('uploads the table and registers it under its name and format', async () => {
    const path = await written();
    const client = await clientOf(answer(200), answer(200, dataset));
    await expect(client.registerDataset({ path, name: dataset.name })).resolves.toEqual(dataset);
    expect(server.received.map(({ method }) => method)).toEqual(['HEAD', 'POST']);
    expect(JSON.parse(String(server.received[1]?.body))).toEqual({
      name: 'data/holdout.csv',
      digest: digestOfBytes('a,b'),
      format: 'csv',
    });
  });

  it('uploads each file of several, and registers their manifest', async () => {
    const client = await clientOf(answer(200), answer(200), answer(200, dataset));
    const files = await Promise.all(
      ['b.csv', 'a.csv'].map(async (file) => {
        await writeFile(join(folder, file), file);
        return { path: join(folder, file), name: `s3://bucket/data/x/${file}` };
      }),
    );
    await client.registerDataset({ path: files, name: 'data' });
    expect(server.received.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'POST']);
    const entry = (path: string) => ({ path, digest: digestOfBytes(path), size: 5 });
    const manifest = { files: [entry('b.csv'), entry('a.csv')] };
    expect(JSON.parse(String(server.received[2]?.body))).toEqual({
      name: 'data',
      digest: manifestDigest(manifest),
      format: 'csv',
      manifest,
    });
  });

  it('registers one of several as the file that it is', async () => {
    const client = await clientOf(answer(200), answer(200, dataset));
    await client.registerDataset({
      path: [{ path: await written(), name: 'x/only.jsonl' }],
      name: 'data',
    });
    expect(JSON.parse(String(server.received[1]?.body))).toEqual({
      name: 'data',
      digest: digestOfBytes('a,b'),
      format: 'jsonl',
    });
  });

  it.each([
    ['a folder', () => folder, /folder/],
    ['no files', () => [], /has no files/],
    [
      'names that no manifest takes',
      () => ['a:1.csv', 'b.csv'].map((name) => ({ path: name, name })),
      /files of data/,
    ],
    [
      'too many files',
      () => Array.from({ length: 1001 }, (_, index) => ({ path: 'x', name: `${index}.csv` })),
      /files of data/,
    ],
  ])('refuses %s, before anything is uploaded', async (_what, given, message) => {
    const client = await clientOf(answer(200));
    await expect(client.registerDataset({ path: given(), name: 'data' })).rejects.toMatchObject({
      code: 'invalid_data',
      message: expect.stringMatching(message),
    });
    expect(server.received).toEqual([]);
  });

  it('refuses a name that tells no format', async () => {
    const client = await clientOf(answer(200));
    await writeFile(join(folder, 'holdout.xlsx'), 'x');
    await expect(
      client.registerDataset({ path: join(folder, 'holdout.xlsx'), name: 'x' }),
    ).rejects.toMatchObject({ code: 'invalid_data' });
  });
});

describe('openBlob', () => {
  it('gives the bytes of the digest', async () => {
    const client = await clientOf(answer(200, 'hello'));
    await expect(text(await client.openBlob(digestOfBytes('hello')))).resolves.toBe('hello');
  });

  it('fails on other bytes, and on a stream that breaks off', async () => {
    const client = await clientOf(answer(200, 'hullo'), breakOff('hel'));
    const wrong = await client.openBlob(digestOfBytes('hello'));
    await expect(text(wrong)).rejects.toMatchObject({ code: 'corrupt' });
    const broken = await client.openBlob(digestOfBytes('hello'));
    await expect(text(broken)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('waitForEvaluation', () => {
  const progress = { step: 'counting', done: 1, total: 2 };
  it('survives a registry that dies and comes back, and reports each step once', async () => {
    const running = answer(200, evaluation({ state: 'running', progress }));
    const client = await clientOf(
      answer(200, evaluation({})),
      running,
      running,
      reset,
      answer(503),
      answer(200, evaluation({ state: 'succeeded', outcome: 'pass' })),
    );
    const seen: string[] = [];
    const done = await client.waitForEvaluation(evaluation({}).id, {
      onProgress: ({ state }) => seen.push(state),
    });
    expect(done.outcome).toBe('pass');
    expect(seen).toEqual(['queued', 'running', 'succeeded']);
  });

  it('waits through a restart that takes longer than a call would retry', async () => {
    const first = new ScriptedServer(answer(200, evaluation({})));
    const url = await first.start();
    const client = new RegistryClient({ url, apiKey: 'k', retry: { ...quick, totalMs: 50 } });
    const waiting = client.waitForEvaluation(evaluation({}).id, { timeoutMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await first.stop();
    await new Promise((resolve) => setTimeout(resolve, 600));
    server = new ScriptedServer(answer(200, evaluation({ state: 'failed' })));
    await server.start(Number(new URL(url).port));
    await expect(waiting).resolves.toMatchObject({ state: 'failed' });
  });

  it('says what it was doing when the time was over', async () => {
    const client = await clientOf(answer(200, evaluation({ state: 'running', progress })));
    await expect(
      client.waitForEvaluation(evaluation({}).id, { timeoutMs: 500 }),
    ).rejects.toMatchObject({
      code: 'timed_out',
      message: expect.stringContaining('running (counting)') as unknown,
    });
  });

  it('cancels one, and takes a cancelled one for ended', async () => {
    const cancellation = { by: 'maria', reason: 'wrong data', at };
    const cancelled = evaluation({ state: 'cancelled', cancellation });
    const client = await clientOf(answer(200, cancelled), answer(200, cancelled));
    expect(await client.cancelEvaluation(cancelled.id, 'wrong data')).toEqual(cancelled);
    expect(server.received[0]).toMatchObject({
      method: 'POST',
      path: `/api/v1/evaluations/${cancelled.id}/cancel`,
    });
    expect(JSON.parse(String(server.received[0]?.body))).toEqual({ reason: 'wrong data' });
    expect(await client.waitForEvaluation(cancelled.id)).toEqual(cancelled);
  });

  it('stops when it is told to', async () => {
    const client = await clientOf(answer(200, evaluation({})));
    await expect(
      client.waitForEvaluation(evaluation({}).id, { signal: AbortSignal.timeout(300) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
