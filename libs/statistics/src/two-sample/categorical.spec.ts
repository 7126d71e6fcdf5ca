import { describe, expect, it } from '@jest/globals';
import {
  categoricalCases,
  deviation,
  drift,
  type CategoricalCase,
} from '../../test/drift-oracles.js';
import { seededRandom } from '../random.js';
import { chiSquareAgainstReference, chiSquareHomogeneity } from './chi-square.js';
import { fisherExact } from './fisher-exact.js';
import { gAgainstReference, gHomogeneity } from './g-test.js';
import { hellinger } from './hellinger.js';
import { jensenShannon } from './jensen-shannon.js';
import { kullbackLeibler } from './kullback-leibler.js';
import { populationStabilityIndex } from './population-stability-index.js';
import { proportionsZ } from './proportions-z.js';
import { totalVariation, totalVariationTest } from './total-variation.js';
import { twoCategorySamples, type TwoCategorySamples } from './two-category-samples.js';

const samplesOf = ({ reference, current }: CategoricalCase): TwoCategorySamples =>
  twoCategorySamples(new Map(Object.entries(reference)), new Map(Object.entries(current)));

const sizes = ({ reference, current }: TwoCategorySamples): [number, number] => [
  reference.reduce((a, b) => a + b, 0),
  current.reduce((a, b) => a + b, 0),
];

/** Of the second category, as Evidently takes it. */
const proportions = (samples: TwoCategorySamples) => {
  const [n, m] = sizes(samples);
  return [
    { successes: samples.reference[1]!, trials: n },
    { successes: samples.current[1]!, trials: m },
  ] as const;
};

describe.each(categoricalCases)('%s', (_case, oracle) => {
  const samples = samplesOf(oracle);
  const { scipy, evidently } = oracle;
  const [n, m] = sizes(samples);

  it('has the homogeneity tests of scipy', () => {
    for (const [test, theirs] of [
      [chiSquareHomogeneity(samples), scipy['chi_square']],
      [gHomogeneity(samples), scipy['g']],
    ] as const) {
      const [statistic, p, degrees] = theirs as [number, number, number];
      // With one category scipy says p = 1 at 0 degrees of freedom: of nothing tested.
      if (degrees === 0) expect(test).toMatchObject({ statistic: null, pValue: null });
      else {
        expect(deviation(test.statistic, statistic)).toBeLessThan(1e-9);
        expect(deviation(test.pValue, p)).toBeLessThan(1e-9);
        expect(test.degreesOfFreedom).toBe(degrees);
      }
    }
  });

  it('has Evidently’s chi-square and G against the reference', () => {
    const chi = chiSquareAgainstReference(samples);
    if (samples.categories.length < 2)
      // Theirs is 1 or NaN by scipy's version, of 0 degrees of freedom.
      expect(chi.pValue).toBeNull();
    else expect(deviation(chi.pValue, evidently['chisquare'] as number)).toBeLessThan(1e-9);

    const g = gAgainstReference(samples);
    const theirs = evidently['g_test'];
    if (samples.categories.length < 2) expect(g.pValue).toBeNull();
    else if (n === m) expect(deviation(g.pValue, theirs as number)).toBeLessThan(1e-9);
    else {
      // Theirs raises: it forgets to scale the reference to the current size.
      expect(theirs).toMatchObject({ error: expect.stringContaining('ValueError') });
      expect(g.pValue).toBeGreaterThanOrEqual(0);
      expect(g.pValue).toBeLessThanOrEqual(1);
    }
  });

  it('has Evidently’s distances', () => {
    for (const [ours, theirs] of [
      [populationStabilityIndex(samples), evidently['psi']],
      [kullbackLeibler(samples), evidently['kl_div']],
      [jensenShannon(samples), evidently['jensenshannon']],
      [jensenShannon(samples, { base: 2 }), scipy['jensenshannon_base_2']],
      [totalVariation(samples), scipy['total_variation']],
    ] as const)
      // A distance of 0 comes from √ of what rounding left, in either.
      expect(deviation(ours.distance, theirs as number)).toBeLessThan(
        theirs === 0 || ours.distance === 0 ? 1e-7 : 1e-9,
      );
    const distance = hellinger(samples).distance!;
    const squared = (evidently['hellinger'] as number) ** 2;
    expect(Math.abs(distance * distance - squared)).toBeLessThan(1e-14);
  });

  if (samples.categories.length === 2)
    it('has Evidently’s z and scipy’s Fisher test', () => {
      const [first, second] = proportions(samples);
      expect(deviation(proportionsZ(first, second).pValue, evidently['z'] as number)).toBeLessThan(
        1e-9,
      );
      const [, p] = scipy['fisher'] as [unknown, number];
      expect(deviation(fisherExact(first, second).pValue, p)).toBeLessThan(1e-9);
      // Evidently's refuses samples of unequal size, which Fisher's test doesn't ask for.
      if (n === m) expect(deviation(p, evidently['fisher_exact'] as number)).toBeLessThan(1e-9);
      else
        expect(evidently['fisher_exact']).toMatchObject({
          error: expect.stringContaining('equal length'),
        });
    });

  // Of eight rows, drawing anew and permuting differ.
  if (typeof evidently['TVD'] === 'number' && samples.categories.length > 1 && n + m > 10)
    it('has a p-value of total variation near Evidently’s', () => {
      const { pValue } = totalVariationTest(samples, { random: seededRandom([n, m]) });
      // Four standard errors of two simulations of 1,000 are 0.09; the rest, drawing anew against permuting.
      expect(Math.abs(pValue! - (evidently['TVD'] as number))).toBeLessThan(0.13);
    });
});

