import type { WorkerHandle } from './worker-handle.js';

/** Whoever answers requests, in a thread or without one. */
export type Answering<Payload, Result> = Pick<WorkerHandle<Payload, Result>, 'ask' | 'close'>;

/** Answers requests in the thread that asks: for work so short that a thread would take longer to start. */
export class HereHandle<Payload, Result> implements Answering<Payload, Result> {
  /** @param release gives back what answering took */
  constructor(
    private readonly answer: (payload: Payload) => Result,
    private readonly release: () => void = () => undefined,
  ) {}

  async ask(payload: Payload): Promise<Result> {
    return this.answer(payload);
  }

  async close(): Promise<void> {
    this.release();
  }
}

/** Rows that are counted and ranked sooner than two threads start: a few milliseconds. */
export const mostRowsHere = 16_384;
