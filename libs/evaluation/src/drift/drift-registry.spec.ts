import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  driftMetricNames,
  driftSchema,
  metricDefinition,
  policyCheckSchema,
  tasks,
  tasksOf,
  type DriftMetricName,
} from '@sluice/contracts';
import { drawBinomial, seededRandom, twoCategorySamples, twoSamples } from '@sluice/statistics';
import { performanceOf, type Judged } from '../../test/performance.js';
import { profileOf, type Row } from '../../test/profiles.js';
import { decideCheck } from '../checks/decide-check.js';
import { decideChecks } from '../checks/decide-checks.js';
import { mergeProfiles } from '../merge-profiles.js';
import { driftCandidates, type DriftEvaluation } from './drift-candidates.js';
import type { ColumnDrift, DriftProfile, NumericDrift } from './drift-profile.js';
import { mergeDriftProfiles } from './merge-drift-profiles.js';

/** Which tasks each metric is of: scores and labels of two tables are compared for two classes only. */
const classified: Record<DriftMetricName, 'every task' | 'two classes'> = {
  drift_distance: 'every task',
  null_rate_increase: 'every task',
  new_category_share: 'every task',
  total_variation_distance: 'every task',
  kolmogorov_smirnov_p_value: 'every task',
  anderson_darling_p_value: 'every task',
  cramer_von_mises_p_value: 'every task',
  mann_whitney_p_value: 'every task',
  t_test_p_value: 'every task',
  epps_singleton_p_value: 'every task',
  mmd_p_value: 'every task',
  wasserstein_distance: 'every task',
  energy_distance: 'every task',
  chi_square_p_value: 'every task',
  g_test_p_value: 'every task',
  z_test_p_value: 'every task',
  fisher_exact_p_value: 'every task',
  population_stability_index: 'every task',
  kullback_leibler_divergence: 'every task',
  jensen_shannon_distance: 'every task',
  hellinger_distance: 'every task',
  embedding_classifier_auc: 'every task',
  embedding_mmd_p_value: 'every task',
  embedding_euclidean_distance: 'every task',
  embedding_cosine_distance: 'every task',
  embedding_drifted_share: 'every task',
  drifted_columns_share: 'every task',
  prediction_drift: 'two classes',
  label_drift: 'two classes',
  domain_classifier_auc: 'every task',
  reconstruction_error_ratio: 'every task',
  estimated_accuracy: 'two classes',
  estimated_precision: 'two classes',
  estimated_recall: 'two classes',
  estimated_f1: 'two classes',
  estimated_roc_auc: 'two classes',
};

describe('a metric of drift', () => {
  it.each(driftMetricNames)('%s is of the tasks that have what it compares', (name) => {
    const every = classified[name] === 'every task';
    expect(tasksOf(name)).toEqual(every ? tasks : ['binary-classification']);
    expect(metricDefinition(name).scoresReference).toBe(every ? undefined : true);
  });
});

