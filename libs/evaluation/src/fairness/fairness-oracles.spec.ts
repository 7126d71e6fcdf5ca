import { describe, expect, it } from '@jest/globals';
import { acrossSchema, type Across, type Measure, type MetricName } from '@sluice/contracts';
import { fairnessCases, type FairnessCase } from '../../test/fairness-oracles.js';
import type { MeasureRequest } from '../measure.js';
import { measureProfile } from '../measure-profile.js';

type Asked = Partial<MeasureRequest> & { readonly metric: MetricName };

const measure = ({ profile }: FairnessCase, asked: Asked): Measure =>
  measureProfile(profile, { of: 'version', by: 'a', group: null, minimumRows: 1, ...asked });

const close = (found: Measure, oracle: number, where: string): void => {
  expect([where, found.state, found.reason]).toEqual([where, 'ok', null]);
  const off = Math.abs((found.value as number) - oracle) / Math.max(1, Math.abs(oracle));
  expect([where, off < 1e-9, found.value, oracle]).toEqual([where, true, found.value, oracle]);
  expect(found.interval?.lower).toBeLessThanOrEqual((found.value as number) + 1e-9);
  expect(found.interval?.upper).toBeGreaterThanOrEqual((found.value as number) - 1e-9);
};

describe('across groups, as fairlearn’s MetricFrame', () => {
  const acrosses = acrossSchema.options.filter(
    (across) => !across.includes('_to_p') && !across.includes('_to_m'),
  );

  it.each(fairnessCases)('agrees on $name', (each) => {
    let compared = 0;
    for (const [column, strata] of Object.entries(each.fairlearn))
      for (const [stratum, frames] of Object.entries(strata))
        for (const [metric, frame] of Object.entries(frames))
          for (const across of acrosses) {
            const [by = ''] = column.split(' within ');
            const found = measure(each, {
              metric: metric as MetricName,
              by,
              across,
              ...(stratum === '' ? {} : { within: { column: 'k', value: stratum } }),
            });
            const where = `${metric} ${across} by ${column} ${stratum}`;
            const oracle = frame[across] as number | null;
            // fairlearn compares a single group with itself: 0 and 1. It shows nothing.
            const alone = frame.groups < 2 && !across.startsWith('group_');
            // Without rows to divide by fairlearn's rates are 0, and their differences figures.
            if (alone || frame.empty || oracle === null)
              expect([where, found.state]).toEqual([where, 'undefined']);
            else close(found, oracle, where);
            compared += 1;
          }
    expect(compared).toBeGreaterThanOrEqual(13 * 6 * 3);
  });

  it('has cases without rows to divide by, where fairlearn says 0', () => {
    const zeros = fairnessCases.flatMap(({ name, fairlearn }) =>
      Object.entries(fairlearn['a']?.[''] ?? {})
        .filter(([, frame]) => frame.empty && frame['group_min'] === 0)
        .map(([metric]) => `${name}: ${metric}`),
    );
    expect(zeros).toContain('a group without positives: true_positive_rate');
    expect(zeros).toContain('nobody selected in one group: precision');
  });
});

const rate = (metric: MetricName, kind: 'difference' | 'ratio'): Asked => ({
  metric,
  across: `others_${kind}_to_privileged` as Across,
});
const entropies = [-1, 0, 0.5, 1, 2, 3].flatMap((alpha) =>
  (['', 'between_group_', 'between_all_groups_'] as const).map((prefix): [string, Asked] => [
    `${prefix}generalized_entropy_index(${alpha})`,
    {
      metric: `${prefix}generalized_entropy_index`,
      parameter: alpha,
      ...(prefix === '' ? { by: null } : {}),
    },
  ]),
);
const differential = [1, 0.5, 10].flatMap((c): [string, Asked][] =>
  [
    ['data_differential_fairness', 'label_smoothed_empirical_differential_fairness'] as const,
    ['differential_fairness', 'smoothed_empirical_differential_fairness'] as const,
    ['amplification', 'differential_fairness_bias_amplification'] as const,
  ].map(([name, metric]) => [`${name}(${c})`, { metric, parameter: c, by: 'a × b' }]),
);
const byName = (...names: MetricName[]): [string, Asked][] =>
  names.map((metric) => [metric, { metric }]);
const overallByName = (...names: MetricName[]): [string, Asked][] =>
  names.map((metric) => [metric, { metric, by: null }]);

