import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import {
  absoluteValues,
  mergeSketches,
  quantileOfValues,
  signedValues,
  sketchBin,
  sketchErrorOf,
  type ErrorSketch,
  type SketchBins,
} from './error-sketch.js';

const binsOf = (sizes: readonly number[]): SketchBins => {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(sketchBin(size), (counts.get(sketchBin(size)) ?? 0) + 1);
  const bins = [...counts.keys()].sort((a, b) => a - b);
  return { bins, masses: bins.map((bin) => counts.get(bin) as number) };
};

const sketchOf = (errors: readonly number[]): ErrorSketch => ({
  zero: errors.filter((error) => error === 0).length,
  positive: binsOf(errors.filter((error) => error > 0)),
  negative: binsOf(errors.filter((error) => error < 0).map((error) => -error)),
});

/** The smallest error up to and including which lies such a share of all. */
const quantileOf = (errors: readonly number[], share: number): number =>
  errors.toSorted((a, b) => a - b)[
    Math.max(0, Math.ceil(share * errors.length - 1e-9) - 1)
  ] as number;

describe('the sketch of errors', () => {
  it('has quantiles within the bound that it states, of many rows and merged', () => {
    const random = seededRandom([6]);
    const errors = Array.from({ length: 20_000 }, () =>
      random() < 0.02 ? 0 : (random() - 0.4) * 10 ** (8 * random() - 4),
    );
    const parts = [errors.slice(0, 3000), errors.slice(3000, 11_000), errors.slice(11_000)];
    const merged = mergeSketches(parts.map(sketchOf));
    expect(merged).toEqual(sketchOf(errors));
    for (const share of [0.01, 0.1, 0.35, 0.5, 0.77, 0.9, 0.999]) {
      const signed = quantileOfValues(signedValues(merged), share);
      const absolute = quantileOfValues(absoluteValues(merged), share);
      for (const [found, exact] of [
        [signed, quantileOf(errors, share)],
        [absolute, quantileOf(errors.map(Math.abs), share)],
      ] as const) {
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(sketchErrorOf(found) * (1 + 1e-9));
        expect(sketchErrorOf(found)).toBeLessThanOrEqual(0.00503 * Math.abs(found));
      }
    }
  });
});
