import { Worker } from 'node:worker_threads';
import { SluiceError } from '@sluice/contracts';
import { InferenceWorker } from './inference-worker.js';
import type { Tensor } from './tensor.js';
import type { LoadedModel, WorkerTask } from './worker-messages.js';

export interface InferenceOptions {
  workers: number;
  /** Runtime threads within a worker. */
  threads: number;
  /** How many requests may wait for a worker; the next one is turned away. */
  queue: number;
  /** From the arrival of a request to its answer, waiting included. */
  timeoutMs: number;
}

/** Something that answers inference requests for one loaded model. */
export interface Predictor {
  readonly model: LoadedModel;
  /** False while no worker could take a request in time. */
  readonly responsive: boolean;
  run(inputs: Tensor[], outputs: string[], abandoned?: AbortSignal): Promise<Tensor[]>;
}

interface Waiting {
  inputs: Tensor[];
  outputs: string[];
  settled: boolean;
  overdue: boolean;
  resolve: (outputs: Tensor[]) => void;
  reject: (error: unknown) => void;
}

const startWorker = (task: WorkerTask): Worker =>
  new Worker(new URL('./inference.worker.js', import.meta.url), {
    workerData: task,
    name: 'inference',
  });

/** A pool of worker threads with the same model, and the bounded queue before them. */
export class InferenceSession implements Predictor {
  readonly crashed: Promise<Error>;
  readonly #workers: readonly InferenceWorker[];
  readonly #options: InferenceOptions;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<Waiting>();
  #dead = false;

  private constructor(
    readonly model: LoadedModel,
    workers: readonly InferenceWorker[],
    options: InferenceOptions,
  ) {
    this.#workers = workers;
    this.#options = options;
    this.crashed = Promise.race(workers.map((worker) => worker.crashed)).then((error) => {
      // A pool that quietly shrinks would be slow for a reason nobody sees: the process ends and is restarted.
      this.#stop();
      return error;
    });
  }

  /**
   * Starts the workers; each loads and verifies the artifact by itself.
   *
   * @throws SluiceError `digest_mismatch` or `invalid_artifact` if the artifact is not to be served
   */
  static async load(
    artifact: Omit<WorkerTask, 'threads'>,
    options: InferenceOptions,
    start: (task: WorkerTask) => Worker = startWorker,
  ): Promise<InferenceSession> {
    const { folder, manifest, digest } = artifact;
    const task: WorkerTask = { folder, manifest, digest, threads: options.threads };
    const workers = Array.from({ length: options.workers }, () => new InferenceWorker(start(task)));
    try {
      const models = await Promise.all(workers.map((worker) => worker.loaded));
      const different = models.find(({ digest }) => digest !== artifact.digest);
      if (different !== undefined) {
        throw new SluiceError(
          'digest_mismatch',
          `A worker loaded ${different.digest}, not ${artifact.digest}.`,
        );
      }
      return new InferenceSession(models[0]!, workers, options);
    } catch (error) {
      await Promise.all(workers.map((worker) => worker.close()));
      throw error;
    }
  }

  get responsive(): boolean {
    const overdue = [...this.#running].filter((running) => running.overdue).length;
    return !this.#dead && overdue < this.#workers.length;
  }

  /** @throws SluiceError `unavailable` if the queue is full, `timed_out`, or `internal` if the model itself fails */
  run(inputs: Tensor[], outputs: string[], abandoned?: AbortSignal): Promise<Tensor[]> {
    if (this.#dead) return Promise.reject(new SluiceError('unavailable', 'The model has stopped.'));
    if (this.#waiting.length >= this.#options.queue && !this.#workers.some(({ idle }) => idle)) {
      return Promise.reject(
        new SluiceError(
          'unavailable',
          `${this.#waiting.length} requests are waiting already; try again later.`,
        ),
      );
    }
    return new Promise((resolve, reject) => {
      const waiting = this.#enqueue(inputs, outputs, resolve, reject);
      abandoned?.addEventListener(
        'abort',
        () => this.#giveUp(waiting, new SluiceError('timed_out', 'The client went away.')),
        {
          once: true,
        },
      );
      this.#dispatch();
    });
  }

  /** True while a thread is inside the runtime, for a request that may long have been answered. */
  get busy(): boolean {
    return this.#workers.some(({ idle }) => !idle);
  }

  /** Ends the workers when they are through with what they run; what still waits is turned away. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  #stop(): void {
    this.#dead = true;
    for (const { reject } of this.#waiting.splice(0))
      reject(new SluiceError('unavailable', 'The model has stopped.'));
  }

  #enqueue(
    inputs: Tensor[],
    outputs: string[],
    resolve: Waiting['resolve'],
    reject: Waiting['reject'],
  ): Waiting {
    const { timeoutMs } = this.#options;
    const timer = setTimeout(() => {
      waiting.overdue = this.#running.has(waiting);
      this.#giveUp(
        waiting,
        new SluiceError('timed_out', `The model did not answer within ${timeoutMs} ms.`),
      );
    }, timeoutMs);
    const settle =
      <T>(how: (value: T) => void) =>
      (value: T) => {
        clearTimeout(timer);
        waiting.settled = true;
        how(value);
      };
    const waiting: Waiting = {
      inputs,
      outputs,
      settled: false,
      overdue: false,
      resolve: settle(resolve),
      reject: settle(reject),
    };
    this.#waiting.push(waiting);
    return waiting;
  }

  /** A waiting request is dropped; a running one cannot be stopped, only no longer waited for. */
  #giveUp(waiting: Waiting, error: SluiceError): void {
    if (waiting.settled) return;
    const index = this.#waiting.indexOf(waiting);
    if (index >= 0) this.#waiting.splice(index, 1);
    waiting.reject(error);
  }

  #dispatch(): void {
    for (const worker of this.#workers) {
      if (!worker.idle) continue;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#running.add(next);
      worker
        .run(next.inputs, next.outputs)
        .then(next.resolve, next.reject)
        .finally(() => {
          this.#running.delete(next);
          this.#dispatch();
        });
    }
  }
}
