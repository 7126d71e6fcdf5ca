import { describe, expect, it } from '@jest/globals';
import { newcombePaired } from './newcombe-paired.js';
import { oracles } from '../test/oracles.js';

describe('newcombePaired', () => {
  const compared = oracles.filter(({ expected }) => expected.against_champion);

  it.each(compared)('agrees with method 10 as the oracles have it on $name', ({ expected }) => {
    const champion = expected.against_champion;
    if (!champion) throw new Error('filtered above');
    const [both, firstOnly, secondOnly, neither] = champion.correct_both_this_champion_neither;
    const { estimate, interval, n } = newcombePaired({ both, firstOnly, secondOnly, neither });
    const [lower, upper] = champion.accuracy_difference_newcombe_paired_corrected_95;
    expect(estimate).toBeCloseTo(champion.accuracy_difference, 14);
    expect(Math.abs(interval.lower - lower)).toBeLessThan(1e-12);
    expect(Math.abs(interval.upper - upper)).toBeLessThan(1e-12);
    expect(n).toBe(expected.n);
  });

  it('was compared with enough cases to mean something', () => {
    expect(compared.length).toBeGreaterThan(5);
  });

  it('mirrors when the outcomes change places, and when success and failure do', () => {
    const forth = newcombePaired({ both: 20, firstOnly: 12, secondOnly: 2, neither: 16 });
    const swapped = newcombePaired({ both: 20, firstOnly: 2, secondOnly: 12, neither: 16 });
    const inverted = newcombePaired({ both: 16, firstOnly: 2, secondOnly: 12, neither: 20 });
    for (const mirrored of [swapped, inverted]) {
      expect(mirrored.estimate).toBe(-forth.estimate);
      expect(mirrored.interval.lower).toBeCloseTo(-forth.interval.upper, 14);
      expect(mirrored.interval.upper).toBeCloseTo(-forth.interval.lower, 14);
    }
  });

  it('is narrower than an unpaired interval would be when the outcomes agree, and shrinks with n', () => {
    const width = (scale: number, discordant: number): number => {
      const { lower, upper } = newcombePaired({
        both: 50 * scale,
        firstOnly: discordant * scale,
        secondOnly: discordant * scale,
        neither: 50 * scale,
      }).interval;
      return upper - lower;
    };
    expect(width(1, 2)).toBeLessThan(width(1, 30));
    expect(width(4, 2)).toBeLessThan(width(1, 2));
  });

  it('keeps a width where no pair disagrees, and has 0 inside', () => {
    const { estimate, interval } = newcombePaired({
      both: 30,
      firstOnly: 0,
      secondOnly: 0,
      neither: 10,
    });
    expect(estimate).toBe(0);
    expect(interval.lower).toBeLessThan(0);
    expect(interval.upper).toBeGreaterThan(0);
  });

  it('does not overflow on large tables', () => {
    const { interval } = newcombePaired({
      both: 4e9,
      firstOnly: 1e9,
      secondOnly: 1e9,
      neither: 4e9,
    });
    expect(interval.lower).toBeCloseTo(-interval.upper, 12);
    expect(interval.upper).toBeGreaterThan(0);
  });

  it('refuses a table without pairs', () => {
    expect(() => newcombePaired({ both: 0, firstOnly: 0, secondOnly: 0, neither: 0 })).toThrow(
      RangeError,
    );
  });
});
