import { HereHandle, mostRowsHere, type Answering } from '../here-handle.js';
import { WorkerHandle } from '../worker-handle.js';
import { WalkAnswers, type WalkAnswer, type WalkRequest } from './walk-answers.js';

export type WalkThread = Answering<WalkRequest, WalkAnswer>;

/** More threads would wait for the one that reads. */
const usual = 2;

/** Threads that rank. They take a while to start, which is best done while there is nothing to rank yet. */
export class WalkThreads {
  private started: readonly WalkThread[] | undefined;
  private closed: Promise<void> | undefined;
  private here: WalkThread | undefined;

  /** @param count how many, however few the rows are; else two, and for a few rows none but the one that asks */
  constructor(private readonly count?: number) {}

  /** Those that rank so many rows. */
  of(rows: number): readonly WalkThread[] {
    const isShort = this.count === undefined && this.started === undefined && rows <= mostRowsHere;
    if (!isShort) return this.start();
    const answers = new WalkAnswers();
    this.here ??= new HereHandle(
      (request: WalkRequest) => answers.answer(request),
      () => answers.close(),
    );
    return [this.here];
  }

  /** Starts them, unless they are started. */
  start(): readonly WalkThread[] {
    return (this.started ??= Array.from(
      { length: this.count ?? usual },
      () => new WorkerHandle<WalkRequest, WalkAnswer>('ranking/walk-worker'),
    ));
  }

  /** May be called while there is other work, and again to wait for the end. */
  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    await this.here?.close();
    await Promise.all((this.started ?? []).map((thread) => thread.close()));
  }
}