describe('fisherExact', () => {
  it.each(drift.fisher)('agrees with scipy: $table', ({ table, scipy }) => {
    const [[a, b], [c, d]] = table as [[number, number], [number, number]];
    const ours = fisherExact({ successes: a, trials: a + b }, { successes: c, trials: c + d });
    expect(deviation(ours.pValue, scipy[1])).toBeLessThan(1e-9);
    if (typeof scipy[0] === 'number')
      expect(deviation(ours.statistic, scipy[0])).toBeLessThan(1e-9);
    else expect(ours.statistic).toBe(scipy[0] === 'inf' ? Infinity : null);
  });

  it('says p = 1 of the only table there is, and refuses shares of rows', () => {
    const none = { successes: 0, trials: 4 };
    expect(fisherExact(none, { successes: 0, trials: 9 })).toMatchObject({
      statistic: null,
      pValue: 1,
    });
    expect(fisherExact(none, { successes: 0, trials: 0 }).pValue).toBeNull();
    expect(() => fisherExact({ successes: 1.5, trials: 4 }, none)).toThrow(RangeError);
    expect(() => fisherExact({ successes: 5, trials: 4 }, none)).toThrow(RangeError);
  });
});

describe('edges', () => {
  const samples = (reference: number[], current: number[]) => ({ reference, current });

  it('an empty sample is undefined, never 0', () => {
    const empty = samples([3, 4], [0, 0]);
    for (const test of [chiSquareHomogeneity, chiSquareAgainstReference, gHomogeneity])
      expect(test(empty)).toMatchObject({
        pValue: null,
        undefinedBecause: 'The current sample has no rows.',
      });
    for (const distance of [populationStabilityIndex, kullbackLeibler, hellinger, totalVariation])
      expect(distance(empty)).toMatchObject({ distance: null });
    expect(jensenShannon(empty).distance).toBeNull();
  });

  it('one row of an unseen category is p = 0 for Evidently’s test, and not for the proper one', () => {
    const unseen = samples([5000, 3000, 0], [4990, 3010, 1]);
    expect(chiSquareAgainstReference(unseen)).toMatchObject({ statistic: Infinity, pValue: 0 });
    expect(gAgainstReference(unseen).pValue).toBe(0);
    expect(chiSquareHomogeneity(unseen).pValue).toBeGreaterThan(0.3);
  });

  it('proportions that do not vary have no z', () => {
    expect(
      proportionsZ({ successes: 0, trials: 5 }, { successes: 0, trials: 7 }).statistic,
    ).toBeNull();
    expect(() => proportionsZ({ successes: 6, trials: 5 }, { successes: 0, trials: 7 })).toThrow(
      RangeError,
    );
  });

  it('z² is the chi-square statistic of homogeneity', () => {
    const z = proportionsZ({ successes: 13, trials: 40 }, { successes: 31, trials: 60 });
    const chi = chiSquareHomogeneity(samples([13, 27], [31, 29]));
    expect(z.statistic! * z.statistic!).toBeCloseTo(chi.statistic!, 12);
    expect(z.pValue).toBeCloseTo(chi.pValue!, 12);
  });

  it('refuses counts that are none', () => {
    expect(() => chiSquareHomogeneity(samples([1, -1], [2, 2]))).toThrow(/Count 1 is -1/);
    expect(() => totalVariation(samples([1], [2, 2]))).toThrow(RangeError);
  });
});
