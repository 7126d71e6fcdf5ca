import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds; false if it does not within the limit, in milliseconds. */
export async function until(condition: () => boolean, limit: number): Promise<boolean> {
  const deadline = Date.now() + limit;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
