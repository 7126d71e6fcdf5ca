import { describe, expect, it } from '@jest/globals';
import { drawBinomial } from './binomial.js';
import { seededRandom } from './random.js';

/** The binomial probabilities by their recurrence, in logarithms, from the mode outwards. */
const probabilities = (n: number, p: number): number[] => {
  const logs = [n * Math.log1p(-p)];
  for (let k = 1; k <= n; k += 1)
    logs.push((logs[k - 1] as number) + Math.log(((n - k + 1) / k) * (p / (1 - p))));
  return logs.map((log) => Math.exp(log));
};

describe('drawBinomial', () => {
  it.each([
    [5, 0.3],
    [30, 0.1],
    [40, 0.5],
    [25, 0.9],
    [300, 0.2],
    [1000, 0.03],
  ])('has the binomial distribution, n = %d and p = %d', (n, p) => {
    const random = seededRandom([n, Math.round(p * 1000)]);
    const draws = 40_000;
    const seen = new Array<number>(n + 1).fill(0);
    for (let i = 0; i < draws; i += 1) seen[drawBinomial(n, p, random)]! += 1;
    // Cells expected below 20 are pooled, as the χ² approximation wants.
    let [chiSquare, cells, rareSeen, rareExpected] = [0, 0, 0, 0];
    probabilities(n, p).forEach((probability, k) => {
      const expected = probability * draws;
      if (expected < 20) {
        rareSeen += seen[k] as number;
        rareExpected += expected;
      } else {
        cells += 1;
        chiSquare += ((seen[k] as number) - expected) ** 2 / expected;
      }
    });
    if (rareExpected > 5) chiSquare += (rareSeen - rareExpected) ** 2 / rareExpected;
    // Five standard deviations of χ²: about one seed in a million.
    expect(chiSquare).toBeLessThan(cells + 5 * Math.sqrt(2 * cells) + 5);
  });

  it('keeps mean and variance at ten million trials', () => {
    const random = seededRandom([1]);
    const [n, p, draws] = [1e7, 0.37, 4000];
    const z = Array.from(
      { length: draws },
      () => (drawBinomial(n, p, random) - n * p) / Math.sqrt(n * p * (1 - p)),
    );
    const mean = z.reduce((a, b) => a + b, 0) / draws;
    const variance = z.reduce((a, b) => a + (b - mean) ** 2, 0) / draws;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(draws));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
  });

  it('is certain at p = 0 and 1, and refuses what has no distribution', () => {
    const random = seededRandom([2]);
    expect([drawBinomial(9, 0, random), drawBinomial(9, 1, random)]).toEqual([0, 9]);
    expect(drawBinomial(0, 0.5, random)).toBe(0);
    for (const [n, p] of [
      [-1, 0.5],
      [1.5, 0.5],
      [3, 1.1],
      [3, NaN],
    ] as const)
      expect(() => drawBinomial(n, p, random)).toThrow(RangeError);
  });
});
