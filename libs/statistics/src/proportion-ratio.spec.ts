import { describe, expect, it } from '@jest/globals';
import { oracles } from '../test/oracles.js';
import { proportionRatio } from './proportion-ratio.js';
import { wilson, type Proportion } from './wilson.js';

const p = (successes: number, trials: number): Proportion => ({ successes, trials });

/** MOVER's definition, solved without its closed form: the θ at which 0 leaves the interval of π₁ − θπ₂. */
const bySolving = (first: Proportion, second: Proportion): { lower: number; upper: number } => {
  const one = wilson(first);
  const two = wilson(second);
  const [x, y] = [one.estimate, two.estimate];
  const lowerEnd = (theta: number): number =>
    x - theta * y - Math.hypot(x - one.interval.lower, theta * (two.interval.upper - y));
  const upperEnd = (theta: number): number =>
    x - theta * y + Math.hypot(one.interval.upper - x, theta * (y - two.interval.lower));
  const bisect = (low: number, high: number, f: (theta: number) => number): number => {
    let [a, b] = [low, high];
    for (let step = 0; step < 200; step += 1) {
      const middle = (a + b) / 2;
      if (f(middle) > 0) a = middle;
      else b = middle;
    }
    return a;
  };
  return { lower: bisect(0, x / y, lowerEnd), upper: bisect(x / y, 1e6, upperEnd) };
};

describe('proportionRatio', () => {
  it.each([
    [36, 76, 260, 324],
    [1, 10, 9, 10],
    [1, 50, 1, 50],
    [20, 20, 3, 7],
    [400, 1000, 500, 1000],
    // u₂ = 2p₂ up to rounding, where the printed formula is 0/0.
    [3, 10, 9604, 29408],
  ])('agrees with the equation that defines it on %d/%d over %d/%d', (x1, n1, x2, n2) => {
    const { estimate, interval } = proportionRatio(p(x1, n1), p(x2, n2));
    const solved = bySolving(p(x1, n1), p(x2, n2));
    expect(estimate).toBe(x1 / n1 / (x2 / n2));
    expect(interval.lower / solved.lower).toBeCloseTo(1, 9);
    expect(interval.upper / solved.upper).toBeCloseTo(1, 9);
  });

  it('is close to the log interval of statsmodels where that is defined and rows are many', () => {
    const compared = oracles.flatMap(({ expected, privileged }) =>
      Object.entries(expected.fairness).flatMap(([column, fairness]) => {
        const log = fairness.unprivileged_against_privileged?.selection_rate_ratio_log_95;
        if (!log || expected.n < 400) return [];
        const { groups } = fairness;
        const high = groups[privileged[column] as string];
        const low = Object.entries(groups).find(([name]) => name !== privileged[column])?.[1];
        if (!high || !low) return [];
        const { interval } = proportionRatio(
          p(low.confusion.tp + low.confusion.fp, low.n),
          p(high.confusion.tp + high.confusion.fp, high.n),
        );
        return [interval.lower / log[0], interval.upper / log[1]];
      }),
    );
    expect(compared.length).toBeGreaterThanOrEqual(12);
    for (const quotient of compared) expect(Math.abs(quotient - 1)).toBeLessThan(0.03);
  });

  it('gives reciprocals when the proportions change places', () => {
    const forth = proportionRatio(p(7, 31), p(40, 55)).interval;
    const back = proportionRatio(p(40, 55), p(7, 31)).interval;
    expect(back.lower * forth.upper).toBeCloseTo(1, 12);
    expect(back.upper * forth.lower).toBeCloseTo(1, 12);
  });

  it('needs no correction for zeros', () => {
    const none = proportionRatio(p(0, 20), p(10, 20));
    expect(none.estimate).toBe(0);
    expect(none.interval.lower).toBe(0);
    expect(none.interval.upper).toBeGreaterThan(0);
    expect(none.interval.upper).toBeLessThan(1);

    const infinite = proportionRatio(p(10, 20), p(0, 20));
    expect(infinite.estimate).toBe(Infinity);
    expect(infinite.interval.lower * none.interval.upper).toBeCloseTo(1, 12);
    expect(infinite.interval.upper).toBe(Infinity);

    const neither = proportionRatio(p(0, 20), p(0, 20));
    expect(neither.estimate).toBeNaN();
    expect(neither.interval).toMatchObject({ lower: 0, upper: Infinity });
  });
});
