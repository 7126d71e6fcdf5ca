import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Turnstile } from './turnstile.js';

describe('a turnstile', () => {
  it('lets through as many as may, in order, and goes on after a failure', async () => {
    const turnstile = new Turnstile(2);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, (_, index) =>
        turnstile.pass(async () => {
          order.push(index);
          inside += 1;
          most = Math.max(most, inside);
          await pause(2);
          inside -= 1;
          if (index % 3 === 0) throw new Error('failed');
          return index;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    expect(await turnstile.pass(async () => 'open')).toBe('open');
  });
});
