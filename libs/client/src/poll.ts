import { SluiceError } from '@sluice/contracts';
import { pause } from './pause.js';

export interface WaitOptions<T> {
  /** How long to wait for the end; 20 minutes unless said otherwise. */
  timeoutMs?: number;
  /** Called at the start and whenever the state or the progress has changed. */
  onProgress?: (current: T) => void;
  signal?: AbortSignal;
}

interface Poll<T> extends WaitOptions<T> {
  /** Reads the current state. It may retry for as long as it is told is left. */
  read: (leftMs: number) => Promise<T>;
  isDone: (current: T) => boolean;
  /** What must differ for `onProgress` to be called. */
  progressOf: (current: T) => unknown;
  /** What to say when the time is over, such as `Evaluation 7 was still at “counting”`. */
  unfinished: (last: T) => string;
}

const defaultTimeoutMs = 20 * 60_000;
/** Short at first, since small models take a second; then gentle, since large ones take many minutes. */
const firstIntervalMs = 200;
const longestIntervalMs = 2_000;

/**
 * Reads until the thing is done. A server that restarts in the middle is waited for like anything else,
 * until the time is over.
 *
 * @throws SluiceError `timed_out`, or why it could not be read at the end
 */
export const poll = async <T>(options: Poll<T>): Promise<T> => {
  const { timeoutMs = defaultTimeoutMs, signal, onProgress } = options;
  const deadline = performance.now() + timeoutMs;
  let reported: string | undefined;
  for (let intervalMs = firstIntervalMs; ; intervalMs *= 1.5) {
    const current = await options.read(Math.max(0, deadline - performance.now()));
    const progress = JSON.stringify(options.progressOf(current));
    if (progress !== reported) onProgress?.(current);
    reported = progress;
    if (options.isDone(current)) return current;
    const waitMs = Math.min(intervalMs, longestIntervalMs);
    if (performance.now() + waitMs > deadline) {
      const waited = Math.round(timeoutMs / 1000);
      throw new SluiceError('timed_out', `${options.unfinished(current)} after ${waited} s.`);
    }
    await pause(waitMs, signal);
  }
};