describe('checks of drift beside others', () => {
  const scored = Array.from({ length: 200 }, (_, row) => ({
    label: row % 2 === 0,
    prediction: row % 2 === 0,
    score: (row % 2 === 0 ? 100 + row / 2 : row / 2) / 200,
    groups: {},
  }));
  const values = Float64Array.from({ length: 200 }, (_, row) => row);
  const drift = (single: number): DriftProfile => ({
    rows: { reference: 200, current: 200 },
    columns: [
      {
        column: 'age',
        kind: 'numeric',
        integers: true,
        missing: { reference: 0, current: 0 },
        samples: twoSamples(values, values),
        bins: { upper: values.map((value) => value), single: new Uint8Array(200).fill(single) },
      },
    ],
    joint: null,
    embeddings: [],
    reference: null,
    performance: null,
  });
  const decided = (checks: readonly object[], single = 1) =>
    decideChecks(
      { checks: checks.map((check) => policyCheckSchema.parse(check)), correction: 'holm' },
      { profile: profileOf(scored, []), hasChampion: false, drift: drift(single) },
    );
  const quality = { metric: 'accuracy', holds: 'interval', at_least: 0.5 };
  const whole = { metric: 'drift_distance', holds: 'interval', at_most: 0.3 };

  it('are counted by the correction of the policy when they hold by their interval', () => {
    const [beside, ofDrift] = decided([quality, whole]);
    expect(beside?.measure?.interval?.level).toBe(0.975);
    expect(ofDrift).toMatchObject({
      outcome: 'pass',
      measure: { column: 'age' },
      test: { hypothesis: 'limit_missed', method: 'dkw-massart-binned' },
    });
    const { p, adjusted } = ofDrift?.test ?? {};
    // The limit is reached by half of an interval of the level 1 − 2p: 2p = 2 exp(−2 · 0.3² · 100).
    expect(p).toBeCloseTo(Math.exp(-18), 8);
    expect(adjusted).toBeGreaterThanOrEqual(p as number);
    expect(ofDrift?.reason).toMatch(/after the correction of Holm over 2 checks/);
  });

  it('are a family of their own when they fail only on what is shown', () => {
    const [alone] = decided([quality]);
    const shown = { metric: 'drift_distance', at_most: 0.3 };
    const [beside, ofDrift] = decided([quality, shown]);
    expect(beside).toEqual(alone);
    expect(ofDrift).not.toHaveProperty('test');
    expect(ofDrift?.measure?.interval?.level).toBe(0.95);
    const other = { metric: 'drift_distance', column: 'age', at_most: 0.3 };
    const [third, ...two] = decided([quality, shown, other]);
    expect(third).toEqual(alone);
    // Neither is beyond its limit: both are at the level that the first to fail would have.
    expect(two.map((each) => each.measure?.interval?.level)).toEqual([0.975, 0.975]);
  });

  it.each([
    ['none', [0.95, 0.95], ['fail', 'fail']],
    ['bonferroni', [0.975, 0.975], ['fail', 'pass']],
    ['holm', [0.975, 0.95], ['fail', 'fail']],
    ['benjamini-hochberg', [0.95, 0.95], ['fail', 'fail']],
  ] as const)('of two that are beyond their limits, with %s', (correction, levels, outcomes) => {
    const n = 200;
    const shifted = (by: number): ColumnDrift => ({
      column: `by ${by}`,
      kind: 'numeric',
      integers: true,
      missing: { reference: 0, current: 0 },
      samples: twoSamples(
        values,
        values.map((value) => value + by),
      ),
      bins: null,
    });
    // D = by / n, and p = 2 exp(−2 (D − limit)² n / 2) of a limit that is 0.1.
    const far = shifted(0.1 * n + Math.ceil(Math.sqrt(Math.log(2 / 0.01) * n)));
    const near = shifted(0.1 * n + Math.ceil(Math.sqrt(Math.log(2 / 0.045) * n)));
    const checks = [far, near].map(({ column }) =>
      policyCheckSchema.parse({ metric: 'drift_distance', column, at_most: 0.1 }),
    );
    const found = decideChecks(
      { checks, correction },
      {
        profile: profileOf(scored, []),
        hasChampion: false,
        drift: { ...drift(1), columns: [far, near] },
      },
    );
    expect(found.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(found.map(({ measure }) => measure?.interval?.level)).toEqual(levels);
    if (correction === 'none') return expect(found[0]).not.toHaveProperty('test');
    for (const { test, reason, measure } of found) {
      const beyond = (measure?.value as number) - 0.1;
      expect(test).toMatchObject({ hypothesis: 'limit_met', method: 'dkw-massart' });
      expect(test?.p).toBeCloseTo(2 * Math.exp(-(beyond ** 2) * n), 6);
      expect(reason).toContain('over 2 checks; up to 0.05 fails');
    }
  });

  it('fail by chance no more often together than one of them would', () => {
    const random = seededRandom([29]);
    const profile = profileOf(scored, []);
    const rounds = 400;
    const checks = ['a', 'b', 'c', 'd', 'e'].map((column) =>
      policyCheckSchema.parse({ metric: 'drift_distance', column, at_most: 0 }),
    );
    const rate = (correction: 'none' | 'holm' | 'benjamini-hochberg'): number => {
      let alarms = 0;
      for (let round = 0; round < rounds; round += 1) {
        const columns = checks.map(({ column = '' }): ColumnDrift => {
          const drawn = (rows: number) => {
            const ones = drawBinomial(rows, 0.4, random);
            return new Map([
              ['x', ones],
              ['y', rows - ones],
            ]);
          };
          const samples = twoCategorySamples(drawn(200), drawn(200));
          return { column, kind: 'categorical', missing: { reference: 0, current: 0 }, samples };
        });
        const found = decideChecks(
          { checks, correction },
          { profile, hasChampion: false, drift: { ...drift(1), columns } },
        );
        if (found.some(({ outcome }) => outcome === 'fail')) alarms += 1;
      }
      return alarms / rounds;
    };
    const luck = 2 * Math.sqrt((0.05 * 0.95) / rounds);
    expect(rate('holm')).toBeLessThanOrEqual(0.05 + luck);
    expect(rate('benjamini-hochberg')).toBeLessThanOrEqual(0.05 + luck);
    expect(rate('none')).toBeGreaterThan(0.15);
  }, 60_000);

  it('share no level over columns that all have to be proven alike', () => {
    const one = drift(1).columns[0] as NumericDrift;
    const two = { ...drift(1), columns: [one, { ...one, column: 'other' }] };
    const level = (holds: string) =>
      decideCheck(policyCheckSchema.parse({ metric: 'drift_distance', at_most: 0.3, holds }), {
        profile: profileOf(scored, []),
        hasChampion: false,
        drift: two,
      }).measure?.interval?.level;
    expect(level('interval')).toBe(0.95);
    expect(level('unless_shown')).toBeCloseTo(0.975, 12);
  });

  it.each(['holm', 'bonferroni', 'benjamini-hochberg'] as const)(
    'of two checks at the edge, one alone passes and both together do not: %s',
    (correction) => {
      // p = exp(−2 · limit² · 100) = 0.02 of either: enough for one check, too much for each of two.
      const edge = Math.sqrt(Math.log(1 / 0.02) / 200);
      const check = (metric: string, holds: string) => ({ metric, at_most: edge, holds });
      const at = (checks: readonly object[]) =>
        decideChecks(
          { checks: checks.map((each) => policyCheckSchema.parse(each)), correction },
          {
            profile: profileOf(scored, []),
            hasChampion: false,
            drift: drift(1),
          },
        ).map(({ outcome }) => outcome);
      const first = check('drift_distance', 'interval');
      const bad = { metric: 'accuracy', holds: 'interval', at_least: 1 };
      expect(at([first])).toEqual(['pass']);
      expect(at([first, bad])).toEqual(['fail', 'fail']);
    },
  );

  it('pass over bins only where the exact distance would', () => {
    const limit = { metric: 'drift_distance', holds: 'estimate', at_most: 0.003 };
    expect(decided([limit])[0]).toMatchObject({ outcome: 'pass' });
    const [binned] = decided([limit], 0);
    expect(binned).toMatchObject({ outcome: 'fail', measure: { value: 0 } });
    expect(binned?.measure?.errorBound).toBeCloseTo(0.005, 12);
    expect(binned?.reason).toContain('the exact value may be 0.005 away, beyond that');
  });
});

describe('the drift of merged tables', () => {
  /** What rests on several columns of a row; all else is that of the whole. */
  const notMergeable: readonly DriftMetricName[] = [
    'embedding_classifier_auc',
    'embedding_mmd_p_value',
    'embedding_drifted_share',
    'domain_classifier_auc',
    'reconstruction_error_ratio',
  ];
  interface Drawn extends Row {
    readonly side: 'reference' | 'current';
    readonly age: number;
    readonly city: string;
  }
  const random = seededRandom([20]);
  const rows = Array.from({ length: 300 }, (_, row): Drawn => {
    const current = row % 3 > 0;
    const label = random() < (current ? 0.5 : 0.4);
    const score = Math.floor(random() * 60 + (label ? 40 : 0)) / 100;
    return {
      side: current ? 'current' : 'reference',
      age: Math.floor(random() * 40) + (current ? 3 : 0),
      city: 'abc'.charAt(Math.floor(random() * (current ? 3 : 2))),
      label,
      score,
      prediction: score >= 0.5,
      groups: {},
    };
  });
  const of = (some: readonly Drawn[], side: Drawn['side']): Drawn[] =>
    some.filter((row) => row.side === side);
  const ages = (some: readonly Drawn[]): Float64Array => Float64Array.from(some, ({ age }) => age);
  const cities = (some: readonly Drawn[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { city } of some) counts.set(city, (counts.get(city) ?? 0) + 1);
    return counts;
  };
  const meanPlace = (some: readonly Drawn[]): Float64Array =>
    Float64Array.of(
      some.reduce((sum, { age }) => sum + age, 0) / some.length,
      some.reduce((sum, { score }) => sum + (score ?? 0), 0) / some.length,
    );
  const judged = ({ label, score, prediction }: Drawn): Judged => ({
    label,
    score: score ?? NaN,
    prediction: prediction ?? false,
  });
  const stated = (n: number) => ({ estimate: 0.6, standardError: 0.05, n, method: 'stated' });
  const evaluationOf = (some: readonly Drawn[]): DriftEvaluation & { drift: DriftProfile } => {
    const [reference, current] = [of(some, 'reference'), of(some, 'current')];
    const missing = { reference: 0, current: 0 };
    return {
      profile: profileOf(current, [], {}, true),
      driftPolicy: driftSchema.parse({}),
      drift: {
        rows: { reference: reference.length, current: current.length },
        columns: [
          {
            column: 'age',
            kind: 'numeric',
            integers: true,
            missing,
            samples: twoSamples(ages(reference), ages(current)),
            bins: null,
          },
          {
            column: 'city',
            kind: 'categorical',
            missing,
            samples: twoCategorySamples(cities(reference), cities(current)),
          },
        ],
        joint: {
          columns: ['age'],
          rows: { reference: reference.length, current: current.length },
          undefinedBecause: null,
          domainClassifier: stated(some.length),
          reconstruction: {
            reference: { mean: 1, standardError: 0.1, n: reference.length },
            current: { mean: 1.1, standardError: 0.1, n: current.length },
          },
        },
        embeddings: [
          {
            name: 'place',
            dimensions: 2,
            rows: { reference: reference.length, current: current.length },
            means: { reference: meanPlace(reference), current: meanPlace(current) },
            joint: {
              rows: { reference: reference.length, current: current.length },
              undefinedBecause: null,
              classifier: stated(some.length),
              discrepancy: { pValue: 0.2, method: 'stated' },
              componentDistances: Float64Array.of(0.1, 0.2),
            },
          },
        ],
        reference: profileOf(reference, [], {}, true),
        performance: performanceOf(reference.map(judged), current.map(judged), 20),
      },
    };
  };
  let whole: DriftEvaluation;
  let merged: DriftEvaluation;
  beforeAll(() => {
    const parts = [rows.slice(0, 90), rows.slice(90, 200), rows.slice(200)].map(evaluationOf);
    whole = evaluationOf(rows);
    merged = {
      ...whole,
      profile: mergeProfiles(parts.map(({ profile }) => profile)),
      drift: mergeDriftProfiles(parts.map(({ drift }) => drift)),
    };
  });
  const measured = (metric: DriftMetricName, evaluation: DriftEvaluation) => {
    const check = policyCheckSchema.parse({ metric, at_most: 1 });
    return driftCandidates(check as Parameters<typeof driftCandidates>[0], evaluation);
  };

  it.each(driftMetricNames)('have the %s of the whole, or say why not', (metric) => {
    const [found, expected] = [measured(metric, merged), measured(metric, whole)];
    expect(found).toHaveLength(expected.length);
    found.forEach((measure, index) => {
      if (notMergeable.includes(metric)) {
        expect(measure.state).toBe('undefined');
        expect(measure.reason).toContain('the profile was merged from parts');
        expect(expected[index]?.state).toBe('ok');
        return;
      }
      const figures = ({ value, interval }: typeof measure) =>
        [value, interval?.lower, interval?.upper].filter((figure) => typeof figure === 'number');
      expect(measure.state).toBe(expected[index]?.state);
      const [own, others] = [figures(measure), figures(expected[index] as typeof measure)];
      expect(own).toHaveLength(others.length);
      own.forEach((figure, at) => expect(figure).toBeCloseTo(others[at] as number, 11));
      // Scores are compared by their bins in every profile.
      expect(measure.errorBound ?? 0).toBeCloseTo(expected[index]?.errorBound ?? 0, 11);
    });
  });
});
