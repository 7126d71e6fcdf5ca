import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** What a worker answers to a request. */
export type Answer<Result> = { readonly id: number } & (
  { readonly result: Result } | { readonly error: WorkerFailure }
);

/** An error as it crosses threads: its class doesn't survive the way. */
export interface WorkerFailure {
  readonly message: string;
}

/** What is sent to a worker. `close` has no answer but the worker's end. */
export type Request<Payload> =
  { readonly id: number; readonly payload: Payload } | { readonly close: true };

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/** How long a worker may take to end by itself, which includes the batch that it is at. */
const patienceMs = 10_000;

/** A worker thread that answers requests, and rejects all that are open should it die. */
export class WorkerHandle<Payload, Result> {
  private readonly waiting = new Map<number, Waiting<Result>>();
  private readonly worker: Worker;
  private readonly ended: Promise<void>;
  private nextId = 0;
  private death: Error | undefined;

  /** @param entry the worker's source beside this file, without its extension, such as `inference/inference-worker` */
  constructor(entry: string) {
    this.worker = new Worker(entryFile(entry), { name: entry });
    this.worker.on('message', (answer: Answer<Result>) => this.settle(answer));
    this.worker.on('error', (cause) =>
      this.die(new Error(`${entry} failed: ${cause.message}`, { cause })),
    );
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        this.die(new Error(`${entry} ended with code ${code} before it answered`));
        resolve();
      });
    });
  }

  /** Sends a request; its buffers are copied unless they are listed as moved. */
  ask(payload: Payload, moved: ArrayBuffer[] = []): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.death !== undefined) return reject(this.death);
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, payload } satisfies Request<Payload>, moved);
    });
  }

  /** Lets the worker end by itself, so that native sessions are released, and stops it if it doesn't. */
  async close(): Promise<void> {
    this.worker.postMessage({ close: true } satisfies Request<Payload>);
    const timer = setTimeout(() => void this.worker.terminate(), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }

  private settle(answer: Answer<Result>): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new WorkerError(answer.error.message));
    else waiting?.resolve(answer.result);
  }

  private die(error: Error): void {
    this.death ??= error;
    for (const { reject } of this.waiting.values()) reject(this.death);
    this.waiting.clear();
  }
}

/** What a worker says went wrong with a request, as opposed to the death of the worker. */
export class WorkerError extends Error {}

/** Threads run JavaScript only: from sources, as in tests, the entry is that of the build. */
const entryFile = (entry: string): string => {
  const here = import.meta.url;
  return fileURLToPath(
    new URL(here.endsWith('.ts') ? `../dist/${entry}.js` : `./${entry}.js`, here),
  );
};
