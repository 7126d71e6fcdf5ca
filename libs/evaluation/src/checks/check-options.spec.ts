import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema, type Check } from '@sluice/contracts';
import type { z } from 'zod';
import { profileOf, profileOfConfusions, repeated, type Row } from '../../test/profiles.js';
import type { BinaryProfile as Profile } from '../profile.js';
import { decideCheck } from './decide-check.js';

const decide = (
  check: z.input<typeof policyCheckSchema>,
  profile: Profile,
  { hasChampion = false, level = 0.95 } = {},
): Check => decideCheck(policyCheckSchema.parse(check), { profile, hasChampion, level });

const credit = profileOfConfusions(
  'age_group',
  {
    '25_or_under': { tp: 27, fp: 9, fn: 17, tn: 23 },
    over_25: { tp: 214, fp: 46, fn: 22, tn: 42 },
  },
  'over_25',
);

describe('a check that holds by its interval', () => {
  it('does not pass on an estimate whose interval reaches beyond the limit', () => {
    const check = { metric: 'accuracy', at_least: 0.75 } as const;
    expect(decide(check, credit).outcome).toBe('pass');
    const strict = decide({ ...check, holds: 'interval' }, credit);
    expect(strict).toMatchObject({
      id: 'accuracy/at_least_interval',
      outcome: 'fail',
      limit: { at_least: 0.75, holds: 'interval' },
    });
    expect(strict.reason).toMatch(
      /, which meets the limit of at least 0\.75, but the whole 95 % interval has to, and it reaches below the limit\.$/,
    );
    expect(strict.advice).toContain('more evaluation rows would narrow its interval');
  });

  it('passes when the worse end meets the limit, on either side', () => {
    for (const limit of [{ at_least: 0.7 }, { at_most: 0.85 }, { at_least: 0.7, at_most: 0.85 }])
      expect(decide({ metric: 'accuracy', holds: 'interval', ...limit }, credit).outcome).toBe(
        'pass',
      );
    const upper = decide({ metric: 'error_rate', holds: 'interval', at_most: 0.25 }, credit);
    expect(upper).toMatchObject({ outcome: 'fail' });
    expect(upper.reason).toContain('it reaches above the limit');
    expect(upper.advice).not.toContain('leak');
  });

  it('holds by a column only when the interval of every group does', () => {
    const check = { metric: 'accuracy', by: 'age_group', at_least: 0.6 } as const;
    expect(decide(check, credit).outcome).toBe('pass');
    expect(decide({ ...check, holds: 'interval' }, credit)).toMatchObject({
      outcome: 'fail',
      measure: { group: '25_or_under' },
    });
  });

  it('has a wider interval at a stricter level', () => {
    const check = { metric: 'accuracy', at_least: 0.72, holds: 'interval' } as const;
    expect(decide(check, credit).outcome).toBe('pass');
    const corrected = decide(check, credit, { level: 0.9999 });
    expect(corrected).toMatchObject({ outcome: 'fail', measure: { interval: { level: 0.9999 } } });
    expect(corrected.reason).toContain('the whole 99.99 % interval');
    // What holds by its estimate keeps its interval.
    expect(
      decide({ metric: 'accuracy', at_least: 0.72 }, credit, { level: 0.9999 }).measure?.interval
        ?.level,
    ).toBe(0.95);
  });

  const rows = (counts: readonly number[]): Row[] =>
    counts.flatMap((count, i) =>
      repeated(
        [{ label: i % 2 === 0, prediction: i < 4, champion: i % 4 < 2, groups: { g: 'a' } }],
        count,
      ),
    );

  it('compares with the champion by the worse end too', () => {
    const profile = profileOf(rows([60, 10, 10, 9, 9, 10, 12, 65]), ['g']);
    const check = { metric: 'accuracy', against: 'champion', no_worse_by: 0.02 } as const;
    expect(decide(check, profile, { hasChampion: true }).outcome).toBe('pass');
    const strict = decide({ ...check, holds: 'interval' }, profile, { hasChampion: true });
    expect(strict).toMatchObject({
      id: 'accuracy/against_champion_interval',
      outcome: 'fail',
    });
    expect(strict.reason).toContain(
      'within the 0.02 that it may be worse by, but the whole 95 % interval has to be',
    );
  });
});

