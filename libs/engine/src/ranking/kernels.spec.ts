import { describe, expect, it } from '@jest/globals';
import { borrowMemory, giveBack, workIn } from './kernels.js';

describe('a memory for kernels', () => {
  it('is used again, with nothing in it', () => {
    const first = borrowMemory();
    const place = first.float64([1, 2, 3]).byteOffset;
    // Room that was never asked for by its length, such as that of rows to come.
    first.growTo(200_000);
    new Uint8Array(first.shared).fill(7, 150_000);
    giveBack(first);
    workIn((again) => {
      expect(again).toBe(first);
      expect([...again.float64(30_000)].every((value) => value === 0)).toBe(true);
      expect(place).toBeGreaterThan(0);
    });
  });

  it('is given back when work in it fails', () => {
    const fail = () =>
      workIn((memory) => {
        throw new Error(String(memory.take(8)));
      });
    expect(fail).toThrow('1024');
    expect(fail).toThrow('1024');
  });

  it('is not kept when it is large', () => {
    const large = borrowMemory();
    large.take(2 ** 25);
    giveBack(large);
    workIn((memory) => expect(memory).not.toBe(large));
  });

  it('has views that stay valid as it grows', () => {
    workIn((memory) => {
      const early = memory.uint32([1, 2, 3]);
      const late = memory.float64(1_000_000);
      late.fill(0.5);
      expect([...early]).toEqual([1, 2, 3]);
      expect(late.buffer).not.toBe(early.buffer);
    });
  });
});
