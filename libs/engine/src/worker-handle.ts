import { Worker } from 'node:worker_threads';
import { SluiceError, type ErrorCode, type Fault } from '@sluice/contracts';
import { builtFile } from './built-file.js';

/** What a worker answers to a request: notes while it works, as many as it likes, and then one result or error. */
export type Answer<Result, Note = never> = { readonly id: number } & (
  { readonly note: Note } | { readonly result: Result } | { readonly error: WorkerFailure }
);

/** An error as it crosses threads: its class doesn't survive the way. */
export interface WorkerFailure {
  readonly message: string;
  readonly stack?: string | undefined;
  /** What else there is to a SluiceError. */
  readonly coded?: { readonly code: ErrorCode; readonly faults: readonly Fault[] } | undefined;
}

/** What is sent to a worker. `abort` is answered by the request it names; `close` has no answer but the worker's end. */
export type Request<Payload> =
  | { readonly id: number; readonly payload: Payload }
  | { readonly abort: number }
  | { readonly close: true };

/** What whoever asked does while the worker works. */
export interface Attention<Note> {
  readonly onNote?: ((note: Note) => void) | undefined;
  /** Asks the worker to give up; the request rejects with the signal's reason once it has. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiting<Result, Note> {
  resolve(result: Result): void;
  reject(error: Error): void;
  readonly onNote: ((note: Note) => void) | undefined;
}

/** How long a worker may take to end by itself, which includes the batch that it is at. */
const patienceMs = 10_000;

/** A worker thread that answers requests, and rejects all that are open should it die. */
export class WorkerHandle<Payload, Result, Note = never> {
  private readonly waiting = new Map<number, Waiting<Result, Note>>();
  private readonly worker: Worker;
  private readonly ended: Promise<void>;
  private nextId = 0;
  private death: Error | undefined;

  /**
   * @param entry the worker's source, without its extension, such as `inference/inference-worker`
   * @param beside the URL of the source that `entry` starts at the folder of; this file's unless told otherwise
   */
  constructor(entry: string, beside: string = import.meta.url) {
    this.worker = new Worker(builtFile(`${entry}.js`, beside), { name: entry });
    this.worker.on('message', (answer: Answer<Result, Note>) => this.settle(answer));
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
  async ask(
    payload: Payload,
    moved: ArrayBuffer[] = [],
    { onNote, signal }: Attention<Note> = {},
  ): Promise<Result> {
    signal?.throwIfAborted();
    const id = this.nextId++;
    const abort = (): void => this.worker.postMessage({ abort: id } satisfies Request<Payload>);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await new Promise<Result>((resolve, reject) => {
        if (this.death !== undefined) return reject(this.death);
        this.waiting.set(id, { resolve, reject, onNote });
        this.worker.postMessage({ id, payload } satisfies Request<Payload>, moved);
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the worker in the middle of what it does. Only for work in JavaScript: a native library may be left in disorder. */
  async stop(): Promise<void> {
    await this.worker.terminate();
    await this.ended;
  }

  /** Lets the worker end by itself, so that native sessions are released, and stops it if it doesn't. */
  async close(): Promise<void> {
    this.worker.postMessage({ close: true } satisfies Request<Payload>);
    const timer = setTimeout(() => void this.worker.terminate(), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }

  private settle(answer: Answer<Result, Note>): void {
    const waiting = this.waiting.get(answer.id);
    if ('note' in answer) return waiting?.onNote?.(answer.note);
    this.waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(errorOf(answer.error));
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

const errorOf = ({ message, stack, coded }: WorkerFailure): Error => {
  if (coded !== undefined) return new SluiceError(coded.code, message, { faults: coded.faults });
  const error = new WorkerError(message);
  if (stack !== undefined) error.stack = stack;
  return error;
};
