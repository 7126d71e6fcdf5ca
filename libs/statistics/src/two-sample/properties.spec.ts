import { describe, expect, it } from '@jest/globals';
import { seededRandom, type Random } from '../random.js';
import { andersonDarling } from './anderson-darling.js';
import { evidentlyBins } from './binned-samples.js';
import { chiSquareAgainstReference, chiSquareHomogeneity } from './chi-square.js';
import { cramerVonMises } from './cramer-von-mises.js';
import { energyDistance } from './energy-distance.js';
import { eppsSingleton } from './epps-singleton.js';
import { gAgainstReference, gHomogeneity } from './g-test.js';
import { hellinger } from './hellinger.js';
import { jensenShannon } from './jensen-shannon.js';
import { kolmogorovInterval } from './kolmogorov-interval.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { kullbackLeibler } from './kullback-leibler.js';
import { mannWhitney } from './mann-whitney.js';
import { numericDiscrepancy } from './numeric-discrepancy.js';
import { populationStabilityIndex } from './population-stability-index.js';
import { studentT } from './student-t.js';
import { totalVariation, totalVariationTest } from './total-variation.js';
import { twoCategorySamples } from './two-category-samples.js';
import { sampleSizes, twoSamples, type TwoSamples } from './two-samples.js';
import { wasserstein } from './wasserstein.js';

interface Figure {
  /** What must be the same; null when undefined. */
  readonly value: number | null;
  readonly pValue?: number | null;
}

interface Kernel {
  readonly figure: (samples: TwoSamples) => Figure;
  /** −1: swapping the samples changes the sign; 0: it changes the figure. */
  readonly swap: 1 | -1 | 0;
  /** What x → x + c and x → c x (c > 0) do: multiply the figure by c to this power, or null: something else. */
  readonly shift: boolean;
  readonly scale: number | null;
  /** Whether any increasing transformation leaves the figure as it is. */
  readonly ranks: boolean;
}

const tested = (
  test: (samples: TwoSamples) => { statistic: number | null; pValue: number | null },
) => {
  return (samples: TwoSamples): Figure => {
    const { statistic, pValue } = test(samples);
    return { value: statistic, pValue };
  };
};
const measured =
  (distance: (samples: TwoSamples) => { distance: number | null }) =>
  (samples: TwoSamples): Figure => ({ value: distance(samples).distance });

const byValue = (samples: TwoSamples) => ({
  reference: [...samples.reference],
  current: [...samples.current],
});
const free = { shift: true, scale: 0, ranks: true } as const;

