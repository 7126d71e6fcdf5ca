import { describe, expect, it } from '@jest/globals';
import {
  driftMetricNames,
  driftSchema,
  policyCheckSchema,
  type DriftMetricName,
} from '@sluice/contracts';
import {
  drawBinomial,
  drawMultinomial,
  seededRandom,
  twoCategorySamples,
  twoSamples,
  type Random,
} from '@sluice/statistics';
import { profileOf, type Row } from '../../test/profiles.js';
import { decideCheck } from '../checks/decide-check.js';
import type { ColumnDrift, DriftProfile } from './drift-profile.js';

/** Two tables of one population, and a check that must not fail on them but by chance. */
interface Simulated {
  readonly check: object;
  readonly drift: (random: Random) => DriftProfile;
  /** How often it may fail. */
  readonly level: number;
  readonly rounds: number;
}

const [n, m] = [150, 100];

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const numbers = (random: Random, column = 'x', digits = 9): ColumnDrift => {
  const drawn = (rows: number): Float64Array =>
    Float64Array.from({ length: rows }, () => Number(normal(random).toFixed(digits)));
  return {
    column,
    kind: 'numeric',
    integers: false,
    missing: { reference: 0, current: 0 },
    samples: twoSamples(drawn(n), drawn(m)),
    bins: null,
  };
};

const categories = (random: Random, shares: readonly number[], column = 'x'): ColumnDrift => {
  const drawn = (rows: number): Map<string, number> =>
    new Map(drawMultinomial(rows, shares, random).map((count, place) => [`c${place}`, count]));
  return {
    column,
    kind: 'categorical',
    missing: { reference: 0, current: 0 },
    samples: twoCategorySamples(drawn(n), drawn(m)),
  };
};

const of = (...columns: ColumnDrift[]): DriftProfile => ({
  rows: { reference: n, current: m },
  columns,
  joint: null,
  embeddings: [],
  reference: null,
  performance: null,
});

const pValue = (
  metric: DriftMetricName,
  column: (random: Random) => ColumnDrift,
  rounds = 200,
): Simulated => ({
  check: { metric, at_least: 0.05 },
  drift: (random) => of(column(random)),
  level: 0.05,
  rounds,
});
const shown = (
  metric: DriftMetricName,
  drift: (random: Random) => DriftProfile,
  level = 0.05,
  rounds = 200,
): Simulated => ({ check: { metric, at_most: 0 }, drift, level, rounds });

const rows = (count: number, random: Random): Row[] =>
  Array.from({ length: count }, () => {
    const score = Math.round(100 * random()) / 100;
    return { score, prediction: score >= 0.5, label: random() < score, groups: {} };
  });
const modelled = (random: Random): DriftProfile => ({
  ...of(numbers(random)),
  reference: profileOf(rows(n, random), []),
});
const missing = (random: Random): DriftProfile => {
  const gone = { reference: drawBinomial(n, 0.2, random), current: drawBinomial(m, 0.2, random) };
  return of({ ...numbers(random), missing: gone });
};
const twenty = (random: Random): DriftProfile =>
  of(
    ...Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? numbers(random, `n${index}`)
        : categories(random, index % 4 === 1 ? [1, 1] : [5, 3, 2], `c${index}`),
    ),
  );

const noLevel = 'a distance without an interval: how far is too far is for the policy to say';
const elsewhere = 'simulated where it is computed';

