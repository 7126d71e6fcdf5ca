import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema, type Check, type Policy } from '@sluice/contracts';
import { drawBinomial, seededRandom, twoSidedQuantile } from '@sluice/statistics';
import type { z } from 'zod';
import { profileOf, profileOfConfusions, repeated, type Row } from '../../test/profiles.js';
import type { Profile } from '../profile.js';
import { decideChecks } from './decide-checks.js';
import { testOfLimit } from './test-of-limit.js';

type Rule = z.input<typeof policyCheckSchema>;
const decide = (
  checks: readonly Rule[],
  correction: Policy['correction'],
  profile: Profile,
  hasChampion = false,
): Check[] =>
  decideChecks(
    { checks: checks.map((check) => policyCheckSchema.parse(check)), correction },
    { profile, hasChampion },
  );

/** Groups of 400 rows with so many right. */
const groupsOf = (right: readonly number[]): Profile =>
  profileOfConfusions(
    'g',
    Object.fromEntries(
      right.map((count, index) => [
        `g${String(index).padStart(2, '0')}`,
        { tp: count, fp: 400 - count, fn: 0, tn: 0 },
      ]),
    ),
  );
const rulesFor = (profile: Profile, limit = 0.8): Rule[] =>
  (profile.byColumn[0]?.groups ?? []).map(({ group }) => ({
    metric: 'accuracy',
    by: 'g',
    group,
    at_least: limit,
    holds: 'interval',
  }));
const corrections = ['none', 'bonferroni', 'holm', 'benjamini-hochberg'] as const;

describe('testOfLimit', () => {
  const p = (rule: Rule, profile: Profile) =>
    testOfLimit(policyCheckSchema.parse(rule), { profile, hasChampion: true }).p;

  it('is the score test of a proportion, which Wilson’s interval inverts', () => {
    const profile = groupsOf([340]);
    const { p: found, method } = testOfLimit(policyCheckSchema.parse(rulesFor(profile)[0]), {
      profile,
      hasChampion: false,
    });
    const z = (340 / 400 - 0.8) / Math.sqrt((0.8 * 0.2) / 400);
    expect(method).toBe('wilson');
    expect(twoSidedQuantile(1 - 2 * found)).toBeCloseTo(z, 5);
  });

  it('is at most 0.025 exactly when the whole 95 % interval meets the limit', () => {
    for (let right = 300; right <= 360; right += 3) {
      const profile = groupsOf([right]);
      const rule = rulesFor(profile)[0] as Rule;
      const [check] = decide([rule], 'none', profile);
      expect(p(rule, profile) <= 0.025).toBe(check?.outcome === 'pass');
    }
  });

  it('is the worst of two sides and of several groups, and 1 when a figure misses', () => {
    const profile = groupsOf([340, 330]);
    const both: Rule = { metric: 'accuracy', by: 'g', at_least: 0.8, holds: 'interval' };
    const [first, second] = rulesFor(profile).map((rule) => p(rule, profile)) as [number, number];
    expect(p(both, profile)).toBe(Math.max(first, second));
    const sides = { ...(rulesFor(profile)[0] as Rule), at_most: 0.87 };
    expect(p(sides, profile)).toBeGreaterThan(first);
    expect(p({ ...both, at_least: 0.84 }, profile)).toBe(1);
    expect(p({ ...both, group: 'nobody' }, profile)).toBe(1);
    expect(p({ ...both, min_rows: 1000 }, profile)).toBe(1);
  });

  it('is found for resampled intervals too, no smaller than they can tell', () => {
    const profile = profileOfConfusions('g', { a: { tp: 190, fp: 30, fn: 20, tn: 160 } });
    const rule: Rule = {
      metric: 'matthews_correlation_coefficient',
      at_least: 0.7,
      holds: 'interval',
    };
    expect(p(rule, profile)).toBeGreaterThan(0.01);
    expect(p(rule, profile)).toBeLessThan(0.5);
    expect(p({ ...rule, at_least: 0.1 }, profile)).toBe(0.001);
  });
});

