import { parentPort } from 'node:worker_threads';
import { NotAVerdict, readCompleted, type CompletedVerdict } from './read-completed.js';

/** What the thread is asked: bytes to read. */
export interface ReadRequest {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** What it answers. An error's class doesn't survive the way between threads. */
export type ReadAnswer = { readonly id: number } & (
  | { readonly completed: CompletedVerdict }
  | { readonly error: { readonly message: string; readonly notAVerdict: boolean } }
);

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');

const answerTo = ({ id, bytes }: ReadRequest): ReadAnswer => {
  try {
    return { id, completed: readCompleted(bytes) };
  } catch (error) {
    const notAVerdict = error instanceof NotAVerdict;
    return { id, error: { message: (error as Error).message, notAVerdict } };
  }
};

port.on('message', (request: ReadRequest) => port.postMessage(answerTo(request)));
