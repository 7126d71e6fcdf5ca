import { describe, expect, it } from '@jest/globals';
import { multinomialBootstrap, drawMultinomial } from '../multinomial-bootstrap.js';
import { seededRandom, type Random } from '../random.js';
import type { Estimate } from '../estimate.js';
import type { CategoryCounts } from './category-test.js';
import { kolmogorovInterval } from './kolmogorov-interval.js';
import { totalVariationInterval } from './total-variation-interval.js';
import { twoSamples } from './two-samples.js';

/** Enough for a rate of 5% to be known to ±0.9%; the figures in the docstrings are from 2,000. */
const runs = 600;
const sizes = [
  [50, 50],
  [1000, 100_000],
  [100_000, 100_000],
] as const;

interface Rates {
  /** How often the lower limit was above the truth. */
  readonly above: number;
  readonly covered: number;
}

const simulate = (draw: () => Estimate, truth: number): Rates => {
  let [above, covered] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const { lower, upper } = draw().interval;
    if (lower > truth) above += 1;
    if (lower <= truth && truth <= upper) covered += 1;
  }
  return { above: above / runs, covered: covered / runs };
};

/** `share` of the rows moved from the first half of the cells to the second. */
const shifted = (cells: number, share: number): number[] =>
  Array.from({ length: cells }, (_, cell) =>
    cell < Math.floor(cells / 2)
      ? 1 / cells - share / Math.floor(cells / 2)
      : 1 / cells + share / Math.ceil(cells / 2),
  );

const drawPair = (
  [n, m]: readonly [number, number],
  cells: number,
  share: number,
  random: Random,
): CategoryCounts => ({
  reference: drawMultinomial(n, shifted(cells, 0), random),
  current: drawMultinomial(m, shifted(cells, share), random),
});

const atoms = 30;
const values = Float64Array.from({ length: atoms }, (_, index) => index);
const gridInterval = (size: readonly [number, number], share: number, random: Random) => () => {
  const { reference, current } = drawPair(size, atoms, share, random);
  return kolmogorovInterval({
    values,
    reference: Float64Array.from(reference),
    current: Float64Array.from(current),
  })!;
};

describe('kolmogorovInterval', () => {
  it.each(sizes)(
    'rarely alarms without a shift: %d against %d rows',
    (n, m) => {
      const rates = simulate(gridInterval([n, m], 0, seededRandom([n, m])), 0);
      expect(rates.above).toBeLessThan(0.05);
      expect(rates.covered).toBeGreaterThan(0.95);
    },
    120_000,
  );

  it('rarely alarms without a shift of values that are all different', () => {
    const random = seededRandom([50]);
    const sample = () => Float64Array.from({ length: 50 }, random);
    const rates = simulate(() => kolmogorovInterval(twoSamples(sample(), sample()))!, 0);
    expect(rates.above).toBeLessThan(0.05);
  }, 120_000);

  it.each(sizes)(
    'contains a shift of 0.1: %d against %d rows',
    (n, m) => {
      const rates = simulate(gridInterval([n, m], 0.1, seededRandom([n, m, 1])), 0.1);
      expect(rates.covered).toBeGreaterThan(0.95);
      expect(rates.above).toBeLessThan(0.025);
    },
    120_000,
  );

  it('finds a shift of 0.2 of 1,000 rows to exceed 0.1', () => {
    const random = seededRandom([7]);
    const found = Array.from({ length: 200 }, gridInterval([1000, 1000], 0.2, random));
    const share = found.filter(({ interval }) => interval.lower > 0.1).length / 200;
    expect(share).toBeGreaterThan(0.9);
  });

  it('contains 0 of equal samples, which a percentile bootstrap never does', () => {
    const counts = new Float64Array(atoms).fill(30);
    const same = { values, reference: counts, current: counts };
    expect(kolmogorovInterval(same)).toMatchObject({ estimate: 0, interval: { lower: 0 } });
    const distance = (table: readonly number[]): number => {
      const half = (from: number) => Float64Array.from(table.slice(from, from + atoms));
      return kolmogorovInterval({ values, reference: half(0), current: half(atoms) })!.estimate;
    };
    const { interval } = multinomialBootstrap([...counts, ...counts], distance, {
      random: seededRandom([3]),
      range: [0, 1],
      replicates: 200,
    });
    expect(interval.lower).toBeGreaterThan(0);
  });

  it('has its ends, its level and its refusals', () => {
    const apart = twoSamples(
      new Float64Array(2000).fill(-Infinity),
      new Float64Array(2000).fill(1),
    );
    expect(kolmogorovInterval(apart)).toMatchObject({ estimate: 1, interval: { upper: 1 } });
    const width = (level: number) => kolmogorovInterval(apart, { level })!.interval.lower;
    expect(width(0.99)).toBeLessThan(width(0.9));
    expect(kolmogorovInterval(twoSamples(new Float64Array(0), new Float64Array(2)))).toBeNull();
    expect(() => kolmogorovInterval(apart, { level: 1 })).toThrow(RangeError);
  });
});