const ofAif360: readonly (readonly [string, Asked])[] = [
  ...(['difference', 'ratio'] as const).flatMap((kind) =>
    (
      [
        'true_positive_rate',
        'false_positive_rate',
        'false_negative_rate',
        'false_omission_rate',
        'false_discovery_rate',
        'error_rate',
      ] as const
    )
      .filter((metric) => kind === 'difference' || metric !== 'true_positive_rate')
      .map((metric): [string, Asked] => [`${metric}_${kind}`, rate(metric, kind)]),
  ),
  ...(
    [
      'generalized_true_positive_rate',
      'generalized_false_positive_rate',
      'generalized_true_negative_rate',
      'generalized_false_negative_rate',
    ] as const
  ).flatMap((metric): [string, Asked][] => [
    [metric, { metric, by: null }],
    [`${metric}_difference`, rate(metric, 'difference')],
  ]),
  ['equal_opportunity_difference', rate('true_positive_rate', 'difference')],
  ['average_abs_odds_difference', { metric: 'others_average_absolute_odds_difference' }],
  ['equalized_odds_difference', { metric: 'others_equalized_odds_difference' }],
  ['data_mean_difference', { metric: 'label_mean_difference' }],
  ['data_disparate_impact', { metric: 'label_disparate_impact' }],
  ...byName(
    'average_odds_difference',
    'average_predictive_value_difference',
    'disparate_impact',
    'statistical_parity_difference',
    'between_group_theil_index',
    'between_group_coefficient_of_variation',
    'between_all_groups_theil_index',
    'between_all_groups_coefficient_of_variation',
    'class_imbalance',
  ),
  ...overallByName('theil_index', 'coefficient_of_variation'),
  ...entropies,
  ...differential,
];

describe('against the privileged group and between groups, as AIF360', () => {
  const withGroups = fairnessCases.filter(({ aif360 }) => Object.keys(aif360).length > 0);
  /** Mean benefit 1 + (FP − FN) / n. */
  const meanBenefit = ({ profile }: FairnessCase): number =>
    profile.overall.cells.reduce(
      (sum, { label, prediction, count }) => sum + count * (1 + Number(prediction) - Number(label)),
      0,
    ) / profile.rows;

  const isWeighted = ({ aif360_of_copies }: FairnessCase): boolean =>
    aif360_of_copies !== undefined;
  /** Smoothed by so many rows: of weights AIF360 adds rows to kilograms, so that their unit decides. */
  const isSmoothed = (name: string): boolean => /differential_fairness|amplification/.test(name);
  const isInequality = (name: string): boolean => /theil|entropy|variation/.test(name);

  it('has weighted indices of inequality as of copies, where AIF360 counts every row once', () => {
    const ignored = withGroups.filter(isWeighted).map((each) => {
      const plain = withGroups.find(({ name }) => `${name}, weighted` === each.name);
      return Object.keys(each.aif360)
        .filter(isInequality)
        .every((name) => each.aif360[name] === plain?.aif360[name]);
    });
    expect(ignored.length).toBeGreaterThanOrEqual(8);
    expect(ignored).not.toContain(false);
  });

  /** Where AIF360 has a figure and there is none. */
  const undefinedHere: string[] = [];

  it.each(withGroups)('agrees on $name', (each) => {
    for (const [name, asked] of ofAif360) {
      if (!Object.hasOwn(each.aif360, name)) throw new TypeError(`no ${name}`);
      if (isWeighted(each) && (isSmoothed(name) || (asked.parameter ?? 2) !== 2)) continue;
      const peer = (each.aif360_of_copies?.[name] ?? each.aif360[name]) as number | null;
      const found = measure(each, asked);
      if (found.state === 'undefined' || peer === null) {
        expect([name, found.state]).toEqual([name, 'undefined']);
        if (peer !== null) undefinedHere.push(`${each.name}: ${name} is ${peer}`);
        continue;
      }
      // The root of what rounding leaves of 0.
      const rooted = name.endsWith('coefficient_of_variation') && Math.abs(peer) < 1e-7;
      // AIF360 divides by the mean once more at α = 0: −mean(ln(b/μ)) / μ.
      const right = asked.parameter === 0 ? peer * meanBenefit(each) : peer;
      close(found, rooted ? 0 : right, name);
    }
  });

  it('is undefined where AIF360 takes 0/0 for 0 or compares with nothing, and nowhere else', () => {
    // Of nobody selected, none is wrong: AIF360's FDR is 0, and PPV too. Python's max(x, NaN) is x.
    expect(undefinedHere).toEqual([
      'nobody selected in one group: false_discovery_rate_difference is -0.3333333333333333',
      'nobody selected in one group: false_discovery_rate_ratio is 0',
      'nobody selected in one group: average_predictive_value_difference is -0.2935606060606061',
      'nobody selected: false_discovery_rate_difference is 0',
      'nobody selected: average_predictive_value_difference is 0.039772727272727265',
      'a group without positives: equalized_odds_difference is 0.019841269841269882',
      'nobody selected in one group, weighted: false_discovery_rate_difference is -0.36363636363636365',
      'nobody selected in one group, weighted: false_discovery_rate_ratio is 0',
      'nobody selected in one group, weighted: average_predictive_value_difference is -0.27840909090909094',
      'a group without positives, weighted: equalized_odds_difference is 0.04677581022385563',
    ]);
  });

  it('agrees on generalized equalized odds of two groups', () => {
    const two = withGroups.filter(
      ({ profile, aif360 }) =>
        profile.byColumn[0]?.groups.length === 2 &&
        aif360['generalized_equalized_odds_difference'] !== null,
    );
    expect(two.length).toBeGreaterThan(4);
    for (const each of two) {
      // Python's max drops a NaN that doesn't come first: AIF360 then has a figure of one of the two rates.
      const found = measure(each, { metric: 'generalized_equalized_odds_difference' });
      if (each.name.startsWith('a group without positives')) expect(found.state).toBe('undefined');
      else close(found, each.aif360['generalized_equalized_odds_difference'] as number, each.name);
    }
  });

  it('has AIF360’s conditional demographic disparity of two groups as a product: it conditions on nothing', () => {
    const two = withGroups.filter(
      ({ profile, aif360 }) =>
        profile.byColumn[0]?.groups.length === 2 &&
        aif360['conditional_demographic_disparity'] !== null,
    );
    expect(two.length).toBeGreaterThan(4);
    for (const each of two) {
      const product =
        (measure(each, { metric: 'class_imbalance' }).value as number) *
        (measure(each, { metric: 'demographic_disparity' }).value as number);
      expect(product).toBeCloseTo(each.aif360['conditional_demographic_disparity'] as number, 12);
    }
  });
});

