import type { Worker } from 'node:worker_threads';
import { SluiceError } from '@sluice/contracts';
import type { Tensor } from './tensor.js';
import type { LoadedModel, RunCommand, WorkerReport } from './worker-messages.js';

interface Running {
  resolve: (outputs: Tensor[]) => void;
  reject: (error: Error) => void;
}

/** One worker thread, seen from the outside: it loads, then does one thing at a time, until it is closed. */
export class InferenceWorker {
  readonly loaded: Promise<LoadedModel>;
  /** Settles only if the thread ends without having been told to. */
  readonly crashed: Promise<Error>;
  readonly #worker: Worker;
  #running: Running | null = null;
  #through: Promise<unknown> = Promise.resolve();
  #closing = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.crashed = new Promise((resolve) => {
      worker.once('error', (error: unknown) => resolve(asError(error)));
      worker.once('messageerror', (error) => resolve(error));
      worker.once('exit', (code) => {
        if (!this.#closing) resolve(new Error(`the worker thread ended with code ${code}`));
      });
    });
    this.loaded = new Promise((resolve, reject) => {
      worker.once('message', (report: WorkerReport) => {
        if (report.kind === 'loaded') resolve(report.model);
        else if (report.kind === 'refused')
          reject(new SluiceError(report.code, report.message, { faults: report.faults }));
        else reject(new Error(`the worker thread began with a report of kind ${report.kind}`));
        worker.on('message', (next: WorkerReport) => this.#settle(next));
      });
      void this.crashed.then((error) => {
        reject(error);
        this.#running?.reject(
          new SluiceError('unavailable', 'The model stopped while it ran this request.', {
            cause: error,
          }),
        );
        this.#running = null;
      });
    });
    // Whoever starts a worker awaits `loaded`; a crash after that is told by `crashed`.
    this.loaded.catch(() => undefined);
  }

  get idle(): boolean {
    return this.#running === null;
  }

  run(inputs: Tensor[], outputs: string[]): Promise<Tensor[]> {
    if (this.#running !== null) throw new Error('a worker runs one request at a time');
    const outcome = new Promise<Tensor[]>((resolve, reject) => {
      this.#running = { resolve, reject };
      this.#worker.postMessage({ inputs, outputs } satisfies RunCommand);
    });
    this.#through = outcome.catch(() => undefined);
    return outcome;
  }

  /**
   * Ends the thread once it is through with what it does: a runtime that is interrupted in the middle of a call
   * aborts the whole process.
   */
  async close(): Promise<void> {
    await this.loaded.catch(() => undefined);
    await this.#through;
    this.#closing = true;
    await this.#worker.terminate();
  }

  #settle(report: WorkerReport): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    if (report.kind === 'done') running.resolve(report.outputs);
    else if (report.kind === 'failed') {
      running.reject(new SluiceError('internal', `The model failed: ${report.message}`));
    } else {
      running.reject(new Error(`the worker thread answered with a report of kind ${report.kind}`));
    }
  }
}

/** What a thread throws arrives as a copy, which need not be an Error any more. */
const asError = (error: unknown): Error =>
  error instanceof Error
    ? error
    : new Error((error as { message?: string } | null)?.message ?? String(error));
