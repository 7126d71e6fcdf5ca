import { describe, expect, it } from '@jest/globals';
import type { Measure } from '@sluice/contracts';
import { predictionsOnly, profileOf, repeated, type Row } from '../test/profiles.js';
import { decideCheck } from './checks/decide-check.js';
import { measureProfile } from './measure-profile.js';
import { mergeProfiles } from './merge-profiles.js';
import type { BinaryProfile as Profile, BinarySlice, ScoreProfile } from './profile.js';

const row = (label: boolean, prediction: boolean, group: string, champion?: boolean): Row => ({
  label,
  prediction,
  // Sums of eighths are exact in any order.
  score: prediction ? 0.875 : 0.25,
  groups: { g: group },
  ...(champion === undefined ? {} : { champion, championScore: champion ? 0.75 : 0.125 }),
});
const table = (a: number, b: number, ...groups: string[]): Row[] =>
  groups.flatMap((group) => [
    ...repeated([row(true, true, group, false), row(false, true, group, true)], a),
    ...repeated([row(false, false, group, false), row(true, false, group, true)], b),
  ]);

const withoutPairs = (slice: BinarySlice): BinarySlice => {
  const scores = slice.scores as ScoreProfile & { runs: NonNullable<ScoreProfile['runs']> };
  return { ...slice, scores: { ...scores, runs: { ...scores.runs, pairs: null } } };
};

