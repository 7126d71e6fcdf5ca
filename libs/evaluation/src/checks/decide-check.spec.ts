import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema, type Check } from '@sluice/contracts';
import type { z } from 'zod';
import { profileOfConfusions } from '../../test/profiles.js';
import type { BinaryProfile as Profile } from '../profile.js';
import { decideCheck } from './decide-check.js';

const decide = (
  check: z.input<typeof policyCheckSchema>,
  profile: Profile,
  hasChampion = false,
): Check => decideCheck(policyCheckSchema.parse(check), { profile, hasChampion });

/** The confusions of the more accurate model of examples/credit-risk. */
const credit = profileOfConfusions('age_group', {
  '25_or_under': { tp: 27, fp: 9, fn: 17, tn: 23 },
  over_25: { tp: 214, fp: 46, fn: 22, tn: 42 },
});

describe('a check of a fairness metric', () => {
  it('says which groups differ, by how much, and what to do', () => {
    const check = decide(
      { metric: 'demographic_parity_ratio', by: 'age_group', at_least: 0.8 },
      credit,
    );
    expect(check).toMatchObject({
      id: 'demographic_parity_ratio/age_group/at_least',
      outcome: 'fail',
      severity: 'fail',
      limit: { at_least: 0.8 },
    });
    expect(check.measure?.value).toBeCloseTo(0.5902834008097165, 12);
    expect(check.reason).toBe(
      'The selection rate is 0.474 for 25_or_under (n = 76) and 0.802 for over_25 (n = 324): ' +
        `a ratio of 0.590 [${check.measure?.interval?.lower.toFixed(3)}, ${check.measure?.interval?.upper.toFixed(3)}], ` +
        'below the limit of 0.80.',
    );
    expect(check.advice).toContain(
      'Raise the selection rate of 25_or_under towards that of over_25',
    );
    expect(check.advice).toContain('reweighed');
  });

  it('passes without advice, and says when its interval reaches past the limit', () => {
    const check = decide(
      { metric: 'demographic_parity_ratio', by: 'age_group', at_least: 0.55 },
      credit,
    );
    expect(check).toMatchObject({ outcome: 'pass', advice: null });
    expect(check.reason).toMatch(
      /, which meets the limit of at least 0\.55; the interval reaches below the limit\.$/,
    );
    const clear = decide(
      { metric: 'demographic_parity_ratio', by: 'age_group', at_least: 0.2 },
      credit,
    );
    expect(clear.reason).toMatch(/, which meets the limit of at least 0\.20\.$/);
  });

  it('only warns when that is its severity', () => {
    const check = decide(
      {
        metric: 'equal_opportunity_difference',
        by: 'age_group',
        at_most: 0.1,
        severity: 'warn',
      },
      credit,
    );
    expect(check).toMatchObject({ outcome: 'warn', severity: 'warn' });
    expect(check.reason).toMatch(
      /^The true positive rate is 0\.614 for 25_or_under \(n = 44\) and 0\.907 for over_25/,
    );
    expect(check.advice).toContain('Favorable rows of 25_or_under are found less often');
    expect(check.advice).toContain('sluice mitigate --method equalized-odds');
  });

  it('says of several rates which one differs more', () => {
    const falsePositives = profileOfConfusions('g', {
      a: { tp: 50, fp: 40, fn: 50, tn: 60 },
      b: { tp: 55, fp: 10, fn: 45, tn: 90 },
      c: { tp: 52, fp: 20, fn: 48, tn: 80 },
    });
    const check = decide(
      { metric: 'equalized_odds_difference', by: 'g', at_most: 0.1 },
      falsePositives,
    );
    expect(check.reason).toMatch(
      /^The false positive rate is 0\.100 for b \(n = 100\) and 0\.400 for a \(n = 100\), lowest and highest of 3 groups, the rate that differs more: a difference of 0\.300/,
    );
    expect(check.advice).toContain('Unfavorable rows of a are predicted favorable more often');
  });

  it('fails when it has no value, whichever the limit, and says how many rows are missing', () => {
    const few = profileOfConfusions('g', {
      a: { tp: 50, fp: 40, fn: 50, tn: 60 },
      b: { tp: 11, fp: 20, fn: 1, tn: 30 },
    });
    const check = decide({ metric: 'equal_opportunity_difference', by: 'g', at_most: 1 }, few);
    expect(check).toMatchObject({
      outcome: 'fail',
      measure: { state: 'insufficient', value: null },
    });
    expect(check.reason).toBe(
      'The equal opportunity difference by g rests on too little to judge: b has 12 favorable rows; at least 20 are needed.',
    );
    expect(check.advice).toBe(
      'Add at least 8 more favorable rows of b to the evaluation data, or merge small groups of g where that is sound.',
    );
  });

  it('fails when its formula is 0/0', () => {
    const nobody = profileOfConfusions('g', {
      a: { tp: 0, fp: 0, fn: 50, tn: 60 },
      b: { tp: 0, fp: 0, fn: 30, tn: 30 },
    });
    const check = decide({ metric: 'demographic_parity_ratio', by: 'g', at_least: 0 }, nobody);
    expect(check).toMatchObject({ outcome: 'fail', measure: { state: 'undefined' } });
    expect(check.reason).toContain('is undefined: the version selects nobody in any group');
    expect(check.advice).toContain('columns.favorable');
  });
});