/** Every kernel of two samples, and what it is invariant under. */
const kernels: Record<string, Kernel> = {
  kolmogorovSmirnov: { figure: tested(kolmogorovSmirnov), swap: 1, ...free },
  kolmogorovInterval: {
    figure: (samples) => ({ value: kolmogorovInterval(samples)!.interval.upper }),
    swap: 1,
    ...free,
  },
  andersonDarling: { figure: tested(andersonDarling), swap: 1, ...free },
  cramerVonMises: { figure: tested(cramerVonMises), swap: 1, ...free },
  welch: { figure: tested(studentT), swap: -1, shift: true, scale: 0, ranks: false },
  eppsSingleton: { figure: tested(eppsSingleton), swap: 1, shift: true, scale: 0, ranks: false },
  mannWhitney: {
    // U − nm/2, which changes its sign.
    figure: (samples) => {
      const { statistic, pValue, n } = mannWhitney(samples);
      return { value: statistic! - (n.reference * n.current) / 2, pValue };
    },
    swap: -1,
    ...free,
  },
  wasserstein: { figure: measured(wasserstein), swap: 1, shift: true, scale: 1, ranks: false },
  wassersteinNormalised: {
    figure: measured((samples) => wasserstein(samples, { normalised: true })),
    swap: 0,
    shift: true,
    scale: 0,
    ranks: false,
  },
  energyDistance: {
    figure: measured(energyDistance),
    swap: 1,
    shift: true,
    scale: 0.5,
    ranks: false,
  },
  discrepancy: {
    figure: tested((samples) =>
      numericDiscrepancy(samples, { random: seededRandom([1]), permutations: 19 }),
    ),
    swap: 0,
    shift: true,
    scale: 0,
    ranks: false,
  },
  chiSquareHomogeneity: {
    figure: tested((samples) => chiSquareHomogeneity(byValue(samples))),
    swap: 1,
    ...free,
  },
  chiSquareAgainstReference: {
    figure: tested((samples) => chiSquareAgainstReference(byValue(samples))),
    swap: 0,
    ...free,
  },
  gHomogeneity: { figure: tested((samples) => gHomogeneity(byValue(samples))), swap: 1, ...free },
  gAgainstReference: {
    figure: tested((samples) => gAgainstReference(byValue(samples))),
    swap: 0,
    ...free,
  },
  totalVariation: {
    figure: measured((samples) => totalVariation(byValue(samples))),
    swap: 1,
    ...free,
  },
  totalVariationTest: {
    figure: tested((samples) =>
      totalVariationTest(byValue(samples), { random: seededRandom([2]) }),
    ),
    swap: 0,
    ...free,
  },
  populationStabilityIndex: {
    figure: measured((samples) => populationStabilityIndex(byValue(samples))),
    swap: 1,
    ...free,
  },
  kullbackLeibler: {
    figure: measured((samples) => kullbackLeibler(byValue(samples))),
    swap: 0,
    ...free,
  },
  jensenShannon: {
    figure: measured((samples) => jensenShannon(byValue(samples))),
    swap: 1,
    ...free,
  },
  hellinger: { figure: measured((samples) => hellinger(byValue(samples))), swap: 1, ...free },
  binnedIndex: {
    figure: measured((samples) => populationStabilityIndex(evidentlyBins(samples)!)),
    swap: 0,
    ...free,
    ranks: false,
  },
};

/** Of sixty-fourths, so that shifting and scaling by powers of two round nothing. */
const draw = (n: number, random: Random, shift: number): Float64Array =>
  Float64Array.from({ length: n }, () => Math.round((random() + random() + shift) * 8) / 64);

const pairs = [
  [4, 40, 60],
  [5, 60, 31],
  [6, 12, 9],
].map(([seed, n, m]) => {
  const random = seededRandom([seed!]);
  return { reference: draw(n!, random, 0), current: draw(m!, random, 0.4) };
});
// Few values against many that have all of them: what treats the samples differently shows it here.
const few = Float64Array.from({ length: 40 }, (_, row) => (row % 4) / 8);
pairs.push({
  reference: few,
  current: Float64Array.from({ length: 120 }, (_, row) => (row % 40) / 16),
});

const same = (ours: number | null, theirs: number | null): void => {
  if (theirs === null || ours === null || !Number.isFinite(theirs)) expect(ours).toBe(theirs);
  else expect(Math.abs(ours - theirs)).toBeLessThan(1e-9 * Math.max(1, Math.abs(theirs)));
};

describe.each(Object.entries(kernels))('%s', (_name, { figure, swap, shift, scale, ranks }) => {
  it.each(pairs)('doesn’t depend on the order of rows', ({ reference, current }) => {
    const turned = twoSamples(reference.toReversed(), current.toReversed());
    expect(figure(turned)).toEqual(figure(twoSamples(reference, current)));
  });

  it.each(pairs)('has a p-value in [0, 1]', ({ reference, current }) => {
    const { pValue } = figure(twoSamples(reference, current));
    if (pValue === undefined || pValue === null) return expect(pValue ?? null).toBeNull();
    expect(pValue).toBeGreaterThanOrEqual(0);
    expect(pValue).toBeLessThanOrEqual(1);
  });

  it('is symmetric as it says', () => {
    const swapped = pairs.map(({ reference, current }) => ({
      there: figure(twoSamples(reference, current)),
      back: figure(twoSamples(current, reference)),
    }));
    // What is said to change must: a kernel that is symmetric after all is to be classified so.
    if (swap === 0)
      return expect(swapped.map(({ back }) => back)).not.toEqual(swapped.map(({ there }) => there));
    for (const { there, back } of swapped) {
      same(back.value, there.value === null ? null : swap * there.value);
      same(back.pValue ?? null, there.pValue ?? null);
    }
  });

  it.each(pairs)('takes shifts and scales as it says', ({ reference, current }) => {
    const plain = figure(twoSamples(reference, current));
    const through = (f: (x: number) => number): Figure =>
      figure(twoSamples(reference.map(f), current.map(f)));
    if (shift) same(through((x) => x + 32).value, plain.value);
    if (scale !== null && plain.value !== null)
      same(through((x) => x * 4).value, plain.value * 4 ** scale);
    if (ranks) same(through((x) => Math.exp(x)).value, plain.value);
  });
});