/** What each metric promises, or why it promises nothing. */
const simulated: Record<DriftMetricName, Simulated | readonly Simulated[] | string> = {
  drift_distance: shown('drift_distance', twenty, 0.05, 80),
  null_rate_increase: shown('null_rate_increase', missing, 0.025),
  new_category_share: 'a fact about the reference, which either has a category or has not',
  total_variation_distance: [
    shown('total_variation_distance', (random) => of(categories(random, [3, 2]))),
    shown('total_variation_distance', (random) => of(categories(random, [5, 3, 1, 1]))),
  ],
  kolmogorov_smirnov_p_value: [
    pValue('kolmogorov_smirnov_p_value', numbers),
    pValue('kolmogorov_smirnov_p_value', (random) => numbers(random, 'x', 1)),
  ],
  anderson_darling_p_value: [
    pValue('anderson_darling_p_value', numbers),
    pValue('anderson_darling_p_value', (random) => numbers(random, 'x', 1)),
  ],
  cramer_von_mises_p_value: pValue('cramer_von_mises_p_value', numbers),
  mann_whitney_p_value: [
    pValue('mann_whitney_p_value', numbers),
    pValue('mann_whitney_p_value', (random) => numbers(random, 'x', 0)),
  ],
  t_test_p_value: pValue('t_test_p_value', numbers),
  epps_singleton_p_value: pValue('epps_singleton_p_value', numbers),
  mmd_p_value: pValue('mmd_p_value', numbers, 25),
  wasserstein_distance: noLevel,
  energy_distance: noLevel,
  chi_square_p_value: [
    pValue('chi_square_p_value', (random) => categories(random, [5, 3, 2])),
    {
      check: { metric: 'chi_square_p_value', at_least: 0.05 },
      drift: (random) =>
        of(...['a', 'b', 'c', 'd', 'e'].map((name) => categories(random, [5, 3, 2], name))),
      level: 0.05,
      rounds: 300,
    },
  ],
  g_test_p_value: pValue('g_test_p_value', (random) => categories(random, [5, 3, 2])),
  z_test_p_value: pValue('z_test_p_value', (random) => categories(random, [3, 2])),
  fisher_exact_p_value: pValue('fisher_exact_p_value', (random) => categories(random, [3, 2])),
  population_stability_index: noLevel,
  kullback_leibler_divergence: noLevel,
  jensen_shannon_distance: noLevel,
  hellinger_distance: noLevel,
  embedding_classifier_auc: elsewhere,
  embedding_mmd_p_value: elsewhere,
  embedding_euclidean_distance: noLevel,
  embedding_cosine_distance: noLevel,
  embedding_drifted_share: noLevel,
  drifted_columns_share: shown('drifted_columns_share', twenty, 0.05, 80),
  prediction_drift: shown('prediction_drift', modelled),
  label_drift: shown('label_drift', modelled),
  domain_classifier_auc: elsewhere,
  reconstruction_error_ratio: elsewhere,
  estimated_accuracy: elsewhere,
  estimated_precision: elsewhere,
  estimated_recall: elsewhere,
  estimated_f1: elsewhere,
  estimated_roc_auc: elsewhere,
};

const cases = driftMetricNames.flatMap((metric) => {
  const found = simulated[metric];
  if (typeof found === 'string') return [];
  return [found].flat().map((each, index) => ({ name: `${metric} ${index + 1}`, ...each }));
});

describe('without drift, a check fails no more often than it says', () => {
  const profile = profileOf(rows(m, seededRandom([1])), []);

  it.each(cases)(
    '$name',
    ({ check, drift, level, rounds }) => {
      const random = seededRandom([23, rounds]);
      const policyCheck = policyCheckSchema.parse(check);
      const driftPolicy = driftSchema.parse({ threshold: 0.0001 });
      let alarms = 0;
      for (let round = 0; round < rounds; round += 1) {
        const found = drift(random);
        const current = found.reference === null ? profile : profileOf(rows(m, random), []);
        const decided = decideCheck(policyCheck, {
          profile: current,
          hasChampion: false,
          drift: found,
          driftPolicy,
        });
        expect(decided.measure?.state).toBe('ok');
        if (decided.outcome === 'fail') alarms += 1;
      }
      // Two standard errors: the generator's luck is not the check's fault.
      const luck = 2 * Math.sqrt((level * (1 - level)) / rounds);
      expect(alarms / rounds).toBeLessThanOrEqual(level + luck);
    },
    60_000,
  );
});