describe('a check of a quality metric', () => {
  it('has limits on either side', () => {
    const between = (at_least: number, at_most: number): Check =>
      decide({ metric: 'selection_rate', at_least, at_most }, credit);
    expect(between(0.7, 0.8)).toMatchObject({
      outcome: 'pass',
      reason: expect.stringMatching(
        /^The selection rate is 0\.740 \[0\.695, 0\.781\] \(n = 400\), within the limits of 0\.70 and 0\.80; the interval reaches below the limit\.$/,
      ),
    });
    expect(between(0.1, 0.2).reason).toMatch(/, above the limit of 0\.20\.$/);
    expect(between(0.1, 0.2).advice).toContain('raise the decision threshold');
    expect(between(0.75, 0.8).reason).toMatch(
      /, below the limit of 0\.75, though the interval reaches back across the limit\.$/,
    );
    expect(between(0.75, 0.8).advice).toContain('whether this is chance');
  });

  it('passes a limit met exactly, though the value came out beyond it', () => {
    const exact = profileOfConfusions('g', {
      a: { tp: 40, fp: 40, fn: 10, tn: 10 },
      b: { tp: 40, fp: 30, fn: 10, tn: 20 },
    });
    const difference = (at_most: number): Check =>
      decide({ metric: 'demographic_parity_difference', by: 'g', at_most }, exact);
    expect(difference(0.1).measure?.value).toBe(0.8 - 0.7);
    expect(0.8 - 0.7).toBeGreaterThan(0.1);
    expect(difference(0.1)).toMatchObject({
      outcome: 'pass',
      reason: expect.stringContaining('a difference of 0.100 ['),
    });
    // A limit that is truly missed is told apart in the figures too.
    expect(difference(0.0999999)).toMatchObject({
      outcome: 'fail',
      reason: expect.stringContaining('a difference of 0.1000000 ['),
    });
  });

  it('holds by a column only when it does in every group, and tells of the worst', () => {
    const check = decide({ metric: 'true_positive_rate', by: 'age_group', at_least: 0.7 }, credit);
    expect(check).toMatchObject({
      id: 'true_positive_rate/age_group/at_least',
      outcome: 'fail',
      measure: { group: '25_or_under', n: 44 },
    });
    expect(check.reason).toMatch(
      /^The true positive rate for 25_or_under is 0\.614 .* \(n = 44\), the worst of 2 groups, below the limit of 0\.70/,
    );
    const upper = decide({ metric: 'selection_rate', by: 'age_group', at_most: 0.9 }, credit);
    expect(upper).toMatchObject({ outcome: 'pass', measure: { group: 'over_25' } });
  });

  it('counts the groups that miss it', () => {
    const check = decide({ metric: 'accuracy', by: 'age_group', at_least: 0.99 }, credit);
    expect(check.reason).toContain("the worst of 2 groups, 2 of which don't hold the limit");
  });

  it('fails when one group has too few rows, although the others hold', () => {
    const few = profileOfConfusions('g', {
      a: { tp: 50, fp: 0, fn: 0, tn: 50 },
      b: { tp: 5, fp: 0, fn: 0, tn: 5 },
      c: { tp: 50, fp: 0, fn: 0, tn: 50 },
    });
    expect(decide({ metric: 'accuracy', by: 'g', at_least: 0.5 }, few)).toMatchObject({
      outcome: 'fail',
      measure: { group: 'b', state: 'insufficient' },
      reason: 'The accuracy for b rests on too little to judge: 10 rows; at least 20 are needed.',
      advice: expect.stringContaining('Add at least 10 more rows of b'),
    });
    // A group beyond the limit shows more than one of which little is known.
    const worse = profileOfConfusions('g', {
      a: { tp: 10, fp: 40, fn: 40, tn: 10 },
      b: { tp: 5, fp: 0, fn: 0, tn: 5 },
    });
    expect(decide({ metric: 'accuracy', by: 'g', at_least: 0.5 }, worse).measure).toMatchObject({
      group: 'a',
      state: 'ok',
    });
  });

  it('may be about one group', () => {
    const check = decide(
      { metric: 'selection_rate', by: 'age_group', group: 'over_25', at_least: 0.7 },
      credit,
    );
    expect(check).toMatchObject({
      id: 'selection_rate/age_group/over_25/at_least',
      outcome: 'pass',
      measure: { group: 'over_25', n: 324 },
    });
  });

  it('does not hold about a group that the data lacks', () => {
    const check = { metric: 'accuracy', by: 'age_group', group: 'over 25', at_least: 0 } as const;
    expect(decide(check, credit)).toMatchObject({
      outcome: 'fail',
      measure: null,
      reason:
        'No row of the evaluation data has over 25 in age_group, so its accuracy cannot be measured.',
      advice: expect.stringContaining('The data holds 25_or_under, over_25.'),
    });
    expect(decide({ ...check, severity: 'warn' }, credit).outcome).toBe('warn');
  });

  it('tells a missing ranking from missing rows', () => {
    const check = decide({ metric: 'roc_auc', at_least: 0.5 }, credit);
    expect(check).toMatchObject({ outcome: 'fail', measure: { state: 'undefined' } });
    expect(check.advice).toContain('name a score column');
  });
});
