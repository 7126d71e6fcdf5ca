import { spawn } from 'node:child_process';
import { readFile, symlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { buildOnnxModel, onnxType, type FixtureInitializer } from '@sluice/artifacts/testing';
import { digestOfBytes } from '@sluice/contracts';
import {
  classifierModel,
  classify,
  environmentFor,
  ServerProcess,
  slowModel,
  token,
  work,
  writeArtifact,
  type ArtifactOnDisk,
} from './model-server.fixture.js';

/* The process as it is deployed: real runtime, real sockets, real signals. */
const artifacts: ArtifactOnDisk[] = [];
const servers: ServerProcess[] = [];
const artifactOf = async (files: Record<string, Uint8Array>) => {
  const artifact = await writeArtifact(files);
  artifacts.push(artifact);
  return artifact;
};
const start = async (artifact: ArtifactOnDisk, environment: Record<string, string> = {}) => {
  const server = await ServerProcess.start(artifact, environment);
  servers.push(server);
  return server;
};
const outcomeOf = async (artifact: ArtifactOnDisk, environment: Record<string, string> = {}) => {
  const server = ServerProcess.spawn(artifact, environment);
  return { code: await server.exit, errors: server.errors, output: server.output };
};

const listener = () =>
  new Promise<Server>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const freePort = async () => {
  const server = await listener();
  const port = portOf(server);
  await new Promise((closed) => server.close(closed));
  return port;
};

let classifier: ArtifactOnDisk;
let slow: ArtifactOnDisk;
beforeAll(async () => {
  classifier = await artifactOf({ 'model.onnx': classifierModel() });
  slow = await artifactOf({ 'model.onnx': slowModel() });
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.child.kill('SIGKILL');
    await server.exit;
  }
});
afterAll(async () => {
  for (const artifact of artifacts) await artifact.remove();
});

describe('starting', () => {
  it('says once that it is ready: where, and with what', async () => {
    const server = await start(classifier);
    expect(JSON.parse(server.output)).toEqual({
      event: 'ready',
      port: Number(new URL(server.url).port),
      artifactDigest: classifier.digest,
    });
    expect((await server.fetch('/v2/health/ready')).status).toBe(200);
    expect((await fetch(`${server.url}/v2/health/ready`)).status).toBe(401);
    expect((await fetch(`${server.url}/v2/health/live`)).status).toBe(200);
  });

  it('ends with 2, naming every fault, if its configuration is wrong', async () => {
    const { code, errors, output } = await outcomeOf(classifier, {
      PORT: 'x',
      SLUICE_MODEL_SERVER_TOKEN: 'short-and-secret',
    });
    expect([code, output]).toEqual([2, '']);
    expect(errors.trim().split('\n')).toEqual([
      'sluice model server: PORT: expected a whole number, found "x"',
      'sluice model server: SLUICE_MODEL_SERVER_TOKEN: expected at least 32 characters',
    ]);
  });

  it('ends if its port is taken', async () => {
    const other = await listener();
    const { code, errors } = await outcomeOf(classifier, { PORT: String(portOf(other)) });
    expect([code, errors]).toEqual([1, expect.stringContaining('EADDRINUSE')]);
    other.close();
  });
});