describe('decideChecks', () => {
  // One-sided p of about 0.004, 0.012, 0.017 and 0.4.
  const profile = groupsOf([341, 338, 337, 322]);
  const outcomes = (correction: Policy['correction']): string[] =>
    decide(rulesFor(profile), correction, profile).map(({ outcome }) => outcome);

  it('passes the more the less strict the correction is', () => {
    expect(outcomes('none')).toEqual(['pass', 'pass', 'pass', 'fail']);
    expect(outcomes('bonferroni')).toEqual(['pass', 'fail', 'fail', 'fail']);
    expect(outcomes('holm')).toEqual(['pass', 'fail', 'fail', 'fail']);
    expect(outcomes('benjamini-hochberg')).toEqual(['pass', 'pass', 'pass', 'fail']);
  });

  it('passes by Holm what Bonferroni fails, one after the other', () => {
    // p of about 0.0001, 0.003, 0.009 and 0.012.
    const better = groupsOf([350, 342, 339, 338]);
    const passes = (correction: Policy['correction']): number =>
      decide(rulesFor(better), correction, better).filter(({ outcome }) => outcome === 'pass')
        .length;
    expect(passes('bonferroni')).toBe(2);
    expect(passes('holm')).toBe(4);
  });

  it('decides as its adjusted p and its interval say, and tells them', () => {
    for (const correction of corrections)
      for (const check of decide(rulesFor(profile), correction, profile)) {
        const p = correction === 'none' ? check.test?.p : check.test?.adjusted;
        expect((p as number) <= 0.025).toBe(check.outcome === 'pass');
        expect((check.measure?.interval?.lower as number) >= 0.8).toBe(check.outcome === 'pass');
        expect(check.reason).toMatch(/\(p = (less than )?[01]\.\d{4}.*\)\.$/);
      }
    const [first] = decide(rulesFor(profile), 'holm', profile);
    expect(first?.reason).toContain(
      'after the correction of Holm over 4 checks; up to 0.025 passes',
    );
    expect(first?.test).toMatchObject({ hypothesis: 'limit_missed', method: 'wilson' });
  });

  it('leaves checks that hold by their estimate alone', () => {
    const plain = rulesFor(profile).map((rule) => ({ ...rule, holds: 'estimate' as const }));
    const [check] = decide(plain, 'holm', profile);
    expect(check?.test).toBeUndefined();
    expect(check?.measure?.interval?.level).toBe(0.95);
  });

  it('tests a difference from the champion by McNemar, DeLong or resampling, or says why not', () => {
    const rows: Row[] = [20, 6, 9, 30].flatMap((count, index) =>
      repeated(
        [
          {
            label: true,
            prediction: index < 2,
            champion: index % 2 === 0,
            score: index < 2 ? 0.75 : 0.25,
            championScore: index % 2 === 0 ? 0.75 : 0.25,
            groups: {},
          },
          {
            label: false,
            prediction: false,
            champion: false,
            score: 0.3,
            championScore: 0.3,
            groups: {},
          },
        ],
        count,
      ),
    );
    const against = (metric: Rule['metric']): Rule => ({
      metric,
      against: 'champion',
      no_worse_by: 0.2,
    });
    const [rate, area, figure, order] = decide(
      [against('true_positive_rate'), against('roc_auc'), against('f1_score'), against('pr_auc')],
      'none',
      profileOf(rows, []),
      true,
    );
    // 2 P(X < 6) + P(X = 6), X ~ Binomial(15, ½): scipy.stats.binom.
    expect(rate?.test).toMatchObject({ hypothesis: 'no_difference', method: 'mcnemar-mid-p' });
    expect(rate?.test?.p).toBeCloseTo(0.454498291015625, 10);
    expect(rate?.reason).toContain('; p = 0.4545 if they did not differ)');
    expect(area?.test).toMatchObject({ hypothesis: 'no_difference', method: 'delong' });
    expect(figure?.test).toMatchObject({ method: 'multinomial-bootstrap' });
    expect(order?.test).toBeUndefined();
    expect(order?.reason).toContain('; without a test, as the profile does not hold both scores');
  });
});

describe('the errors of a gate of 12 checks', () => {
  // Of 12 checks at the limit or above it, so many hold a truth on the limit: to pass these is wrong.
  const limit = 0.8;
  const simulate = (nulls: number) => {
    const random = seededRandom([1979, nulls]);
    const trials = 120;
    const wrong = { none: 0, bonferroni: 0, holm: 0, 'benjamini-hochberg': 0 };
    const shares = { none: 0, bonferroni: 0, holm: 0, 'benjamini-hochberg': 0 };
    const right = { none: 0, bonferroni: 0, holm: 0, 'benjamini-hochberg': 0 };
    for (let trial = 0; trial < trials; trial += 1) {
      const profile = groupsOf(
        Array.from({ length: 12 }, (_, index) =>
          drawBinomial(400, index < nulls ? limit : 0.86, random),
        ),
      );
      for (const correction of corrections) {
        const passed = decide(rulesFor(profile, limit), correction, profile).map(
          ({ outcome }) => outcome === 'pass',
        );
        const wrongly = passed.slice(0, nulls).filter(Boolean).length;
        const all = passed.filter(Boolean).length;
        wrong[correction] += wrongly > 0 ? 1 / trials : 0;
        shares[correction] += all === 0 ? 0 : wrongly / all / trials;
        right[correction] += (all - wrongly) / (12 - nulls || 1) / trials;
      }
    }
    return { wrong, shares, right };
  };

  it('are rarer with a correction: any wrong pass, or their share', () => {
    // 0.025 and three standard errors of 120 trials.
    const most = 0.025 + 3 * Math.sqrt((0.025 * 0.975) / 120);
    for (const nulls of [12, 6]) {
      const { wrong, shares, right } = simulate(nulls);
      expect(wrong.bonferroni).toBeLessThan(most);
      expect(wrong.holm).toBeLessThan(most);
      expect(shares['benjamini-hochberg']).toBeLessThan(most);
      // Without one, some check passes wrongly in 12 to 26 % of cases.
      expect(wrong.none).toBeGreaterThan(0.08);
      if (nulls < 12) {
        expect(right.holm).toBeGreaterThanOrEqual(right.bonferroni);
        expect(right['benjamini-hochberg']).toBeGreaterThan(right.holm);
      }
    }
  });
});
