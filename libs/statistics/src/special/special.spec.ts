import { describe, expect, it } from '@jest/globals';
import { drift } from '../../test/drift-oracles.js';
import { scaledBesselK } from './bessel-k.js';
import { binomialDensity, poissonDensity } from './binomial-density.js';
import { cramerVonMisesCdf } from './cramer-von-mises-cdf.js';
import { incompleteBeta, studentTwoSidedTail } from './incomplete-beta.js';
import { chiSquareTail, incompleteGamma } from './incomplete-gamma.js';
import { kolmogorovTail } from './kolmogorov.js';
import { logGamma } from './log-gamma.js';

const relative = (ours: number, theirs: number): number =>
  ours === theirs ? 0 : Math.abs(ours - theirs) / Math.abs(theirs);

const rows = (name: string): readonly (readonly number[])[] =>
  drift.special[name] as readonly (readonly number[])[];

describe('logGamma', () => {
  it.each(rows('log_gamma'))('agrees with mpmath at %d', (x, expected) => {
    expect(Math.abs(logGamma(x!) - expected!)).toBeLessThan(2e-14 * Math.max(1, expected!));
  });

  it('refuses negative numbers, and is infinite at its pole', () => {
    expect(logGamma(0)).toBe(Infinity);
    for (const x of [-1, NaN]) expect(() => logGamma(x)).toThrow(RangeError);
  });
});

describe('incompleteGamma', () => {
  it.each(rows('incomplete_gamma'))('agrees with mpmath at a = %d, x = %d', (a, x, p, q) => {
    const { lower, upper } = incompleteGamma(a!, x!);
    expect(relative(lower, p!)).toBeLessThan(1e-12);
    expect(relative(upper, q!)).toBeLessThan(1e-12);
  });

  it('has its ends and refuses what is no argument', () => {
    expect(incompleteGamma(2, 0)).toEqual({ lower: 0, upper: 1 });
    expect(incompleteGamma(2, Infinity)).toEqual({ lower: 1, upper: 0 });
    for (const [a, x] of [
      [0, 1],
      [1, -1],
      [NaN, 1],
    ] as const)
      expect(() => incompleteGamma(a, x)).toThrow(RangeError);
  });

  it('gives the chi-square tail that tables have', () => {
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 14);
    expect(chiSquareTail(18.307038053275146, 10)).toBeCloseTo(0.05, 14);
  });
});

describe('incompleteBeta', () => {
  it.each(rows('student_two_sided'))(
    'gives the t tail of mpmath at t = %d, df = %d',
    (t, df, p) => {
      expect(relative(studentTwoSidedTail(t!, df!), p!)).toBeLessThan(1e-12);
    },
  );

  it('mirrors, has its ends, and refuses what is no argument', () => {
    expect(incompleteBeta(2, 3, 0.3) + incompleteBeta(3, 2, 0.7)).toBeCloseTo(1, 15);
    expect([incompleteBeta(2, 3, 0), incompleteBeta(2, 3, 1)]).toEqual([0, 1]);
    expect(studentTwoSidedTail(Infinity, 3)).toBe(0);
    expect(() => incompleteBeta(0, 1, 0.5)).toThrow(RangeError);
    expect(() => incompleteBeta(1, 1, 1.5)).toThrow(RangeError);
  });
});

describe('binomialDensity', () => {
  it('adds up to 1, and has its ends', () => {
    const sum = Array.from({ length: 41 }, (_, k) => binomialDensity(k, 40, 0.3, 0.7));
    expect(sum.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 14);
    expect([binomialDensity(0, 4, 0, 1), binomialDensity(4, 4, 1, 0)]).toEqual([1, 1]);
    expect([binomialDensity(1, 4, 0, 1), binomialDensity(-1, 4, 0.5, 0.5)]).toEqual([0, 0]);
    expect(poissonDensity(3, 2)).toBeCloseTo((Math.exp(-2) * 8) / 6, 14);
  });
});

describe('kolmogorovTail', () => {
  it.each(rows('kolmogorov'))('agrees with scipy at n = %d, d = %d', (n, d, p) => {
    expect(Math.abs(kolmogorovTail(n!, d!) - p!)).toBeLessThan(1e-10);
  });

  it('refuses what is no number of observations', () => {
    expect(() => kolmogorovTail(0, 0.5)).toThrow(RangeError);
    expect(() => kolmogorovTail(2.5, 0.5)).toThrow(RangeError);
  });
});

describe('scaledBesselK', () => {
  it.each(rows('bessel_k'))('agrees with scipy for v = %d at %d', (v, x, expected) => {
    expect(relative(scaledBesselK(v!, x!), expected!)).toBeLessThan(1e-12);
  });
});

describe('cramerVonMisesCdf', () => {
  // Anderson and Darling, Asymptotic theory of certain goodness of fit criteria (1952), table 1.
  it.each([
    [0.11888, 0.5],
    [0.3473, 0.9],
    [0.46136, 0.95],
    [0.74346, 0.99],
  ])('has the published quantile %d', (x, p) => {
    expect(cramerVonMisesCdf(x)).toBeCloseTo(p, 4);
  });

  it('rises from 0 to 1', () => {
    expect(cramerVonMisesCdf(0.001)).toBe(0);
    expect(cramerVonMisesCdf(4)).toBeGreaterThan(1 - 1e-8);
  });
});