describe('mergeProfiles', () => {
  const first = table(3, 5, 'a', 'b');
  const second = table(7, 2, 'b', 'c');

  it('counts as if the rows stood in one table', () => {
    const merged = mergeProfiles([profileOf(first, ['g']), profileOf(second, ['g'])]);
    const whole = profileOf([...first, ...second], ['g']);
    const sorted = (cells: typeof whole.overall.cells) =>
      cells.map((cell) => JSON.stringify(cell)).toSorted();
    expect(merged.rows).toBe(whole.rows);
    expect(sorted(merged.overall.cells)).toEqual(sorted(whole.overall.cells));
    expect(merged.byColumn[0]?.groups.map(({ group }) => group)).toEqual(['a', 'b', 'c']);
    whole.byColumn[0]?.groups.forEach(({ cells }, index) =>
      expect(sorted(merged.byColumn[0]?.groups[index]?.cells ?? [])).toEqual(sorted(cells)),
    );
    expect(merged.overall.scores).toEqual(whole.overall.scores);
    expect(merged.overall.losses?.difference?.brier).toEqual(
      whole.overall.losses?.difference?.brier,
    );
    expect(merged.overall.losses?.version.log.sum).toBeCloseTo(
      whole.overall.losses?.version.log.sum as number,
      12,
    );
    expect(merged.byColumn[0]?.groups.map(({ scores }) => scores)).toEqual(
      whole.byColumn[0]?.groups.map(({ scores }) => scores),
    );
  });

  it('has no scores when a part with rows has none', () => {
    const part = profileOf(first, ['g']);
    const scoreless = (rows: Row[]): Profile => {
      const profile = profileOf(rows, ['g']);
      return { ...profile, overall: { ...profile.overall, scores: null, losses: null } };
    };
    const merged = mergeProfiles([part, scoreless(second)]);
    expect(merged.overall.scores).toBeNull();
    expect(merged.overall.losses).toBeNull();
    expect(mergeProfiles([scoreless([]), part]).overall.scores).toEqual(part.overall.scores);
  });

  it('does not depend on the order of the parts', () => {
    const [a, b] = [profileOf(first, ['g']), profileOf(second, ['g'])];
    expect(mergeProfiles([b, a])).toEqual(mergeProfiles([a, b]));
  });

  it('has the ranking of the whole where the parts were made to be merged', () => {
    const parts = [first, second].map((rows) => profileOf(rows, ['g'], {}, true));
    const whole = profileOf([...first, ...second], ['g'], {}, true);
    const merged = mergeProfiles(parts);
    const auc = (profile: Profile, of: Measure['of']) =>
      measureProfile(profile, { metric: 'roc_auc', of, by: 'g', group: 'b' });
    expect(merged.overall.scores).toEqual(whole.overall.scores);
    for (const whose of ['version', 'champion', 'difference'] as const)
      expect(auc(merged, whose)).toEqual(auc(whole, whose));
    // Without pairs the champion may agree with the version or not.
    const unpaired = mergeProfiles(
      parts.map((part) => ({ ...part, byColumn: [], overall: withoutPairs(part.overall) })),
    );
    const request = { metric: 'roc_auc', of: 'difference', by: null, group: null } as const;
    const [found, paired] = [unpaired, whole].map((profile) => measureProfile(profile, request));
    expect(found).toMatchObject({ state: 'ok', interval: { method: 'delong-unpaired' } });
    expect(found?.value).toBeCloseTo(paired?.value as number, 14);
    expect(found?.interval?.lower).toBeLessThanOrEqual(paired?.interval?.lower as number);
    expect(found).not.toHaveProperty('errorBound');
  });

  it('has no ranking, and so an AUC from the bins of the scores, with its error bound', () => {
    const parts = [profileOf(first, ['g']), profileOf(second, ['g'])];
    const merged = mergeProfiles(parts);
    expect(merged.overall.ranking).toBeNull();
    const auc = (profile: typeof merged, of: 'version' | 'champion' | 'difference') =>
      measureProfile(profile, { metric: 'roc_auc', of, by: null, group: null });
    for (const whose of ['version', 'champion', 'difference'] as const) {
      const [found, exact] = [
        auc(merged, whose),
        auc(profileOf([...first, ...second], ['g']), whose),
      ];
      // Every score has a bin of its own, and rows within one are ties: the bins hide nothing but that.
      expect(found.value).toBeCloseTo(exact.value as number, 14);
      expect(found).toMatchObject({ state: 'ok', n: exact.n, errorBound: expect.any(Number) });
      expect(found.interval?.method).toMatch(/binned$/);
      expect(found.interval?.lower).toBeLessThan(exact.interval?.lower as number);
      expect(found.interval?.upper).toBeGreaterThan(exact.interval?.upper as number);
    }
  });

  it('has an AUC that is undefined with the reason, as the whole would', () => {
    const [positives, negatives] = [true, false].map((label) =>
      repeated([row(label, true, 'a', true), row(label, false, 'b', false)], 30),
    ) as [Row[], Row[]];
    const auc = (profiles: Row[][], group: string | null = null) =>
      measureProfile(mergeProfiles(profiles.map((rows) => profileOf(rows, ['g']))), {
        metric: 'roc_auc',
        of: 'version',
        by: group === null ? null : 'g',
        group,
      });
    expect(auc([positives, positives])).toMatchObject({
      state: 'undefined',
      reason: expect.stringContaining('no unfavorable row'),
    });
    expect(auc([positives, negatives.slice(0, 5)])).toMatchObject({ state: 'insufficient' });
    expect(auc([positives, negatives], 'a')).toMatchObject({ state: 'ok', value: 0.5 });
    const without = { ...profileOf(first, ['g']), overall: predictionsOnly([]) };
    const known = profileOf(first, ['g']);
    expect(
      measureProfile(
        mergeProfiles([known, { ...without, overall: predictionsOnly(known.overall.cells) }]),
        { metric: 'roc_auc', of: 'version', by: null, group: null },
      ),
    ).toMatchObject({ state: 'undefined', reason: expect.stringContaining('predictions only') });
  });

  it('passes no check by an AUC whose exact value might not', () => {
    const parts = [profileOf(first, ['g']), profileOf(second, ['g'])];
    const profile = mergeProfiles(parts);
    const request = { metric: 'roc_auc', of: 'version', by: null, group: null } as const;
    const { value, errorBound } = measureProfile(profile, request) as {
      value: number;
      errorBound: number;
    };
    const decided = (at_least: number) =>
      decideCheck(
        {
          metric: 'roc_auc',
          at_least,
          holds: 'estimate',
          severity: 'fail',
          when_undefined: 'fail',
          when_insufficient: 'fail',
        },
        { profile, hasChampion: true },
      );
    expect(errorBound).toBeGreaterThan(0);
    expect(decided(value - errorBound).outcome).toBe('pass');
    expect(decided(value - errorBound / 2)).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(
        /meets the limit .* but it is known within a bound, and the exact value may be/,
      ),
    });
    expect(decided(value + errorBound / 2)).toMatchObject({ outcome: 'fail' });
  });

  it('returns a single profile as it is', () => {
    const only = profileOf(first, ['g']);
    expect(mergeProfiles([only])).toBe(only);
  });

  it('refuses what does not belong together', () => {
    const withChampion = profileOf(first, ['g']);
    const without = profileOf([row(true, true, 'a')], ['g']);
    const privileged = {
      ...withChampion,
      byColumn: withChampion.byColumn.map((column) => ({ ...column, privileged: 'a' })),
    };
    for (const profiles of [
      [],
      [withChampion, without],
      [withChampion, profileOf(first, [])],
      [withChampion, privileged],
    ])
      expect(() => mergeProfiles(profiles)).toThrow(
        expect.objectContaining({ code: 'invalid_data' }),
      );
  });

  it('lets an empty part stand beside one with a champion', () => {
    const merged = mergeProfiles([profileOf([], ['g']), profileOf(first, ['g'])]);
    expect(merged.rows).toBe(first.length);
  });
});
