import { describe, expect, it } from '@jest/globals';
import {
  deviation,
  materialised,
  numericCases,
  type NumericCase,
  type Said,
} from '../../test/drift-oracles.js';
import { andersonDarling } from './anderson-darling.js';
import { cramerVonMises } from './cramer-von-mises.js';
import { eppsSingleton } from './epps-singleton.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { mannWhitney } from './mann-whitney.js';
import { studentT } from './student-t.js';
import type { TwoSampleTest } from './test-result.js';
import { twoSamples, type TwoSamples } from './two-samples.js';

const samplesOf = ({ reference, current }: NumericCase): TwoSamples =>
  twoSamples(materialised(reference), materialised(current));

const isFigure = (said: Said | readonly Said[] | undefined): said is readonly number[] =>
  Array.isArray(said) && said.every((part) => typeof part === 'number');

/** Where scipy's figure is made of rounding: the rows hold nothing that the test could see, and we say so. */
const meaningless = new Set([
  // Two constants' characteristic functions have no covariance; scipy inverts what rounding left of it.
  'epps_singleton: two constants',
]);

const tests: Record<string, (samples: TwoSamples) => TwoSampleTest> = {
  ks: kolmogorovSmirnov,
  student: (samples) => studentT(samples, { equalVariances: true }),
  welch: (samples) => studentT(samples),
  mann_whitney: mannWhitney,
  epps_singleton: eppsSingleton,
  anderson_darling: andersonDarling,
  cramer_von_mises: cramerVonMises,
};

describe.each(Object.keys(tests))('%s', (name) => {
  const test = tests[name]!;

  it.each(numericCases)('agrees with scipy: %s', (case_, oracle) => {
    const ours = test(samplesOf(oracle));
    const theirs = oracle.scipy[name];
    if (!isFigure(theirs) || meaningless.has(`${name}: ${case_}`)) {
      expect({ theirs, statistic: ours.statistic, p: ours.pValue }).toMatchObject({
        statistic: null,
        p: null,
      });
      expect(ours.undefinedBecause).toMatch(/\w/);
      return;
    }
    const [statistic, p, degrees] = theirs as [number, number, number?];
    expect({ ours, theirs, off: deviation(ours.statistic, statistic) < 1e-9 }).toMatchObject({
      off: true,
    });
    expect({ ours, theirs, off: deviation(ours.pValue, p) < 1e-9 }).toMatchObject({ off: true });
    if (degrees !== undefined)
      expect(deviation(ours.degreesOfFreedom!, degrees)).toBeLessThan(1e-9);
  });
});
