import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema, type Check } from '@sluice/contracts';
import type { z } from 'zod';
import { profileOf, profileOfConfusions, repeated, type Row } from '../../test/profiles.js';
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

describe('a check against the champion', () => {
  const rows = (counts: readonly number[], group = 'a'): Row[] =>
    counts.flatMap((count, i) =>
      repeated(
        [{ label: i % 2 === 0, prediction: i < 4, champion: i % 4 < 2, groups: { g: group } }],
        count,
      ),
    );
  // label × both, version only, champion only, neither
  const better = profileOf(rows([60, 10, 20, 5, 8, 20, 12, 65]), ['g']);
  const worse = profileOf(rows([60, 10, 5, 20, 28, 5, 12, 60]), ['g']);

  it('never passes without a champion, but does not block the first version either', () => {
    for (const severity of ['fail', 'warn'] as const) {
      const check = decide(
        { metric: 'accuracy', against: 'champion', no_worse_by: 0.02, severity },
        credit,
      );
      expect(check).toMatchObject({ outcome: 'warn', severity, measure: null });
      expect(check.reason).toContain('no champion yet');
      expect(check.advice).toBeTruthy();
    }
  });

  it('passes when the version is better or no worse than allowed', () => {
    const check = decide(
      { metric: 'accuracy', against: 'champion', no_worse_by: 0.02 },
      better,
      true,
    );
    expect(check).toMatchObject({
      id: 'accuracy/against_champion',
      outcome: 'pass',
      limit: { no_worse_by: 0.02 },
      measure: { of: 'difference', n: 200 },
    });
    expect(check.reason).toMatch(
      /^The accuracy is 0\.825, the champion's 0\.690: a change of \+0\.135 \[\+0\.\d{3}, \+0\.\d{3}\] \(n = 200; p = 0\.0002 if they did not differ\), within the 0\.02 that it may be worse by\.$/,
    );
  });

  it('fails when the version is worse, each metric in its own direction', () => {
    const against = { against: 'champion', no_worse_by: 0.02 } as const;
    const accuracy = decide({ metric: 'accuracy', ...against }, worse, true);
    expect(accuracy).toMatchObject({ outcome: 'fail' });
    expect(accuracy.reason).toContain(': a change of −0.19');
    expect(accuracy.reason).toContain('worse by more than the 0.02 allowed');
    expect(accuracy.advice).toContain('those of the champion');
    // It finds fewer favorable rows, and accepts more unfavorable ones: a rise is worse there.
    const falsePositives = decide({ metric: 'false_positive_rate', ...against }, worse, true);
    expect(falsePositives).toMatchObject({ outcome: 'fail' });
    expect(falsePositives.measure?.value).toBeGreaterThan(0.02);
    expect(decide({ metric: 'false_positive_rate', ...against }, better, true).outcome).toBe(
      'pass',
    );
  });

  it('compares fairness, with the groups of both', () => {
    const profile = profileOf(
      [...rows([60, 10, 20, 5, 8, 20, 12, 65]), ...rows([20, 5, 2, 1, 40, 30, 30, 60], 'b')],
      ['g'],
    );
    const check = decide(
      { metric: 'demographic_parity_ratio', by: 'g', against: 'champion', no_worse_by: 0.1 },
      profile,
      true,
    );
    expect(check).toMatchObject({
      id: 'demographic_parity_ratio/g/against_champion',
      outcome: 'fail',
    });
    expect(check.reason).toMatch(
      /^The demographic parity ratio by g is 0\.\d{3} \(selection rate 0\.\d{3} for b, 0\.\d{3} for a\), the champion's 0\.\d{3} \(selection rate 0\.\d{3} for b?a?, 0\.\d{3} for a?b?\): a change of −0\.\d{3} \[/,
    );
  });

  it('compares each group', () => {
    const profile = profileOf(
      [...rows([60, 10, 20, 5, 8, 20, 12, 65]), ...rows([60, 10, 5, 20, 28, 5, 12, 60], 'b')],
      ['g'],
    );
    const check = decide(
      { metric: 'accuracy', by: 'g', against: 'champion', no_worse_by: 0.02 },
      profile,
      true,
    );
    expect(check).toMatchObject({ outcome: 'fail', measure: { group: 'b', of: 'difference' } });
    expect(check.reason).toMatch(
      /^The accuracy for b is 0\.\d{3}, the champion's 0\.\d{3}: .*the worst of 2 groups/,
    );
  });

  it('is a difference of 0 for the same artifact', () => {
    const same = rows([60, 10, 0, 0, 0, 0, 12, 65]);
    const check = decide(
      { metric: 'accuracy', against: 'champion', no_worse_by: 0 },
      profileOf(same, ['g']),
      true,
    );
    expect(check).toMatchObject({ outcome: 'pass', measure: { value: 0 } });
    expect(check.reason).toContain(': a change of 0.000 [');
  });
});
