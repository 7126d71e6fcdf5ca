import { describe, expect, it } from '@jest/globals';
import { acrossSchema, type Across } from '@sluice/contracts';
import { seededRandom } from '@sluice/statistics';
import { acrossBounds, farthestFrom } from './across-bounds.js';

/** Each disparity by its definition. */
const plain = (across: Across, groups: readonly number[], reference: number): number => {
  const [first = NaN] = groups;
  const bothWays = (ratio: number): number => Math.min(ratio, 1 / ratio);
  switch (across) {
    case 'group_min':
      return Math.min(...groups);
    case 'group_max':
      return Math.max(...groups);
    case 'difference':
      return Math.max(...groups) - Math.min(...groups);
    case 'ratio':
      return Math.min(...groups) / Math.max(...groups);
    case 'difference_to_overall':
      return Math.max(...groups.map((value) => Math.abs(value - reference)));
    case 'ratio_to_overall':
      return Math.min(...groups.map((value) => bothWays(value / reference)));
    default:
      return across.includes('ratio') ? first / reference : first - reference;
  }
};
const isAmongGroups = (across: Across): boolean =>
  ['difference', 'ratio', 'group_min', 'group_max'].includes(across);

describe('acrossBounds', () => {
  it.each(acrossSchema.options)('of %s hold wherever the figures of groups are', (across) => {
    const random = seededRandom([17]);
    for (let run = 0; run < 300; run += 1) {
      const [reach, spread] = [0.1 * random(), 0.2 + 0.6 * random()];
      const bounds = Array.from({ length: 4 }, () => {
        const lower = 0.2 + spread * random();
        return { lower, upper: lower + reach * random() };
      });
      const [reference = { lower: 1, upper: 1 }, ...groups] = bounds;
      const found = acrossBounds(across, groups, isAmongGroups(across) ? null : reference);
      const place = ({ lower, upper }: (typeof bounds)[number]): number => {
        const chance = random();
        return chance < 0.3 ? lower : chance > 0.7 ? upper : lower + random() * (upper - lower);
      };
      const value = plain(across, groups.map(place), place(reference));
      expect(value).toBeGreaterThanOrEqual(found.lower - 1e-12);
      expect(value).toBeLessThanOrEqual(found.upper + 1e-12);
      expect(found.upper - found.lower).toBeLessThan(40 * reach);
    }
  });

  it.each(acrossSchema.options)('of %s are the value of exact figures', (across) => {
    const at = (value: number) => ({ lower: value, upper: value });
    const groups = [0.4, 0.7, 0.5];
    const found = acrossBounds(across, groups.map(at), isAmongGroups(across) ? null : at(0.6));
    const value = plain(across, groups, 0.6);
    expect(found.lower).toBeCloseTo(value, 14);
    expect(found.upper).toBeCloseTo(value, 14);
    expect(farthestFrom(value, found)).toBeLessThan(1e-14);
  });

  it('has none for a ratio whose divisor may be 0', () => {
    const groups = [{ lower: 0.2, upper: 0.3 }];
    const reference = { lower: 0, upper: 0.1 };
    const { upper } = acrossBounds('others_ratio_to_privileged', groups, reference);
    expect(upper).toBe(Infinity);
  });
});
