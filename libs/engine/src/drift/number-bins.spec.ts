import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { BinFinder, neighbour, quantileBins } from './number-bins.js';

const rows = 20_000;
const random = seededRandom([11]);
const drawn = (draw: (u: number, row: number) => number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => draw(random(), row));

const samples: Record<string, Float64Array> = {
  even: drawn((u) => 100 * u),
  'heavy-tailed': drawn((u) => Math.exp(20 * u)),
  'of both signs': drawn((u) => Math.tan(Math.PI * (u - 0.5))),
  'far from 0': drawn((u) => 1e9 + u),
  'with a spike': drawn((u, row) => (row % 3 === 0 ? 0 : u - 0.2)),
  'one value': drawn(() => 7),
  'two values': drawn((_, row) => (row % 2 === 0 ? -1 : 1)),
  tiny: drawn((u) => u * Number.MIN_VALUE * 100),
  huge: drawn((u) => (u - 0.5) * Number.MAX_VALUE * 1.9),
  'with infinities': drawn((u, row) => (row % 5 === 0 ? Infinity : row % 7 === 0 ? -Infinity : u)),
};

/** By looking at every edge. */
const plainBin = (upper: Float64Array, value: number): number =>
  upper.findIndex((edge) => value <= edge);

describe.each(Object.entries(samples))('bins of values that are %s', (_name, sample) => {
  const bins = quantileBins(sample.slice());

  it('ascend, end at ∞, and hold about as many sampled rows each unless it is one value', () => {
    const { upper, single } = bins;
    expect(upper.at(-1)).toBe(Infinity);
    upper.forEach((edge, bin) => {
      if (bin > 0) expect(edge).toBeGreaterThan(upper[bin - 1] as number);
    });
    const [counts, sums] = [new Float64Array(upper.length), new Float64Array(upper.length)];
    new BinFinder(upper).addAll(sample, counts, sums);
    counts.forEach((count, bin) => {
      const infinite = bin === 0 || bin === upper.length - 1;
      if (single[bin] === 0 && !infinite) expect(count).toBeLessThanOrEqual(rows / 1000);
    });
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(rows);
  });

  it('are found as by looking at every edge, and at both sides of each', () => {
    const { upper } = bins;
    const finite = upper.filter(Number.isFinite);
    const values = Float64Array.from([
      ...sample.subarray(0, 500),
      ...finite.slice(0, 300),
      ...finite.slice(-300),
      ...[...finite.slice(0, 300)].flatMap((edge) => [neighbour(edge, -1), neighbour(edge, 1)]),
      ...[0, -0, 1e-300, -1e300, 1e300, Infinity, -Infinity],
    ]);
    const finder = new BinFinder(upper);
    const found = [...values].map((value) => {
      const counts = new Float64Array(upper.length);
      finder.addAll(Float64Array.of(value), counts, new Float64Array(upper.length));
      return counts.indexOf(1);
    });
    expect(found).toEqual([...values].map((value) => plainBin(upper, value)));
  });
});

describe('BinFinder', () => {
  it('counts NaN, and gives it no bin', () => {
    const finder = new BinFinder(Float64Array.of(1, 2, Infinity));
    const [counts, sums] = [new Float64Array(3), new Float64Array(3)];
    expect(finder.addAll(Float64Array.of(NaN, 1.5, NaN), counts, sums)).toBe(2);
    expect([[...counts], [...sums]]).toEqual([
      [0, 1, 0],
      [0, 1.5, 0],
    ]);
  });
});

describe('neighbour', () => {
  it('is the next double', () => {
    expect(neighbour(1, 1)).toBe(1 + Number.EPSILON);
    expect(neighbour(1, -1)).toBe(1 - Number.EPSILON / 2);
    expect(neighbour(-1, 1)).toBe(-1 + Number.EPSILON / 2);
    expect(neighbour(0, -1)).toBe(-Number.MIN_VALUE);
    expect(neighbour(Number.MIN_VALUE, -1)).toBe(0);
    expect(neighbour(Number.MAX_VALUE, 1)).toBe(Infinity);
  });
});
