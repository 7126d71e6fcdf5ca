import { describe, expect, it } from '@jest/globals';
import type { Measure } from '@sluice/contracts';
import { creditRisk, synthetic } from '../../test/oracles.js';
import { profileOf, profileOfConfusions, repeated, type Confusion } from '../../test/profiles.js';
import { measureProfile } from '../measure-profile.js';
import type { BinaryProfile as Profile } from '../profile.js';
import { decidingGroups, fairnessMetrics, type FairnessName } from './fairness-measure.js';
import { privilegedMetrics } from './privileged.js';

/** What those oracles recorded; fairness-oracles.spec.ts has the rest. */
const recorded = creditRisk[0]?.expected.fairness['sex'];
const names = (Object.keys(fairnessMetrics) as FairnessName[]).filter((name) =>
  Object.hasOwn(recorded?.between_groups ?? {}, name),
);

const across = (
  profile: Profile,
  metric: FairnessName,
  by: string,
  of: Measure['of'] = 'version',
) => measureProfile(profile, { metric, of, by, group: null });

const compare = (measure: Measure, oracle: number | null | undefined): void => {
  if (oracle === null || oracle === undefined) {
    expect(measure).toMatchObject({ state: 'undefined', value: null, interval: null });
    expect(measure.reason).toBeTruthy();
    return;
  }
  expect(measure.state).toBe('ok');
  expect(Math.abs((measure.value as number) - oracle)).toBeLessThan(1e-9);
  expect(measure.interval?.lower).toBeLessThanOrEqual((measure.value as number) + 1e-12);
  expect(measure.interval?.upper).toBeGreaterThanOrEqual((measure.value as number) - 1e-12);
};

