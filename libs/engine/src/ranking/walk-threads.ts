import { WorkerHandle } from '../worker-handle.js';
import type { WalkAnswer, WalkRequest } from './walk-worker.js';

export type WalkThread = WorkerHandle<WalkRequest, WalkAnswer>;

/** More threads would wait for the one that reads. */
const usual = 2;

/** Threads that rank. They take a while to start, which is best done while there is nothing to rank yet. */
export class WalkThreads {
  private started: readonly WalkThread[] | undefined;
  private closed: Promise<void> | undefined;

  constructor(private readonly count = usual) {}

  get all(): readonly WalkThread[] {
    return this.start();
  }

  /** Starts them, unless they are started. */
  start(): readonly WalkThread[] {
    return (this.started ??= Array.from(
      { length: this.count },
      () => new WorkerHandle('ranking/walk-worker'),
    ));
  }

  /** May be called while there is other work, and again to wait for the end. */
  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    await Promise.all((this.started ?? []).map((thread) => thread.close()));
  }
}
