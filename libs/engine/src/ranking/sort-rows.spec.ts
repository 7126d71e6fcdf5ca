import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { KernelMemory } from './kernels.js';
import { ScoreSorter } from './sort-rows.js';

/** Rows in the order in which they are handed out, and how often. */
const sorted = (scores: Float64Array) => {
  const sorter = new ScoreSorter(new KernelMemory(), scores.length);
  sorter.rows.scores.set(scores);
  sorter.rows.cells.set(scores.map((_, row) => row));
  const [found, rows]: [number[], number[]] = [[], []];
  let calls = 0;
  sorter.inOrder(scores.length, (own, from, to) => {
    calls += 1;
    for (let row = from; row < to; row += 1) {
      found.push(own.scores[row] as number);
      rows.push(own.cells[row] as number);
    }
  });
  return { found: Float64Array.from(found), rows, calls };
};

describe('scores in order', () => {
  const random = seededRandom([7]);
  it.each<[string, number, () => number]>([
    ['none', 0, random],
    ['one', 1, random],
    ['few', 24, random],
    ['more than are moved one by one', 25, random],
    ['many', 150_000, random],
    ['many of a few values', 150_000, () => Math.floor(random() * 5) / 5],
    ['all the same', 150_000, () => 0.5],
    ['the smallest numbers that there are', 70_000, () => 5e-324 * Math.floor(random() * 1e5)],
    ['of every size', 150_000, () => 2 ** -Math.floor(random() * 1070)],
    [
      'of every size beside a large one',
      70_000,
      () => (random() < 1e-4 ? 1e300 : 2 ** (-50 * Math.floor(random() * 21)) * random()),
    ],
    ['below 0, too', 70_000, () => random() - 0.5],
  ])('%s', (_what, count, draw) => {
    const scores = Float64Array.from({ length: count }, draw);
    const { found, rows, calls } = sorted(scores);
    expect(found).toEqual(scores.toSorted());
    // Each row once, with its own score.
    expect(new Set(rows).size).toBe(count);
    expect(rows.every((row, at) => scores[row] === found[at])).toBe(true);
    // Rows that fit the caches come at once.
    if (count <= 65_536) expect(calls).toBe(count === 0 ? 0 : 1);
  });
});
