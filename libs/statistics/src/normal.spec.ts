import { describe, expect, it } from '@jest/globals';
import { normalCdf, normalQuantile, twoSidedQuantile } from './normal.js';

describe('the standard normal distribution', () => {
  // Abramowitz and Stegun (1964), table 26.1; tails from R 4.3, pnorm(x).
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [-1.959963984540054, 0.025],
    [-3, 0.0013498980316300946],
    [-6, 9.865876450376946e-10],
    [-10, 7.61985302416052e-24],
    [-37, 5.725571222524576e-300],
  ])('has Φ(%d) = %d', (x, expected) => {
    expect(Math.abs(normalCdf(x) - expected)).toBeLessThanOrEqual(1e-12 * expected);
  });

  it('is symmetric, and monotone where its two formulas meet', () => {
    for (const x of [0, 0.3, 2, 2.999, 3, 5, 9])
      expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 15);
    const around = Array.from({ length: 200 }, (_, i) => normalCdf(-3.0001 + i * 1e-6));
    expect(around).toEqual(around.toSorted((a, b) => a - b));
  });

  // Wichura (1988), the values published to check AS 241.
  it.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.262340089798407],
    [0.975, 1.959963984540054],
  ])('has Φ⁻¹(%d) = %d', (p, expected) => {
    expect(Math.abs(normalQuantile(p) / expected - 1)).toBeLessThan(4 * Number.EPSILON);
  });

  it('inverts itself', () => {
    for (const p of [1e-12, 1e-6, 0.01, 0.07, 0.08, 0.4, 0.6, 0.92, 0.93, 0.999])
      expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-12);
  });

  it('has infinite quantiles at 0 and 1, and refuses what is no probability', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(NaN)]).toEqual([0, 1, NaN]);
    for (const p of [-0.1, 1.1, NaN]) expect(() => normalQuantile(p)).toThrow(RangeError);
    for (const level of [0, 1, 95]) expect(() => twoSidedQuantile(level)).toThrow(RangeError);
  });
});