describe('twoSamples', () => {
  it('counts distinct values, −0 as 0, infinities at the ends', () => {
    const samples = twoSamples(Float64Array.of(2, -0, Infinity, 2), Float64Array.of(0, -Infinity));
    expect(samples).toEqual({
      values: Float64Array.of(-Infinity, 0, 2, Infinity),
      reference: Float64Array.of(0, 1, 2, 1),
      current: Float64Array.of(1, 1, 0, 0),
    });
    expect(Object.is(samples.values[1], 0)).toBe(true);
    expect(sampleSizes(samples)).toEqual({ reference: 4, current: 2 });
  });

  it('refuses NaN, and says where', () => {
    expect(() => twoSamples(Float64Array.of(1, NaN), Float64Array.of(1))).toThrow(
      /Row 1 of the reference sample is NaN/,
    );
  });

  it('gives undefined results of empty samples, with the reason', () => {
    const empty = twoSamples(new Float64Array(0), Float64Array.of(1, 2, 3, 4, 5, 6));
    for (const test of [
      kolmogorovSmirnov,
      mannWhitney,
      studentT,
      eppsSingleton,
      andersonDarling,
      cramerVonMises,
    ])
      expect(test(empty)).toMatchObject({
        statistic: null,
        pValue: null,
        undefinedBecause: 'The reference sample has no rows.',
      });
    for (const distance of [wasserstein, energyDistance])
      expect(distance(empty)).toMatchObject({ distance: null });
  });

  it('takes weights, of which no p-value is exact', () => {
    const rows = twoSamples(Float64Array.of(1, 2, 3, 4), Float64Array.of(2.5, 3.5, 4.5));
    const weights = { ...rows, reference: rows.reference.map((count) => count * 2.5) };
    expect(kolmogorovSmirnov(weights).method).toBe('kolmogorov-smirnov-asymptotic');
    expect(mannWhitney(weights).method).toBe('mann-whitney-asymptotic');
    expect(cramerVonMises(weights).method).toBe('cramer-von-mises-asymptotic');
    expect(kolmogorovSmirnov(weights).statistic).toBe(kolmogorovSmirnov(rows).statistic);
    const { statistic } = numericDiscrepancy(weights, { random: seededRandom([1]) });
    expect(statistic).toBeNull();
  });
});

describe('numericDiscrepancy', () => {
  it('draws as many rows as it is told, and the same for the same seed', () => {
    const random = seededRandom([12]);
    const samples = twoSamples(draw(900, random, 0), draw(300, random, 4));
    const once = () =>
      numericDiscrepancy(samples, {
        random: seededRandom([1]),
        largestSample: 100,
        permutations: 99,
      });
    expect(once()).toEqual(once());
    expect(once()).toMatchObject({
      pValue: 0.01,
      n: { reference: 900, current: 300 },
      used: { reference: 100, current: 100 },
    });
  });
});

describe('twoCategorySamples', () => {
  it('aligns counts by category, in an order of its own', () => {
    const samples = twoCategorySamples(
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
      new Map([['c', 4]]),
    );
    expect(samples).toEqual({
      categories: ['a', 'b', 'c'],
      reference: [1, 2, 0],
      current: [0, 0, 4],
    });
  });
});
