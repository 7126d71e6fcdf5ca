import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { inOrder } from './in-order.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number;
}

/** Later items are done earlier. */
const patience = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await setImmediate();
};

describe('results in order', () => {
  it('are taken in the order of the items, however long each takes', async () => {
    const taken: [number, number][] = [];
    const work = async (item: number): Promise<number> => {
      await patience(10 - item);
      return item * item;
    };
    await inOrder(numbers(10), 3, work, (item, result) => void taken.push([item, result]));
    expect(taken).toEqual(Array.from({ length: 10 }, (_, item) => [item, item * item]));
  });

  it('come from no more work at once than was asked for, and no less', async () => {
    let open = 0;
    let most = 0;
    const work = async (item: number): Promise<void> => {
      most = Math.max(most, (open += 1));
      await patience(10 + (item % 3));
      open -= 1;
    };
    await inOrder(numbers(20), 4, work, () => undefined);
    expect(most).toBe(4);
  });

  it('end at the first failure in that order, though a later one was earlier', async () => {
    const taken: number[] = [];
    const work = async (item: number): Promise<void> => {
      await patience(item === 2 ? 5 : 0);
      if (item >= 2) throw new Error(`item ${item}`);
    };
    const done = inOrder(numbers(9), 4, work, (item) => void taken.push(item));
    await expect(done).rejects.toThrow('item 2');
    expect(taken).toEqual([0, 1]);
  });

  it('of no items are none', async () => {
    await inOrder(numbers(0), 2, fail, fail);
  });
});

const fail = (): never => {
  throw new Error('There was nothing to work on.');
};
