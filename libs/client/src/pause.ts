import { setTimeout as delay } from 'node:timers/promises';

/** Waits, or fails at once with the signal's reason when it is aborted. */
export const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
  signal?.throwIfAborted();
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
};