describe('min_rows', () => {
  const few = profileOfConfusions('g', {
    a: { tp: 50, fp: 10, fn: 10, tn: 50 },
    b: { tp: 6, fp: 1, fn: 1, tn: 6 },
  });

  it('asks for fewer rows, or for more, than usual', () => {
    const check = { metric: 'accuracy', by: 'g', at_least: 0.5 } as const;
    expect(decide(check, few).measure?.state).toBe('insufficient');
    expect(decide({ ...check, min_rows: 14 }, few).outcome).toBe('pass');
    expect(decide({ ...check, min_rows: 500 }, few)).toMatchObject({
      outcome: 'fail',
      reason: expect.stringContaining('; at least 500 are needed'),
      advice: expect.stringContaining('Add at least'),
    });
  });

  it('is about every denominator, of groups and of classes', () => {
    const odds = { metric: 'equalized_odds_difference', by: 'g', at_most: 0.5 } as const;
    expect(decide({ ...odds, min_rows: 8 }, few).measure?.state).toBe('insufficient');
    expect(decide({ ...odds, min_rows: 7 }, few).outcome).toBe('pass');
    const mcc = { metric: 'matthews_correlation_coefficient', at_least: 0.1 } as const;
    expect(decide({ ...mcc, min_rows: 100 }, few).measure?.state).toBe('insufficient');
  });

  it('does not make a figure of 0/0', () => {
    const none = profileOfConfusions('g', { a: { tp: 0, fp: 50, fn: 0, tn: 50 } });
    expect(
      decide({ metric: 'true_positive_rate', at_least: 0, min_rows: 1 }, none).measure?.state,
    ).toBe('undefined');
  });
});

describe('a figure without a value', () => {
  const mixed = profileOfConfusions('g', {
    a: { tp: 0, fp: 20, fn: 0, tn: 30 },
    b: { tp: 5, fp: 20, fn: 5, tn: 30 },
    c: { tp: 40, fp: 20, fn: 10, tn: 30 },
  });
  const check = { metric: 'true_positive_rate', by: 'g', at_least: 0.5 } as const;

  it('fails unless the policy makes it a warning, and then says that it did', () => {
    expect(decide(check, mixed)).toMatchObject({
      outcome: 'fail',
      measure: { state: 'undefined' },
    });
    const lenient = { when_undefined: 'warn', when_insufficient: 'warn' } as const;
    const warned = decide({ ...check, ...lenient }, mixed);
    expect(warned).toMatchObject({
      outcome: 'warn',
      severity: 'fail',
      measure: { group: 'a' },
      advice: expect.stringContaining('Add at least'),
    });
    expect(warned.reason).toMatch(/; by when_undefined, the policy makes that a warning\.$/);
  });

  it('fails for what the policy does not excuse', () => {
    expect(decide({ ...check, when_undefined: 'warn' }, mixed)).toMatchObject({
      outcome: 'fail',
      measure: { group: 'b', state: 'insufficient' },
    });
    // A group that misses the limit isn't excused by another of which nothing is known.
    expect(
      decide({ ...check, at_least: 0.9, when_undefined: 'warn', when_insufficient: 'warn' }, mixed),
    ).toMatchObject({ outcome: 'fail', measure: { group: 'c', state: 'ok' } });
  });

  it('only warns when the check only warns', () => {
    expect(decide({ ...check, severity: 'warn' }, mixed).outcome).toBe('warn');
  });
});

describe('a check against the privileged group', () => {
  it('names both sides, the privileged one last', () => {
    const check = decide(
      { metric: 'disparate_impact', by: 'age_group', at_least: 0.8, at_most: 1.25 },
      credit,
    );
    expect(check).toMatchObject({ outcome: 'fail' });
    expect(check.reason).toMatch(
      /^The selection rate is 0\.474 for 25_or_under \(n = 76\) and 0\.802 for over_25 \(n = 324\): a ratio of 0\.590 \[.*\], below the limit of 0\.80\.$/,
    );
    expect(
      decide({ metric: 'statistical_parity_difference', by: 'age_group', at_least: -0.1 }, credit)
        .reason,
    ).toContain('a difference of −0.329 [');
  });

  it('is undefined without a privileged group in the data', () => {
    const nobody = profileOfConfusions(
      'g',
      { a: { tp: 30, fp: 10, fn: 10, tn: 30 }, b: { tp: 30, fp: 10, fn: 10, tn: 30 } },
      'z',
    );
    expect(
      decide({ metric: 'disparate_impact', by: 'g', at_least: 0 }, nobody).measure,
    ).toMatchObject({ state: 'undefined', reason: 'the privileged group has no row' });
  });

  it('compares distances from the ideal with the champion', () => {
    const rows = (group: string, counts: readonly number[]): Row[] =>
      counts.flatMap((count, i) =>
        repeated(
          [{ label: i % 2 === 0, prediction: i < 4, champion: i % 4 < 2, groups: { g: group } }],
          count,
        ),
      );
    // The version prefers b by as much as the champion prefers a: no nearer to equal, and no farther.
    const profile = profileOf(
      [...rows('a', [20, 20, 0, 0, 20, 20, 20, 20]), ...rows('b', [20, 20, 20, 20, 0, 0, 20, 20])],
      ['g'],
      { g: 'a' },
    );
    for (const metric of [
      'statistical_parity_difference',
      'disparate_impact',
      'average_odds_difference',
    ] as const) {
      const check = decide({ metric, by: 'g', against: 'champion', no_worse_by: 0 }, profile, {
        hasChampion: true,
      });
      expect(check).toMatchObject({ outcome: 'pass' });
      expect(Math.abs(check.measure?.value as number)).toBeLessThan(1e-15);
      expect(check.reason).toContain('its distance from ');
    }
  });
});