describe('what it refuses to serve', () => {
  const model = (...initializers: FixtureInitializer[]) =>
    buildOnnxModel({
      inputs: [{ name: 'x', shape: [2] }],
      outputs: [{ name: 'y', shape: [2] }],
      nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
      initializers,
    });
  const external = (location: string): FixtureInitializer => ({
    name: 'w',
    dims: [2],
    external: [['location', location]],
  });
  const weights = Buffer.from(Float32Array.of(10, 20).buffer);
  const expectRefusal = async (artifact: ArtifactOnDisk, message: string, environment = {}) =>
    expect(await outcomeOf(artifact, environment)).toEqual({
      code: 1,
      output: '',
      errors: expect.stringContaining(message),
    });

  it('other bytes than the approved ones', async () => {
    await expectRefusal(classifier, 'it is not served', {
      SLUICE_ARTIFACT_DIGEST: digestOfBytes('another artifact'),
    });
  });

  it('an artifact with one bit flipped, in the model or in its data', async () => {
    const artifact = await artifactOf({
      'model.onnx': model(external('data/w.bin')),
      'data/w.bin': weights,
    });
    for (const file of ['data/w.bin', 'model.onnx']) {
      const path = join(artifact.folder, file);
      const bytes = await readFile(path);
      bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
      await writeFile(path, bytes);
      await expectRefusal(artifact, `not the expected ${artifact.digest}`);
    }
  });

  it('data that is a link, even to the right bytes', async () => {
    const artifact = await artifactOf({ 'model.onnx': model(external('w.bin')), 'w.bin': weights });
    await writeFile(join(artifact.folder, '..', 'elsewhere'), weights);
    await rm(join(artifact.folder, 'w.bin'));
    await symlink('../elsewhere', join(artifact.folder, 'w.bin'));
    await expectRefusal(artifact, 'w.bin is a symbolic link');
  });

  it('a model that reaches for files which are not its own', async () => {
    await Promise.all([
      expectRefusal(
        await artifactOf({ 'model.onnx': model(external('../manifest.json')) }),
        'leaves the folder of the model',
      ),
      expectRefusal(
        await artifactOf({ 'model.onnx': model(external('*/_ORT_MEM_ADDR_/*')) }),
        'is not a plain relative path',
      ),
      expectRefusal(
        await artifactOf({ 'model.onnx': model(external('w.bin')) }),
        'not among the files of the artifact',
      ),
    ]);
  });

  it('anything that is not ONNX, or that it could not answer for', async () => {
    const pickle = Buffer.from('\x80\x04\x95\x10\x00\x00\x00\x00', 'latin1');
    const zipMap = buildOnnxModel({
      inputs: [{ name: 'x', shape: [1] }],
      outputs: [{ name: 'p', sequence: true }],
      nodes: [{ operator: 'ZipMap', domain: 'ai.onnx.ml', inputs: ['x'], outputs: ['p'] }],
    });
    await Promise.all([
      expectRefusal(
        await artifactOf({ 'model.onnx': pickle }),
        'a pickle executes code when loaded',
      ),
      expectRefusal(await artifactOf({ 'model.onnx': zipMap }), "'zipmap': False"),
      expectRefusal(
        await artifactOf({ 'model.onnx': model() }),
        'ONNX Runtime cannot load the model',
      ),
    ]);
  });

  it('nothing of a sound model with external data: that is served', async () => {
    const server = await start(
      await artifactOf({ 'model.onnx': model(external('data/w.bin')), 'data/w.bin': weights }),
    );
    const answer = await server.infer({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [2], data: [1, 2] }],
    });
    expect(await answer.json()).toMatchObject({ outputs: [{ data: [11, 22] }] });
  });
});

