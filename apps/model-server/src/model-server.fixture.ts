import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildOnnxModel, onnxType } from '@sluice/artifacts/testing';
import { digestOfBytes, manifestDigest, type Digest, type Manifest } from '@sluice/contracts';
import type { WorkerTask } from './inference/worker-messages.js';

const built = (file: string): URL => {
  const url = new URL(`../dist/${file}`, import.meta.url);
  if (!existsSync(url))
    throw new Error(`${fileURLToPath(url)} is missing: build model-server before its tests`);
  return url;
};

/** The worker as it is built: ONNX Runtime refuses the arrays of the sandbox that tests run in. */
export const startBuiltWorker = (task: WorkerTask): Worker =>
  new Worker(built('inference/inference.worker.js'), { workerData: task });

export const token = 'a token for tests, of 32 or more characters'.replaceAll(' ', '-');

export interface ArtifactOnDisk {
  folder: string;
  manifest: Manifest;
  manifestPath: string;
  digest: Digest;
  remove(): Promise<void>;
}

/** Writes an artifact's files as a deployer leaves them. */
export const writeArtifact = async (files: Record<string, Uint8Array>): Promise<ArtifactOnDisk> => {
  const home = await mkdtemp(join(tmpdir(), 'sluice-served-'));
  const folder = join(home, 'artifact');
  const manifest: Manifest = { files: [] };
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    manifest.files.push({ path, digest: digestOfBytes(bytes), size: bytes.byteLength });
  }
  const manifestPath = join(home, 'manifest.json');
  await writeFile(manifestPath, JSON.stringify(manifest));
  return {
    folder,
    manifest,
    manifestPath,
    digest: manifestDigest(manifest),
    remove: () => rm(home, { recursive: true }),
  };
};

export const environmentFor = (artifact: ArtifactOnDisk): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  SLUICE_MODEL_NAME: 'tiny',
  SLUICE_MODEL_VERSION: '7',
  SLUICE_MODEL_DIR: artifact.folder,
  SLUICE_MODEL_MANIFEST: artifact.manifestPath,
  SLUICE_ARTIFACT_DIGEST: artifact.digest,
  SLUICE_MODEL_SERVER_TOKEN: token,
  PORT: '0',
});

/** A model server as a process of its own. */
export class ServerProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exit: Promise<number | null>;
  output = '';
  errors = '';
  #url = '';

  private constructor(environment: Record<string, string>) {
    this.child = spawn(process.execPath, [ServerProcess.main], { env: environment });
    this.child.stdout.on('data', (text: Buffer) => (this.output += text.toString()));
    this.child.stderr.on('data', (text: Buffer) => (this.errors += text.toString()));
    this.exit = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
  }

  static get main(): string {
    return fileURLToPath(built('main.js'));
  }

  /** Starts one that may well end at once; its `exit` tells. */
  static spawn(artifact: ArtifactOnDisk, environment: Record<string, string> = {}): ServerProcess {
    return new ServerProcess({ ...environmentFor(artifact), ...environment });
  }

  /** Starts one and waits until it says that it is ready. */
  static async start(
    artifact: ArtifactOnDisk,
    environment: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const server = ServerProcess.spawn(artifact, environment);
    const line = await Promise.race([server.#firstLine(), server.exit]);
    if (typeof line !== 'string')
      throw new Error(`the server ended with ${line}: ${server.errors}`);
    server.#url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
    return server;
  }

  get url(): string {
    return this.#url;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
    });
  }

  infer(body: unknown): Promise<Response> {
    return this.fetch('/v2/models/tiny/infer', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Ends it as a supervisor does, and returns its exit code. */
  stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exit;
  }

  async #firstLine(): Promise<string> {
    while (!this.output.includes('\n'))
      await new Promise((resolve) => this.child.stdout.once('data', resolve));
    return this.output.split('\n')[0]!;
  }
}

/** softmax(−a − b, a + b) under the labels "bad" and "good". */
export const classifierModel = (): Buffer =>
  buildOnnxModel({
    inputs: [
      { name: 'a', shape: [null, 1] },
      { name: 'b', shape: [null, 1] },
    ],
    outputs: [
      { name: 'label', type: onnxType.STRING, shape: [null] },
      { name: 'probabilities', shape: [null, 2] },
    ],
    nodes: [
      {
        operator: 'Concat',
        inputs: ['a', 'b'],
        outputs: ['x'],
        attributes: { axis: { integer: 1 } },
      },
      {
        operator: 'LinearClassifier',
        domain: 'ai.onnx.ml',
        inputs: ['x'],
        outputs: ['label', 'probabilities'],
        attributes: {
          coefficients: { floats: [-1, -1, 1, 1] },
          intercepts: { floats: [0, 0] },
          classlabels_strings: { texts: ['bad', 'good'] },
          post_transform: { text: 'SOFTMAX' },
        },
      },
    ],
  });

export const classify = (...rows: (readonly [a: number, b: number])[]) => ({
  inputs: [
    { name: 'a', datatype: 'FP32', shape: [rows.length, 1], data: rows.map(([a]) => a) },
    { name: 'b', datatype: 'FP32', shape: [rows.length, 1], data: rows.map(([, b]) => b) },
  ],
});

/** A model whose work is chosen by its input: the product of nine square matrices of that size. */
export const slowModel = (): Buffer =>
  buildOnnxModel({
    inputs: [{ name: 'size', type: onnxType.INT64, shape: [2] }],
    outputs: [{ name: 'sum', shape: [] }],
    nodes: [
      { operator: 'ConstantOfShape', inputs: ['size'], outputs: ['product0'] },
      ...Array.from({ length: 8 }, (_, index) => ({
        operator: 'MatMul',
        inputs: [`product${index}`, 'product0'],
        outputs: [`product${index + 1}`],
      })),
      {
        operator: 'ReduceSum',
        inputs: ['product8'],
        outputs: ['sum'],
        attributes: { keepdims: { integer: 0 } },
      },
    ],
  });

/** About a second of work at 1,200 on one core of 2020. */
export const work = (size: number) => ({
  inputs: [{ name: 'size', datatype: 'INT64', shape: [2], data: [size, size] }],
});
