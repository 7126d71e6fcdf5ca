import { describe, expect, it } from '@jest/globals';
import {
  categoricalCases,
  deviation,
  drift,
  materialised,
  nannyMl,
  numericCases,
  type NumericCase,
} from '../../test/drift-oracles.js';
import { andersonDarling } from './anderson-darling.js';
import { cramerVonMises } from './cramer-von-mises.js';
import { eppsSingleton } from './epps-singleton.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { mannWhitney } from './mann-whitney.js';
import { studentT } from './student-t.js';
import { sampleSizes, twoSamples, type TwoSamples } from './two-samples.js';

const samplesOf = ({ reference, current }: NumericCase): TwoSamples =>
  twoSamples(materialised(reference), materialised(current));

/**
 * Every figure of drift that the peers were asked for, and where it is compared. A figure that is recorded and not listed
 * here, or listed and not recorded, fails.
 */
const compared: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'numeric, scipy': {
    ks: 'numeric-tests.spec.ts',
    student: 'numeric-tests.spec.ts',
    welch: 'numeric-tests.spec.ts',
    mann_whitney: 'numeric-tests.spec.ts',
    epps_singleton: 'numeric-tests.spec.ts, but for two constants',
    anderson_darling: 'numeric-tests.spec.ts',
    cramer_von_mises: 'numeric-tests.spec.ts',
    wasserstein: 'numeric-distances.spec.ts',
    energy: 'numeric-distances.spec.ts',
  },
  'numeric, evidently': {
    ks: 'here',
    t: 'here: equal variances are assumed there, Welch’s test is the default here',
    mannw: 'here: one-sided there, which misses drift to one side',
    es: 'here',
    anderson: 'here',
    cramer_von_mises: 'here',
    ed: 'numeric-distances.spec.ts',
    wasserstein: 'numeric-distances.spec.ts',
    psi: 'numeric-distances.spec.ts',
    kl_div: 'numeric-distances.spec.ts',
    jensenshannon: 'numeric-distances.spec.ts',
    hellinger: 'numeric-distances.spec.ts, squared',
    mmd_statistic: 'numeric-distances.spec.ts',
  },
  'categorical, scipy': {
    chi_square: 'categorical.spec.ts',
    g: 'categorical.spec.ts',
    fisher: 'categorical.spec.ts',
    jensenshannon_base_2: 'categorical.spec.ts',
    total_variation: 'categorical.spec.ts',
  },
  'categorical, evidently': {
    chisquare:
      'categorical.spec.ts: takes the reference for known, and an unseen category for p = 0',
    z: 'categorical.spec.ts',
    fisher_exact: 'categorical.spec.ts: refuses samples of unequal size there',
    g_test: 'categorical.spec.ts: raises on samples of unequal size there',
    psi: 'categorical.spec.ts',
    kl_div: 'categorical.spec.ts',
    jensenshannon: 'categorical.spec.ts',
    hellinger: 'categorical.spec.ts, squared',
    TVD: 'categorical.spec.ts, within the noise of two simulations',
  },
  'embeddings, evidently': {
    euclidean: 'multivariate.spec.ts, and embedding-drift.spec.ts from files',
    cosine: 'multivariate.spec.ts, and embedding-drift.spec.ts from files',
    cityblock: 'multivariate.spec.ts',
    chebyshev: 'multivariate.spec.ts',
    mmd: 'multivariate.spec.ts',
    ratio: 'embedding-drift.spec.ts from files',
    model:
      'embedding-drift.spec.ts: a linear model by stochastic descent on half of the rows there',
  },
  'performance, nannyml': {
    accuracy: 'performance.spec.ts, and estimated-performance.spec.ts with limits',
    precision: 'performance.spec.ts, and estimated-performance.spec.ts with limits',
    recall: 'performance.spec.ts, and estimated-performance.spec.ts with limits',
    specificity: 'performance.spec.ts',
    f1: 'performance.spec.ts: the sampling error is too large there by 1 + J',
    roc_auc:
      'performance.spec.ts: counts are rounded, and half of the sampling error is left out there',
  },
};