describe('inference', () => {
  it('serves the example with its own request', async () => {
    const example = (file: string) =>
      readFile(new URL(`../../../examples/credit-risk/${file}`, import.meta.url));
    const server = await start(await artifactOf({ 'model.onnx': await example('model.onnx') }));
    const request = JSON.parse((await example('request.json')).toString()) as { id: string };
    const answer = (await (await server.infer(request)).json()) as {
      id: string;
      outputs: { name: string; shape: number[]; data: unknown[] }[];
    };
    expect(answer.id).toBe(request.id);
    expect(answer.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['label', [1]],
      ['probabilities', [1, 2]],
    ]);
    const [bad, good] = answer.outputs[1]!.data as [number, number];
    expect(Math.abs(bad + good - 1)).toBeLessThan(4 * 2 ** -23);
    expect(answer.outputs[0]!.data).toEqual([good > bad ? 'good' : 'bad']);
  });

  it('takes every datatype in and gives it back exactly', async () => {
    const cases = [
      ['BOOL', onnxType.BOOL, [true, false]],
      ['UINT8', onnxType.UINT8, [0, 255]],
      ['INT8', onnxType.INT8, [-128, 127]],
      ['INT32', onnxType.INT32, [-2_147_483_648, 2_147_483_647]],
      ['INT64', onnxType.INT64, ['-9223372036854775808', 7]],
      ['UINT64', onnxType.UINT64, [7, '18446744073709551615']],
      ['FP16', onnxType.FLOAT16, [0.5, 'Infinity']],
      ['FP32', onnxType.FLOAT, [0.5, 'NaN']],
      ['FP64', onnxType.DOUBLE, [0.1, 1e300]],
      ['BYTES', onnxType.STRING, ['', 'müde 😀']],
    ] as const;
    const values = (prefix: string) =>
      cases.map(([name, type]) => ({ name: `${prefix}_${name}`, type, shape: [null] }));
    const model = buildOnnxModel({
      inputs: values('in'),
      outputs: values('out'),
      nodes: cases.map(([name]) => ({
        operator: 'Identity',
        inputs: [`in_${name}`],
        outputs: [`out_${name}`],
      })),
    });
    const server = await start(await artifactOf({ 'model.onnx': model }));
    const answer = await server.infer({
      inputs: cases.map(([datatype, , data]) => ({
        name: `in_${datatype}`,
        datatype,
        shape: [2],
        data,
      })),
    });
    expect(await answer.json()).toMatchObject({
      outputs: cases.map(([datatype, , data]) => ({
        name: `out_${datatype}`,
        datatype,
        shape: [2],
        data,
      })),
    });
  });

  it('answers health probes at once while a batch runs', async () => {
    const server = await start(slow);
    await server.fetch('/v2/health/live');
    let finished = false;
    const started = performance.now();
    const batch = server.infer(work(1400)).finally(() => (finished = true));
    const waits: number[] = [];
    while (!finished) {
      const asked = performance.now();
      expect((await server.fetch('/v2/health/live')).status).toBe(200);
      expect((await server.fetch('/v2/health/ready')).status).toBe(200);
      waits.push(performance.now() - asked);
      await delay(10);
    }
    expect((await batch).status).toBe(200);
    // Were the runtime on the same thread, one probe would have waited for all of the batch.
    expect(waits.length).toBeGreaterThan(5);
    expect(Math.max(...waits)).toBeLessThan((performance.now() - started) / 2);
  });

  it('turns requests away with 503 when its queue is full', async () => {
    const server = await start(slow, { SLUICE_MODEL_QUEUE: '1' });
    const answers = await Promise.all([1, 2, 3, 4].map(() => server.infer(work(900))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 503, 503]);
    const away = answers.find(({ status }) => status === 503)!;
    expect(away.headers.get('retry-after')).toBe('1');
    expect(await away.json()).toEqual({
      error: '1 requests are waiting already; try again later.',
    });
  });

  it('answers 504 when the model does not in time, and is not ready until it has', async () => {
    const server = await start(slow, { SLUICE_INFERENCE_TIMEOUT_MS: '100' });
    expect((await server.infer(work(1000))).status).toBe(504);
    expect((await server.fetch('/v2/health/ready')).status).toBe(503);
    while ((await server.fetch('/v2/health/ready')).status === 503) await delay(20);
    expect((await server.infer(work(2))).status).toBe(200);
  });

  it('answers 500 when the model fails, and goes on', async () => {
    const server = await start(slow);
    const answer = await server.infer({
      inputs: [{ name: 'size', datatype: 'INT64', shape: [2], data: [-1, 5] }],
    });
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { error: expect.stringContaining('The model failed: ') },
    ]);
    expect((await server.infer(work(2))).status).toBe(200);
  });
});