describe('totalVariationInterval', () => {
  const cases = sizes.flatMap(([n, m]) => [2, 3, 8, 40].map((cells) => ({ n, m, cells })));

  it.each(cases)(
    'rarely alarms without a shift: $n against $m rows, $cells categories',
    (c) => {
      const random = seededRandom([c.n, c.m, c.cells]);
      const rates = simulate(
        () => totalVariationInterval(drawPair([c.n, c.m], c.cells, 0, random))!,
        0,
      );
      expect(rates.above).toBeLessThan(0.065);
      expect(rates.covered).toBeGreaterThan(0.935);
    },
    120_000,
  );

  it.each(cases)(
    'contains a shift of 0.1: $n against $m rows, $cells categories',
    (c) => {
      const random = seededRandom([c.n, c.m, c.cells, 1]);
      const rates = simulate(
        () => totalVariationInterval(drawPair([c.n, c.m], c.cells, 0.1, random))!,
        0.1,
      );
      expect(rates.covered).toBeGreaterThan(0.935);
    },
    120_000,
  );

  it('says nothing of rows that each have a category of their own', () => {
    const random = seededRandom([4]);
    const codes = (): Map<number, number> => {
      const counts = new Map<number, number>();
      for (let row = 0; row < 2000; row += 1) {
        const code = Math.floor(random() * 1e7);
        counts.set(code, (counts.get(code) ?? 0) + 1);
      }
      return counts;
    };
    const [a, b] = [codes(), codes()];
    const all = [...new Set([...a.keys(), ...b.keys()])];
    const { estimate, interval } = totalVariationInterval({
      reference: all.map((code) => a.get(code) ?? 0),
      current: all.map((code) => b.get(code) ?? 0),
    })!;
    expect(estimate).toBeGreaterThan(0.99);
    expect(interval.lower).toBe(0);
  });

  it('contains 0 of equal samples, and has its ends', () => {
    for (const cells of [1, 2, 3, 40]) {
      const counts = new Array<number>(cells).fill(30);
      const same = totalVariationInterval({ reference: counts, current: counts })!;
      expect(same).toMatchObject({ estimate: 0, interval: { lower: 0 } });
      expect(same.interval.upper).toBeGreaterThan(0);
    }
    const apart = totalVariationInterval({ reference: [900, 0], current: [0, 900] })!;
    expect(apart).toMatchObject({ estimate: 1, interval: { method: 'newcombe' } });
    expect(apart.interval.upper).toBeLessThanOrEqual(1);
    expect(totalVariationInterval({ reference: [0, 0], current: [0, 9] })).toBeNull();
    const three = { reference: [1, 2, 3], current: [1, 2, 3] };
    expect(() => totalVariationInterval(three, { level: 0 })).toThrow(RangeError);
  });

  it('finds a shift of 0.3 of 1,000 rows to exceed 0.1', () => {
    const random = seededRandom([8]);
    const found = Array.from({ length: 200 }, () =>
      totalVariationInterval(drawPair([1000, 1000], 6, 0.3, random))!,
    );
    const share = found.filter(({ interval }) => interval.lower > 0.1).length / 200;
    expect(share).toBeGreaterThan(0.95);
  });
});