describe('fairnessMeasure', () => {
  it.each(synthetic)('agrees with fairlearn on $name', ({ rows, expected }) => {
    const profile = profileOf(repeated(rows, 40), ['group']);
    for (const name of names)
      compare(across(profile, name, 'group'), expected.fairness.group?.between_groups[name]);
  });

  it.each(creditRisk)('agrees with fairlearn on credit-risk, $name', ({ expected }) => {
    for (const [column, { groups, between_groups: oracle }] of Object.entries(expected.fairness)) {
      const confusions = Object.entries(groups).map(
        ([g, { confusion }]) => [g, confusion] as const,
      );
      const profile = profileOfConfusions(column, Object.fromEntries(confusions));
      for (const name of names) compare(across(profile, name, column), oracle[name]);
    }
  });

  const againstPrivileged = (Object.keys(privilegedMetrics) as FairnessName[]).filter((name) =>
    Object.hasOwn(recorded?.unprivileged_against_privileged?.aif360 ?? {}, name),
  );
  it('has oracles', () => {
    expect([names.length, againstPrivileged.length]).toEqual([11, 3]);
  });

  it('agrees with AIF360 on the synthetic cases against the privileged group', () => {
    const cases = synthetic.flatMap(({ name, rows, expected }) => {
      const figures = expected.fairness.group;
      const oracle = figures?.unprivileged_against_privileged ?? figures?.others_against_privileged;
      return oracle ? [{ name, rows, oracle: oracle.aif360 }] : [];
    });
    expect(cases.length).toBeGreaterThan(8);
    expect(cases.map(({ name }) => name)).toContain('three groups');
    for (const { rows, oracle } of cases) {
      const profile = profileOf(repeated(rows, 40), ['group'], { group: 'a' });
      for (const name of againstPrivileged) compare(across(profile, name, 'group'), oracle[name]);
    }
  });

  it.each(creditRisk)('agrees with AIF360 on credit-risk, $name', ({ expected }) => {
    const privileged = { age_group: 'over_25', sex: 'male' } as const;
    for (const column of ['age_group', 'sex'] as const) {
      const figures = expected.fairness[column];
      const confusions = Object.entries(figures?.groups ?? {}).map(
        ([g, { confusion }]) => [g, confusion] as const,
      );
      const profile = profileOfConfusions(
        column,
        Object.fromEntries(confusions),
        privileged[column],
      );
      for (const name of againstPrivileged)
        compare(
          across(profile, name, column),
          figures?.unprivileged_against_privileged?.aif360[name],
        );
    }
  });

  // A depth-4 tree on Adult; fairlearn's documentation.
  const adult = profileOfConfusions('sex', {
    Female: { tp: 793, fp: 236, fn: 976, tn: 14187 },
    Male: { tp: 5251, fp: 1723, fn: 4667, tn: 21009 },
  });
  it.each([
    ['demographic_parity_difference', 0.15004887],
    ['demographic_parity_ratio', 0.29751997],
    ['equalized_odds_difference', 0.08116556],
    ['equal_opportunity_difference', 0.08116556],
    ['equal_opportunity_ratio', 0.84669587],
    ['equalized_odds_ratio', 0.21587819],
  ] as const)('reproduces the published %s of Adult', (metric, value) => {
    expect(across(adult, metric, 'sex').value).toBeCloseTo(value, 8);
  });

  it.each([
    ['statistical_parity_difference', -0.14944769330734242],
    ['disparate_impact', 0.7948260481712757],
  ] as const)('reproduces the published %s of the labels of German credit', (metric, value) => {
    // AIF360's documentation reads it off the data: as if the labels were predicted.
    const labels = profileOfConfusions(
      'age_group',
      {
        '25_or_under': { tp: 110, fp: 0, fn: 0, tn: 80 },
        over_25: { tp: 590, fp: 0, fn: 0, tn: 220 },
      },
      'over_25',
    );
    expect(across(labels, metric, 'age_group').value).toBeCloseTo(value, 14);
  });

  it('rests on the denominators of its rates', () => {
    expect(across(adult, 'demographic_parity_ratio', 'sex').n).toBe(48842);
    expect(across(adult, 'equal_opportunity_difference', 'sex').n).toBe(793 + 976 + 5251 + 4667);
    expect(across(adult, 'equalized_odds_difference', 'sex').n).toBe(48842);
  });

  const even: Confusion = { tp: 30, fp: 10, fn: 10, tn: 30 };
  const two = (b: Confusion): Profile => profileOfConfusions('g', { a: even, b });

  it('has a ratio of 0 when one group has nobody selected, and none when nobody is anywhere', () => {
    const one = across(two({ tp: 0, fp: 0, fn: 40, tn: 40 }), 'demographic_parity_ratio', 'g');
    expect(one).toMatchObject({ value: 0, state: 'ok', interval: { lower: 0 } });
    const nobody = profileOfConfusions('g', {
      a: { tp: 0, fp: 0, fn: 40, tn: 40 },
      b: { tp: 0, fp: 0, fn: 50, tn: 30 },
    });
    expect(across(nobody, 'demographic_parity_ratio', 'g')).toMatchObject({
      state: 'undefined',
      value: null,
      reason: 'the version selects nobody in any group, and 0/0 is no ratio',
    });
    expect(across(nobody, 'demographic_parity_difference', 'g').value).toBe(0);
  });

  it('is undefined when a group has no row to count, and names it', () => {
    const profile = two({ tp: 0, fp: 20, fn: 0, tn: 30 });
    expect(across(profile, 'equal_opportunity_difference', 'g')).toMatchObject({
      state: 'undefined',
      reason: 'b has no favorable row; at least 20 are needed',
    });
    expect(across(profile, 'equalized_odds_difference', 'g').state).toBe('undefined');
    expect(across(profile, 'demographic_parity_ratio', 'g').state).toBe('ok');
  });

  it('is insufficient when a group has too few, and says how many there are', () => {
    const profile = two({ tp: 5, fp: 20, fn: 7, tn: 30 });
    expect(across(profile, 'equalized_odds_difference', 'g')).toMatchObject({
      state: 'insufficient',
      n: 80 + 62,
      reason: 'b has 12 favorable rows; at least 20 are needed',
    });
  });

  it('does not list more than five of many groups', () => {
    const few = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`g${i}`, { tp: 1, fp: 1, fn: 1, tn: 1 }]),
    );
    expect(across(profileOfConfusions('g', few), 'demographic_parity_ratio', 'g').reason).toBe(
      'g0 has 4 rows, g1 has 4 rows, g2 has 4 rows, g3 has 4 rows, g4 has 4 rows and 4 more; at least 20 are needed',
    );
  });

  it('folds the interval of alike groups at 0, and that of their ratio at 1', () => {
    const alike = two(even);
    expect(across(alike, 'demographic_parity_difference', 'g').interval?.lower).toBe(0);
    expect(across(alike, 'demographic_parity_ratio', 'g').interval?.upper).toBe(1);
  });

  it('compares with the champion on the same rows', () => {
    const rows = (group: string, counts: readonly number[]) =>
      counts.flatMap((count, i) =>
        repeated(
          [{ label: i % 2 === 0, prediction: i < 4, champion: i % 4 < 2, groups: { g: group } }],
          count,
        ),
      );
    const profile = profileOf(
      [...rows('a', [30, 20, 10, 5, 8, 4, 20, 30]), ...rows('b', [20, 9, 2, 1, 20, 9, 30, 40])],
      ['g'],
    );
    for (const name of names) {
      const value = (of: Measure['of']) => across(profile, name, 'g', of).value as number;
      expect(value('difference')).toBeCloseTo(value('version') - value('champion'), 14);
      expect(value('version')).not.toBe(value('champion'));
    }
    expect(across(profile, 'demographic_parity_ratio', 'g', 'difference').interval?.method).toBe(
      'paired-contrasts',
    );
  });
});

describe('decidingGroups', () => {
  it('names the groups of the rate that differs more', () => {
    const column = profileOfConfusions('g', {
      a: { tp: 50, fp: 40, fn: 50, tn: 60 },
      b: { tp: 55, fp: 10, fn: 45, tn: 90 },
    }).byColumn[0];
    if (!column) throw new Error('there is one column');
    expect(decidingGroups('equalized_odds_difference', column, 'version')).toEqual({
      low: { rate: 'false_positive_rate', group: 'b', value: 0.1, n: 100 },
      high: { rate: 'false_positive_rate', group: 'a', value: 0.4, n: 100 },
    });
  });
});