describe('ending', () => {
  it('finishes on SIGTERM what it has begun, says that it is not ready, and exits with 0', async () => {
    const server = await start(slow, { SLUICE_DRAIN_GRACE_MS: '300' });
    const inFlight = [1, 2, 3, 4].map(() => server.infer(work(1100)));
    await delay(100);
    const exit = server.stop();
    await delay(50);
    // Until balancers have noticed, it still answers everything; but says that it will not for long.
    expect((await server.fetch('/v2/health/ready')).status).toBe(503);
    expect((await server.fetch('/v2/health/live')).status).toBe(200);
    const late = server.infer(work(2));
    const answers = await Promise.all([...inFlight, late]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers[3]!.headers.get('connection')).toBe('close');
    expect(await exit).toBe(0);
    await expect(fetch(`${server.url}/v2/health/live`)).rejects.toThrow();
  });

  it('exits with 0 although it drains while a run goes on that was answered with 504', async () => {
    const server = await start(slow, {
      SLUICE_INFERENCE_TIMEOUT_MS: '50',
      SLUICE_DRAIN_GRACE_MS: '0',
    });
    expect((await server.infer(work(1200))).status).toBe(504);
    expect(await server.stop()).toBe(0);
  });

  it('exits with 0 when it is stopped while it still loads', async () => {
    const port = await freePort();
    const server = ServerProcess.spawn(slow, { PORT: String(port), SLUICE_DRAIN_GRACE_MS: '0' });
    servers.push(server);
    const listens = () =>
      fetch(`http://127.0.0.1:${port}/v2/health/live`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await listens())) await delay(5);
    expect(server.output).toBe('');
    expect([await server.stop(), server.output, server.errors]).toEqual([
      0,
      '',
      'sluice model server: draining: SIGTERM\n',
    ]);
  });

  it('gives up a drain that takes too long, and says so', async () => {
    const server = await start(slow, {
      SLUICE_DRAIN_GRACE_MS: '0',
      SLUICE_DRAIN_TIMEOUT_MS: '150',
    });
    const cut = server.infer(work(1400)).then(
      ({ status }) => status,
      () => 'cut',
    );
    await delay(100);
    expect([await server.stop(), await cut, server.child.signalCode]).toEqual([
      null,
      'cut',
      'SIGKILL',
    ]);
    expect(server.errors).toContain('gave up draining after 150 ms');
  });

  it('does not survive the parent that asked to be followed, even one that was killed', async () => {
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `const child = require('node:child_process').spawn(process.execPath, [process.argv[1]], { stdio: ['pipe', 'pipe', 'inherit'] });
        child.stdout.on('data', (line) => process.stdout.write(JSON.stringify({ pid: child.pid, ...JSON.parse(line) }) + '\\n'));`,
        ServerProcess.main,
      ],
      { env: { ...environmentFor(classifier), SLUICE_EXIT_WITH_PARENT: '1' } },
    );
    const line = await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve));
    const { pid, port } = JSON.parse(line.toString()) as { pid: number; port: number };
    expect((await fetch(`http://127.0.0.1:${port}/v2/health/live`)).status).toBe(200);
    parent.kill('SIGKILL');
    const alive = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    for (let waited = 0; alive() && waited < 3000; waited += 50) await delay(50);
    expect(alive()).toBe(false);
  });

  it('lives on without its standard input if it was not asked to follow, and never says its token', async () => {
    const server = await start(classifier);
    server.child.stdin.end();
    await delay(200);
    expect((await server.infer(classify([1, 1]))).status).toBe(200);
    expect((await server.infer({})).status).toBe(400);
    expect((await server.fetch('/v2/nothing')).status).toBe(404);
    expect(await server.stop()).toBe(0);
    expect(server.output + server.errors).not.toContain(token);
  });

  it('ends with 70 and the reason when the thread of its model crashes, answering what was asked', async () => {
    // Loaded into every thread before its own code; in the worker it waits for the model to be busy.
    const fault = `import { isMainThread, parentPort } from 'node:worker_threads';
      if (!isMainThread) parentPort.on('message', () => { throw new Error('injected') });`;
    const server = await start(slow, {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}`,
    });
    const answer = await server.infer(work(900));
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { error: 'The model stopped while it ran this request.' },
    ]);
    expect((await server.fetch('/v2/health/ready').catch(() => ({ status: 503 }))).status).toBe(
      503,
    );
    expect(await server.exit).toBe(70);
    expect(server.errors).toContain('the model crashed: injected');
  });
});