describe('against a reference group, as Aequitas', () => {
  const rates = {
    pprev: 'selection_rate',
    precision: 'precision',
    fdr: 'false_discovery_rate',
    for: 'false_omission_rate',
    fpr: 'false_positive_rate',
    fnr: 'false_negative_rate',
    tpr: 'true_positive_rate',
    tnr: 'true_negative_rate',
    npv: 'negative_predictive_value',
  } as const;
  const withGroups = fairnessCases.filter(({ aequitas }) => Object.keys(aequitas).length > 0);

  it('agrees on public data', () => {
    let compared = 0;
    for (const each of withGroups.slice(0, 4))
      for (const [group, figures] of Object.entries(each.aequitas)) {
        close(
          measure(each, { metric: 'predicted_positive_share', group }),
          figures.ppr as number,
          `${each.name} ${group}`,
        );
        for (const reference of ['privileged', 'majority'] as const) {
          // 1 of the reference group itself.
          const own = each.profile.byColumn[0];
          const largest = Object.entries(each.aequitas).find(([, { majority }]) =>
            Object.values(majority).every((value) => value === 1 || value === null),
          )?.[0];
          if (group === (reference === 'privileged' ? own?.privileged : largest)) continue;
          for (const [name, metric] of Object.entries(rates)) {
            const where = `${each.name} ${group} ${name} ${reference}`;
            const across = `ratio_to_${reference}` as const;
            const found = measure(each, { metric, group, across });
            const oracle = figures[reference][name] ?? null;
            if (oracle === null) expect([where, found.state]).toEqual([where, 'undefined']);
            else close(found, oracle, where);
            compared += 1;
          }
          if (reference === 'privileged')
            close(
              measure(each, { metric: 'predicted_positive_share_ratio', group }),
              figures.privileged['ppr'] as number,
              `${each.name} ${group} ppr`,
            );
        }
      }
    expect(compared).toBeGreaterThan(80);
  });
});
