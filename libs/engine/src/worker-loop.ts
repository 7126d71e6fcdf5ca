import { parentPort } from 'node:worker_threads';
import type { Answer, Request } from './worker-handle.js';

/** What a worker does: its answer, and which of the answer's buffers to move rather than copy. */
export interface Handled<Result> {
  readonly result: Result;
  readonly moved?: ArrayBuffer[];
}

/**
 * The worker's side of a WorkerHandle: answers requests one after another until it is told to close.
 * Errors go to whoever asked, since only they know what the request was about.
 */
export const serveRequests = <Payload, Result>(
  handle: (payload: Payload) => Promise<Handled<Result>>,
  release: () => Promise<void> = async () => undefined,
): void => {
  const port = parentPort;
  if (port === null) throw new Error('This file runs as a worker thread only.');
  let queue = Promise.resolve();
  const answer = async (id: number, payload: Payload): Promise<void> => {
    try {
      const { result, moved } = await handle(payload);
      port.postMessage({ id, result } satisfies Answer<Result>, moved);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ id, error: { message } } satisfies Answer<Result>);
    }
  };
  port.on('message', (request: Request<Payload>) => {
    queue = queue.then(async () => {
      if ('id' in request) return answer(request.id, request.payload);
      await release();
      port.close();
    });
  });
};
