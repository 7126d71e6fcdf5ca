import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema } from '@sluice/contracts';
import { wilson } from '@sluice/statistics';
import { profileOf, type Row } from '../../test/profiles.js';
import { decideCheck } from '../checks/decide-check.js';
import type { MeasureRequest } from '../measure.js';
import { measureProfile } from '../measure-profile.js';
import { mergeProfiles } from '../merge-profiles.js';
import type { BinaryProfile, NeighbourProfile } from '../profile.js';

const rows: Row[] = Array.from({ length: 60 }, (_, row) => ({
  label: row % 2 === 0,
  prediction: row % 3 === 0,
  groups: { g: row % 4 === 0 ? 'a' : 'b' },
}));
const found: NeighbourProfile = {
  neighbours: 5,
  rows: 400,
  candidates: 400,
  sampled: false,
  label: { mean: 0.3, variance: 0.0004 },
  version: { mean: 0.1, variance: 0.0001 },
  champion: { mean: 0.16, variance: 0.0002 },
  difference: { mean: -0.06, variance: 0.00005 },
};
const profileWith = (neighbours?: Partial<NeighbourProfile>): BinaryProfile => ({
  ...profileOf(rows, ['g']),
  ...(neighbours && { neighbours: { ...found, ...neighbours } }),
});
const asked = (about: Partial<MeasureRequest>): MeasureRequest => ({
  metric: 'consistency',
  of: 'version',
  by: null,
  group: null,
  ...about,
});
const measure = (about: Partial<MeasureRequest>, neighbours: Partial<NeighbourProfile> = {}) =>
  measureProfile(profileWith(neighbours), asked(about));

describe('consistency', () => {
  it('is 1 − the mean disagreement, with the interval of as many independent rows as have its variance', () => {
    // 0.1 · 0.9 / 0.0001 = 900 rows.
    const { lower, upper } = wilson({ successes: 810, trials: 900 }).interval;
    expect(measure({})).toMatchObject({
      value: 0.9,
      n: 400,
      interval: {
        lower: expect.closeTo(lower, 11),
        upper: expect.closeTo(upper, 11),
        method: 'neighbours-wilson',
      },
    });
    expect(measure({ metric: 'label_consistency' }).value).toBe(0.7);
    expect(measure({ of: 'champion' }).value).toBeCloseTo(0.84, 15);
  });

  it('of a difference is that of the disagreements the other way round, within 1.97 standard errors', () => {
    const { value, interval } = measure({ of: 'difference' });
    expect(value).toBe(0.06);
    const half = 1.9659 * Math.sqrt(0.00005);
    expect(interval?.lower).toBeCloseTo(0.06 - half, 4);
    expect(interval?.upper).toBeCloseTo(0.06 + half, 4);
  });

  it('has a width where no row disagrees with another, and no decision is another', () => {
    const none = { mean: 0, variance: 0 };
    expect(measure({}, { version: none })).toMatchObject({ value: 1, interval: { upper: 1 } });
    expect(measure({}, { version: none }).interval?.lower).toBeCloseTo(0.9905, 4);
    const { value, interval } = measure({ of: 'difference' }, { difference: none });
    expect(value).toBe(0);
    expect(interval?.lower).toBeLessThan(-0.009);
    expect(interval?.upper).toBeGreaterThan(0.009);
    expect(measure({ metric: 'label_consistency', of: 'difference' }).value).toBe(0);
  });

  it('says that a part of the table was looked at', () => {
    expect(measure({}, { sampled: true }).interval?.method).toBe('neighbours-wilson-of-sample');
  });

  it('is insufficient of few rows, and undefined without a champion, without neighbours and of merged parts', () => {
    expect(measure({}, { rows: 19 })).toMatchObject({ state: 'insufficient', n: 19 });
    expect(measure({ minimumRows: 500 })).toMatchObject({ state: 'insufficient' });
    expect(measure({ of: 'champion' }, { champion: null })).toMatchObject({
      state: 'undefined',
      reason: 'there is no champion',
    });
    const merged = mergeProfiles([profileWith({}), profileWith({})]);
    for (const profile of [merged, profileWith()])
      expect(measureProfile(profile, asked({}))).toMatchObject({
        state: 'undefined',
        value: null,
        n: 0,
        reason: expect.stringContaining('similar rows were not looked for'),
      });
  });

  it('is checked with a reason and advice', () => {
    const check = policyCheckSchema.parse({ metric: 'consistency', at_least: 0.95 });
    const decided = decideCheck(check, { profile: profileWith({}), hasChampion: true });
    expect(decided).toMatchObject({
      outcome: 'fail',
      reason: 'The consistency is 0.900 [0.879, 0.918] (n = 400), below the limit of 0.95.',
      advice: expect.stringContaining('decided differently'),
    });
    const unlooked = decideCheck(check, { profile: profileWith(), hasChampion: true });
    expect(unlooked).toMatchObject({ outcome: 'fail', measure: { state: 'undefined' } });
  });
});
