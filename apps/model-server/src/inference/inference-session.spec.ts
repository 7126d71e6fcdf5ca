import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOfBytes } from '@sluice/contracts';
import {
  slowModel,
  startBuiltWorker,
  writeArtifact,
  type ArtifactOnDisk,
} from '../model-server.fixture.js';
import { InferenceSession, type InferenceOptions } from './inference-session.js';
import type { Tensor } from './tensor.js';

/* Real threads; the runtime in them is real too, but where a thread has to misbehave. */
let artifact: ArtifactOnDisk;
let session: InferenceSession | null = null;
beforeAll(async () => {
  artifact = await writeArtifact({ 'model.onnx': slowModel() });
});
afterEach(async () => {
  await session?.close();
  session = null;
});
afterAll(() => artifact.remove());

const load = async (options: Partial<InferenceOptions> = {}, start = startBuiltWorker) =>
  (session = await InferenceSession.load(
    artifact,
    { workers: 1, threads: 1, queue: 8, timeoutMs: 20_000, ...options },
    start,
  ));
const square = (size: number): Tensor[] => [
  {
    name: 'size',
    datatype: 'INT64',
    shape: [2],
    data: BigInt64Array.of(BigInt(size), BigInt(size)),
  },
];
/** Some hundred milliseconds of work. */
const slow = square(1000);
const quick = square(2);
const settled = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
/** A worker thread that has loaded, as it says, and then does this with its first command. */
const misbehaving = (code: string) => () =>
  new Worker(
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', () => { ${code} });
     parentPort.postMessage({ kind: 'loaded', model: { digest: '${artifact.digest}', signature: { inputs: [], outputs: [] }, unrankedInputs: [] } });`,
    { eval: true },
  );

describe('a session', () => {
  it('says what it has loaded, and runs it', async () => {
    const { model } = await load();
    expect(model).toEqual({
      digest: artifact.digest,
      signature: {
        inputs: [{ name: 'size', datatype: 'INT64', shape: [2] }],
        outputs: [{ name: 'sum', datatype: 'FP32', shape: [] }],
      },
      unrankedInputs: [],
    });
    expect(await session!.run(quick, ['sum'])).toEqual([
      { name: 'sum', datatype: 'FP32', shape: [], data: Float32Array.of(0) },
    ]);
  });

  it('answers in turn, each with its own', async () => {
    await load({ workers: 2, queue: 64 });
    const runs = Array.from({ length: 40 }, (_, index) => session!.run(square(index + 1), ['sum']));
    expect(await Promise.all(runs)).toHaveLength(40);
  });

  it('turns away what its queue cannot hold, and recovers', async () => {
    await load({ queue: 2 });
    const outcomes = await Promise.all(
      [slow, slow, slow, slow, slow].map((inputs) => settled(session!.run(inputs, ['sum']))),
    );
    expect(outcomes).toEqual(['answered', 'answered', 'answered', 'unavailable', 'unavailable']);
    expect(await settled(session!.run(quick, ['sum']))).toBe('answered');
  });

  it('answers in time or says that it did not, and is not responsive until it is through', async () => {
    await load({ timeoutMs: 60 });
    const [running, waiting] = [session!.run(slow, ['sum']), session!.run(quick, ['sum'])];
    expect(session!.responsive).toBe(true);
    expect(await Promise.all([settled(running), settled(waiting)])).toEqual([
      'timed_out',
      'timed_out',
    ]);
    expect(session!.responsive).toBe(false);
    while (!session!.responsive) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await settled(session!.run(quick, ['sum']))).toBe('answered');
  });

  it('does not run what nobody waits for', async () => {
    await load({ queue: 1 });
    const first = session!.run(slow, ['sum']);
    const leaving = new AbortController();
    const abandoned = settled(session!.run(slow, ['sum'], leaving.signal));
    expect(await settled(session!.run(quick, ['sum']))).toBe('unavailable');
    leaving.abort();
    expect(await abandoned).toBe('timed_out');
    // Its place in the queue is free at once.
    expect(await Promise.all([settled(first), settled(session!.run(quick, ['sum']))])).toEqual([
      'answered',
      'answered',
    ]);
  });

  it('tells a failure of the model from anything else, and goes on', async () => {
    await load();
    const bad: Tensor[] = [
      { name: 'size', datatype: 'INT64', shape: [2], data: BigInt64Array.of(-1n, 5n) },
    ];
    await expect(session!.run(bad, ['sum'])).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('The model failed: '),
    });
    expect(await settled(session!.run(quick, ['sum']))).toBe('answered');
  });
});

describe('a worker that crashes', () => {
  it.each([
    ['throws', "throw new Error('out of luck')", 'out of luck'],
    ['ends', 'process.exit(9)', 'the worker thread ended with code 9'],
  ])('fails what it ran and what waited, when it %s', async (_how, code, message) => {
    await load({}, misbehaving(code));
    const outcomes = [session!.run(quick, []), session!.run(quick, [])].map(settled);
    expect(await session!.crashed).toMatchObject({ message });
    expect(await Promise.all(outcomes)).toEqual(['unavailable', 'unavailable']);
    expect(session!.responsive).toBe(false);
    expect(await settled(session!.run(quick, []))).toBe('unavailable');
  });

  it('is not a crash when it is closed', async () => {
    await load();
    await session!.close();
    expect(
      await Promise.race([
        session!.crashed,
        new Promise((resolve) => setTimeout(resolve, 50, 'none')),
      ]),
    ).toBe('none');
  });

  it('fails the load if it comes before the model', async () => {
    const broken = () => new Worker("throw new Error('no runtime here')", { eval: true });
    await expect(load({}, broken)).rejects.toThrow('no runtime here');
  });
});

describe('an artifact that is not to be served', () => {
  it('is refused if a worker has loaded another one than was asked for', async () => {
    const expecting = { ...artifact, digest: digestOfBytes('something else') };
    const options = { workers: 1, threads: 1, queue: 1, timeoutMs: 1000 };
    await expect(InferenceSession.load(expecting, options, startBuiltWorker)).rejects.toMatchObject(
      { code: 'digest_mismatch' },
    );
    await expect(InferenceSession.load(expecting, options, misbehaving(''))).rejects.toMatchObject({
      code: 'digest_mismatch',
    });
  });
});