describe('the list of what is compared', () => {
  const keys = (cases: readonly (readonly [string, object])[], of: string): string[] =>
    [
      ...new Set(
        cases.flatMap(([, oracle]) =>
          Object.keys((oracle as Readonly<Record<string, object>>)[of] as object),
        ),
      ),
    ].sort();

  it.each([
    ['numeric, scipy', keys(numericCases, 'scipy')],
    ['numeric, evidently', keys(numericCases, 'evidently')],
    ['categorical, scipy', keys(categoricalCases, 'scipy')],
    ['categorical, evidently', keys(categoricalCases, 'evidently')],
    ['embeddings, evidently', Object.keys(drift.embeddings.evidently).sort()],
    ['performance, nannyml', keys(Object.entries(nannyMl.cbpe), 'metrics')],
  ])('is that of what was recorded: %s', (peer, recorded) => {
    expect(Object.keys(compared[peer]!).sort()).toEqual(recorded);
  });

  it('has public data, and the edges that peers stumble on', () => {
    const names = numericCases.map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'iris, petal length',
        'wine, alcohol',
        'breast cancer, mean area',
        'ties',
        'infinities',
        'one value',
        'constant reference',
        'constant current',
        'small and large',
        'one row',
      ]),
    );
    expect(categoricalCases.map(([name]) => name)).toEqual(
      expect.arrayContaining(['unseen category', 'vanished category', 'one category', 'rare']),
    );
  });
});

const same: Readonly<Record<string, (samples: TwoSamples) => number | null>> = {
  ks: (samples) => kolmogorovSmirnov(samples).pValue,
  t: (samples) => studentT(samples, { equalVariances: true }).pValue,
  es: (samples) => eppsSingleton(samples).pValue,
  anderson: (samples) => andersonDarling(samples).pValue,
  cramer_von_mises: (samples) => cramerVonMises(samples).pValue,
};

/** Where Evidently's figure is none, or wrong, and why. */
const wrong: Readonly<Record<string, string>> = {
  'es: two constants': 'they have no covariance, and it inverts what rounding left of it',
  't: two constants': 'without variance there is no t; it says p = 0 of a division by zero',
  // Its copy of scipy's exact test, which scipy has mended since.
  'cramer_von_mises: tiny': 'it raises as numpy refuses its small integers',
  'cramer_von_mises: pairs': 'it raises as numpy refuses its small integers',
  'cramer_von_mises: five and six': 'it raises as numpy refuses its small integers',
  'cramer_von_mises: few ties, tiny': 'it raises as numpy refuses its small integers',
  'cramer_von_mises: nineteen and twenty': 'it is off by 6e-9, and scipy is where we are',
};

describe.each(Object.keys(same))('the test %s of Evidently', (name) => {
  it.each(numericCases)('is the same: %s', (case_, oracle) => {
    const theirs = oracle.evidently[name];
    const ours = same[name]!(samplesOf(oracle));
    const agrees = typeof theirs === 'number' && deviation(ours, theirs) < 1e-9;
    if (`${name}: ${case_}` in wrong) expect(agrees).toBe(false);
    // It raises, or says NaN, of what nothing can be said of.
    else if (typeof theirs !== 'number') expect({ theirs, ours }).toMatchObject({ ours: null });
    else expect({ ours, theirs, agrees }).toMatchObject({ agrees: true });
  });
});

describe('the Mann–Whitney test of Evidently', () => {
  it.each(numericCases)('is one-sided, and ours sees either side: %s', (_, oracle) => {
    const theirs = oracle.evidently['mannw'];
    const samples = samplesOf(oracle);
    const { pValue } = mannWhitney(samples);
    const { reference, current } = sampleSizes(samples);
    if (typeof theirs !== 'number' || pValue === null || Math.min(reference, current) <= 8) return;
    // The smaller tail, twice: theirs is one of the two, and near 1 when the shift is to the other side.
    const nearest = Math.min(2 * theirs, 2 * (1 - theirs), 1);
    // Without variance both say p = 1.
    const off = pValue === 1 && theirs === 1 ? 0 : Math.abs(pValue - nearest);
    expect(off).toBeLessThan(0.05);
  });

  it('misses a shift to one side altogether', () => {
    const missed = numericCases.filter(([, oracle]) => {
      const theirs = oracle.evidently['mannw'];
      const { pValue } = mannWhitney(samplesOf(oracle));
      return typeof theirs === 'number' && pValue !== null && theirs > 0.95 && pValue < 0.05;
    });
    expect(missed.length).toBeGreaterThan(0);
  });
});
