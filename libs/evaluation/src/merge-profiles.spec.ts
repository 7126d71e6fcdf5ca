import { describe, expect, it } from '@jest/globals';
import { profileOf, repeated, type Row } from '../test/profiles.js';
import { measureProfile } from './measure-profile.js';
import { mergeProfiles } from './merge-profiles.js';

const row = (label: boolean, prediction: boolean, group: string, champion?: boolean): Row => ({
  label,
  prediction,
  score: prediction ? 0.8 : 0.3,
  groups: { g: group },
  ...(champion === undefined ? {} : { champion, championScore: champion ? 0.7 : 0.2 }),
});
const table = (a: number, b: number, ...groups: string[]): Row[] =>
  groups.flatMap((group) => [
    ...repeated([row(true, true, group, false), row(false, true, group, true)], a),
    ...repeated([row(false, false, group, false), row(true, false, group, true)], b),
  ]);

describe('mergeProfiles', () => {
  const first = table(3, 5, 'a', 'b');
  const second = table(7, 2, 'b', 'c');

  it('counts as if the rows stood in one table', () => {
    const merged = mergeProfiles([profileOf(first, ['g']), profileOf(second, ['g'])]);
    const whole = profileOf([...first, ...second], ['g']);
    const sorted = (cells: typeof whole.overall) =>
      cells.map((cell) => JSON.stringify(cell)).toSorted();
    expect(merged.rows).toBe(whole.rows);
    expect(sorted(merged.overall)).toEqual(sorted(whole.overall));
    expect(merged.byColumn[0]?.groups.map(({ group }) => group)).toEqual(['a', 'b', 'c']);
    whole.byColumn[0]?.groups.forEach(({ cells }, index) =>
      expect(sorted(merged.byColumn[0]?.groups[index]?.cells ?? [])).toEqual(sorted(cells)),
    );
    expect(merged.scores).toEqual(whole.scores);
    expect(merged.byColumn[0]?.groups.map(({ scores }) => scores)).toEqual(
      whole.byColumn[0]?.groups.map(({ scores }) => scores),
    );
  });

  it('has no scores when a part with rows has none', () => {
    const part = profileOf(first, ['g']);
    const merged = mergeProfiles([part, { ...profileOf(second, ['g']), scores: null }]);
    expect(merged.scores).toBeNull();
    const empty = { ...profileOf([], ['g']), scores: null };
    expect(mergeProfiles([empty, part]).scores).toEqual(part.scores);
  });

  it('does not depend on the order of the parts', () => {
    const [a, b] = [profileOf(first, ['g']), profileOf(second, ['g'])];
    expect(mergeProfiles([b, a])).toEqual(mergeProfiles([a, b]));
  });

  it('has no ranking, and so an undefined AUC with the reason', () => {
    const merged = mergeProfiles([profileOf(first, ['g']), profileOf(second, ['g'])]);
    expect(merged.ranking).toBeNull();
    expect(
      measureProfile(merged, { metric: 'roc_auc', of: 'version', by: null, group: null }),
    ).toMatchObject({ state: 'undefined', reason: expect.stringContaining('merged from parts') });
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
