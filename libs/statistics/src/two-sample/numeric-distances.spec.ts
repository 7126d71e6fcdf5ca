import { describe, expect, it } from '@jest/globals';
import {
  deviation,
  materialised,
  numericCases,
  type NumericCase,
} from '../../test/drift-oracles.js';
import { seededRandom } from '../random.js';
import { evidentlyBins, evidentlyHellingerBins, type BinnedSamples } from './binned-samples.js';
import { energyDistance } from './energy-distance.js';
import { hellinger } from './hellinger.js';
import { jensenShannon } from './jensen-shannon.js';
import { kullbackLeibler } from './kullback-leibler.js';
import { numericDiscrepancy } from './numeric-discrepancy.js';
import { populationStabilityIndex } from './population-stability-index.js';
import type { TwoSampleDistance } from './test-result.js';
import { twoSamples, type TwoSamples } from './two-samples.js';
import { wasserstein } from './wasserstein.js';

const samplesOf = ({ reference, current }: NumericCase): TwoSamples =>
  twoSamples(materialised(reference), materialised(current));

describe('wasserstein and energyDistance', () => {
  it.each(numericCases)('agree with scipy and Evidently: %s', (_case, oracle) => {
    const samples = samplesOf(oracle);
    const { scipy, evidently } = oracle;
    for (const [ours, theirs] of [
      [wasserstein(samples), scipy['wasserstein']],
      [wasserstein(samples, { normalised: true }), evidently['wasserstein']],
      [energyDistance(samples), scipy['energy']],
      [energyDistance(samples), evidently['ed']],
    ] as const)
      // Of infinities they say NaN or ∞, and warn.
      if (typeof theirs === 'number') expect(deviation(ours.distance, theirs)).toBeLessThan(1e-9);
      else expect(ours).toMatchObject({ distance: null, undefinedBecause: 'A value is infinite.' });
  });
});

const binned: Record<string, (bins: BinnedSamples) => TwoSampleDistance> = {
  psi: populationStabilityIndex,
  kl_div: kullbackLeibler,
  jensenshannon: (bins) => jensenShannon(bins),
};

describe.each(Object.keys(binned))('%s on Evidently’s bins', (name) => {
  it.each(numericCases)('agrees with Evidently: %s', (_case, oracle) => {
    const theirs = oracle.evidently[name];
    const bins = evidentlyBins(samplesOf(oracle));
    if (typeof theirs !== 'number') {
      // numpy raises when asked for bins of equal width up to infinity.
      expect(JSON.stringify(theirs)).toMatch(/finite/);
      expect(bins).toBeNull();
      return;
    }
    expect(deviation(binned[name]!(bins!).distance, theirs)).toBeLessThan(1e-9);
  });
});

describe('hellinger on Evidently’s bins', () => {
  it.each(numericCases)('agrees with Evidently: %s', (case_, oracle) => {
    const theirs = oracle.evidently['hellinger'];
    const bins = evidentlyHellingerBins(samplesOf(oracle));
    if (typeof theirs !== 'number') {
      expect(JSON.stringify(theirs)).toMatch(/finite/);
      expect(bins).toBeNull();
      return;
    }
    const ours = hellinger(bins!).distance!;
    // Their 1 − Σ √(pq) cancels: compared by its square, where rounding is 1e-16 and not its root. Their densities and
    // the width that they are multiplied by come from edges of a million, of which rounding takes five digits more.
    const rounding = case_ === 'large offset' ? 1e-10 : 1e-14;
    expect(Math.abs(ours * ours - theirs * theirs)).toBeLessThan(rounding);
  });
});

describe('bins of a column with an integer type', () => {
  const integers = numericCases.flatMap(([name, oracle]) =>
    oracle.evidently_integer ? [{ name, oracle }] : [],
  );
  it.each(integers)('are no narrower than 1, as in Evidently: $name', ({ oracle }) => {
    const samples = samplesOf(oracle);
    const psi = populationStabilityIndex(evidentlyBins(samples, { integerType: true })!);
    const distance = hellinger(evidentlyHellingerBins(samples, { integerType: true })!).distance!;
    const theirs = oracle.evidently_integer as Record<string, number>;
    expect(deviation(psi.distance, theirs['psi']!)).toBeLessThan(1e-9);
    const squares = distance * distance - theirs['hellinger']! * theirs['hellinger']!;
    expect(Math.abs(squares)).toBeLessThan(1e-14);
  });
});

describe('numericDiscrepancy', () => {
  const random = () => seededRandom([5]);
  it.each(numericCases.filter(([, { evidently }]) => 'mmd_statistic' in evidently))(
    'has Evidently’s statistic: %s',
    (case_, oracle) => {
      const ours = numericDiscrepancy(samplesOf(oracle), { random: random(), permutations: 19 });
      const theirs = oracle.evidently['mmd_statistic'];
      if (typeof theirs === 'number')
        // Their x² − 2xy + y² loses the digits of values about a million; our (x − y)² doesn't.
        expect(deviation(ours.statistic, theirs)).toBeLessThan(
          case_ === 'large offset' ? 1e-4 : 1e-9,
        );
      else expect(ours).toMatchObject({ statistic: null, pValue: null });
    },
  );
});
