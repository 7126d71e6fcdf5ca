import { parentPort } from 'node:worker_threads';
import type { SluiceError } from '@sluice/contracts';
import type { Answer, Request, WorkerFailure } from './worker-handle.js';

/** What a worker does: its answer, and which of the answer's buffers to move rather than copy. */
export interface Handled<Result> {
  readonly result: Result;
  readonly moved?: ArrayBuffer[];
}

/** What a request's handler may do while it works. */
export interface Asked<Note> {
  /** Tells whoever asked how things stand. */
  tell(note: Note): void;
  /** Aborted when whoever asked no longer wants the answer. */
  readonly signal: AbortSignal;
}

/**
 * The worker's side of a WorkerHandle: answers requests one after another until it is told to close.
 * Errors go to whoever asked, since only they know what the request was about.
 */
export const serveRequests = <Payload, Result, Note = never>(
  handle: (payload: Payload, asked: Asked<Note>) => Promise<Handled<Result>>,
  release: () => Promise<void> = async () => undefined,
): void => {
  const port = parentPort;
  if (port === null) throw new Error('This file runs as a worker thread only.');
  let queue = Promise.resolve();
  const aborts = new Map<number, AbortController>();
  const answer = async (id: number, payload: Payload, signal: AbortSignal): Promise<void> => {
    const tell = (note: Note): void =>
      port.postMessage({ id, note } satisfies Answer<Result, Note>);
    try {
      signal.throwIfAborted();
      const { result, moved } = await handle(payload, { tell, signal });
      port.postMessage({ id, result } satisfies Answer<Result, Note>, moved);
    } catch (error) {
      port.postMessage({ id, error: failureOf(error) } satisfies Answer<Result, Note>);
    } finally {
      aborts.delete(id);
    }
  };
  port.on('message', (request: Request<Payload>) => {
    if ('abort' in request) return aborts.get(request.abort)?.abort();
    const abort = new AbortController();
    if ('id' in request) aborts.set(request.id, abort);
    queue = queue.then(async () => {
      if ('id' in request) return answer(request.id, request.payload, abort.signal);
      await release();
      port.close();
    });
  });
};

const failureOf = (error: unknown): WorkerFailure =>
  error instanceof Error
    ? {
        message: error.message,
        stack: error.stack,
        coded: isCoded(error) ? { code: error.code, faults: error.faults } : undefined,
      }
    : { message: String(error) };

/** By its parts and not its class: threads that only count start several times as fast without the contracts. */
const isCoded = (error: Error): error is SluiceError => 'code' in error && 'faults' in error;
