import { describe, expect, it } from '@jest/globals';
import { numberAxis } from './number-axis.js';

describe('an axis of numbers', () => {
  it.each([
    [
      [0, 1],
      ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'],
    ],
    [
      [-3.2, 7.9],
      ['−4', '−2', '0', '2', '4', '6', '8'],
    ],
    [
      [14, 118],
      ['0', '20', '40', '60', '80', '100', '120'],
    ],
    [
      [0, 0.00012],
      ['0', '2e−5', '4e−5', '6e−5', '8e−5', '1e−4', '1.2e−4'],
    ],
    [
      [0, 3e9],
      ['0', '5e+8', '1e+9', '1.5e+9', '2e+9', '2.5e+9', '3e+9'],
    ],
  ])('from %j has ticks that people read', (values, texts) => {
    const { ticks, text, range } = numberAxis(values);
    expect(ticks.map((tick) => text(tick))).toEqual(texts);
    // But for rounding, which no picture shows.
    const slack = 1e-9 * (range[1] - range[0]);
    expect(range[0]).toBeLessThanOrEqual(Math.min(...values) + slack);
    expect(range[1]).toBeGreaterThanOrEqual(Math.max(...values) - slack);
  });

  it('has room on both sides of a single number', () => {
    for (const only of [0, 3, -250]) {
      const [from, to] = numberAxis([only, only]).range;
      expect(from).toBeLessThan(only);
      expect(to).toBeGreaterThan(only);
    }
  });
});
