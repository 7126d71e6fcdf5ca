import { describe, expect, it } from '@jest/globals';
import { drawBinomial } from './binomial.js';
import { percentileInterval, resampleCounts } from './multinomial-bootstrap.js';
import { normBootstrap } from './norm-bootstrap.js';
import { seededRandom, type Random } from './random.js';

/** Deviations of groups' shares from that of all, weighed by their rows. Counts: yes and no of each group in turn. */
const deviations = (counts: readonly number[]): number[] => {
  const groups = Array.from({ length: counts.length / 2 }, (_, group) => {
    const [yes = 0, no = 0] = counts.slice(2 * group, 2 * group + 2);
    return { yes, n: yes + no };
  });
  const n = groups.reduce((sum, group) => sum + group.n, 0);
  const mean = groups.reduce((sum, { yes }) => sum + yes, 0) / n;
  return groups.map((group) => Math.sqrt(group.n / n) * (group.yes / group.n - mean));
};
const length = (vector: readonly number[]): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

describe('normBootstrap', () => {
  it('is the length, with what the vector is off by in resamples', () => {
    // Every resample is the same distance away.
    const resamples = {
      counts: [3, 4],
      tables: [
        [3, 5],
        [4, 4],
        [2, 4],
      ],
      smoothing: 0,
    };
    expect(normBootstrap(resamples, (counts) => counts)).toMatchObject({
      estimate: 5,
      interval: { lower: 4, upper: 6, level: 0.95, method: 'norm-bootstrap' },
      n: 7,
    });
  });

  it('ends at 0, and has no end above where replicates aren’t defined', () => {
    const resamples = {
      counts: [1, 1],
      tables: [
        [9, 9],
        [1, 1],
      ],
      smoothing: 0,
    };
    expect(normBootstrap(resamples, (counts) => counts).interval.lower).toBe(0);
    const undefinedAt9 = ([a = 0, b = 0]: readonly number[]): number[] => [a === 9 ? NaN : a, b];
    expect(normBootstrap(resamples, undefinedAt9).interval.upper).toBe(Infinity);
  });

  const drawn = (sizes: readonly number[], shares: readonly number[], random: Random): number[] =>
    sizes.flatMap((size, group) => {
      const yes = drawBinomial(size, shares[group] as number, random);
      return [yes, size - yes];
    });

  it.each([
    ['two alike', [60, 230], [0.6, 0.6]],
    ['two apart', [60, 230], [0.5, 0.75]],
    ['five alike', [60, 80, 100, 60, 90], [0.4, 0.4, 0.4, 0.4, 0.4]],
    ['five apart', [60, 80, 100, 60, 90], [0.3, 0.4, 0.5, 0.6, 0.45]],
  ])('covers the truth with %s, in 300 simulated tables', (_, sizes, shares) => {
    const random = seededRandom(sizes);
    const n = sizes.reduce((sum, size) => sum + size, 0);
    const mean = sizes.reduce((sum, size, group) => sum + size * (shares[group] as number), 0) / n;
    const truth = length(
      sizes.map((size, g) => Math.sqrt(size / n) * ((shares[g] as number) - mean)),
    );
    let covered = 0;
    for (let run = 0; run < 300; run += 1) {
      const resamples = resampleCounts(drawn(sizes, shares, random), {
        random,
        replicates: 150,
        smoothing: 2,
      });
      const { interval } = normBootstrap(resamples, deviations);
      if (interval.lower <= truth + 1e-12 && truth <= interval.upper) covered += 1;
    }
    // Two standard errors of a share of 0.95 in 300 are 0.025.
    expect(covered / 300).toBeGreaterThanOrEqual(0.925);
  });

  it('covers 0 where the percentiles of the length never do', () => {
    const random = seededRandom([7]);
    const counts = drawn([80, 80, 80], [0.5, 0.5, 0.5], random);
    const resamples = resampleCounts(counts, { random, replicates: 500 });
    const percentiles = percentileInterval(resamples, (table) => length(deviations(table)), {
      range: [0, 1],
    });
    expect(percentiles.interval.lower).toBeGreaterThan(0);
    expect(normBootstrap(resamples, deviations).interval.lower).toBe(0);
  });
});
