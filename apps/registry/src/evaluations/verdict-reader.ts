import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { UnreadableMessage } from '@sluice/platform';
import type { CompletedVerdict } from './read-completed.js';
import type { ReadAnswer, ReadRequest } from './verdict.worker.js';

interface Waiting {
  resolve(completed: CompletedVerdict): void;
  reject(error: Error): void;
}

/**
 * Reads verdicts in a thread, so that one of megabytes holds up no request. The thread starts with the first verdict;
 * after one that it died of, another starts with the next.
 */
@Injectable()
export class VerdictReader implements OnApplicationShutdown {
  private readonly waiting = new Map<number, Waiting>();
  private thread: Worker | undefined;
  private nextId = 0;

  /**
   * @param bytes what `evaluationCompletedSchema` describes, as JSON in UTF-8
   * @throws UnreadableMessage when it is anything but a verdict; Error when the thread died
   */
  read(bytes: Uint8Array): Promise<CompletedVerdict> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.thread ??= this.start();
      this.waiting.set(id, { resolve, reject });
      this.thread.postMessage({ id, bytes } satisfies ReadRequest);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.thread?.terminate();
  }

  private start(): Worker {
    const thread = new Worker(entry, { name: 'verdict' });
    // What keeps the process alive is that it serves.
    thread.unref();
    thread.on('message', (answer: ReadAnswer) => this.settle(answer));
    thread.on('error', (cause) =>
      this.die(
        thread,
        new Error(`The thread failed that reads verdicts: ${cause.message}`, { cause }),
      ),
    );
    thread.on('exit', () => this.die(thread, new Error('The thread ended that reads verdicts.')));
    return thread;
  }

  private settle(answer: ReadAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('completed' in answer) return waiting?.resolve(answer.completed);
    const { message, notAVerdict } = answer.error;
    waiting?.reject(
      notAVerdict ? new UnreadableMessage(`not a verdict: ${message}`) : new Error(message),
    );
  }

  private die(thread: Worker, error: Error): void {
    // One that failed also ends, and another may have started between.
    if (this.thread !== thread) return;
    this.thread = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** Threads run JavaScript only: from sources, as in tests, the entry is that of the build. */
const entry = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../dist/evaluations/verdict.worker.js'
    : './verdict.worker.js',
  import.meta.url,
);
