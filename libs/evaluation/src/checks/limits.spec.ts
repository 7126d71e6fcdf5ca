import { describe, expect, it } from '@jest/globals';
import type { PolicyCheck } from '@sluice/contracts';
import { allowedBy, decidingMargin, isWithin, marginOf } from './limits.js';

const check = (rest: Partial<PolicyCheck>): PolicyCheck => ({
  metric: 'accuracy',
  severity: 'fail',
  holds: 'estimate',
  when_undefined: 'fail',
  when_insufficient: 'fail',
  ...rest,
});
const against = { against: 'champion', no_worse_by: 0.02 } as const;

describe('allowedBy', () => {
  it('includes its limits, one or both', () => {
    expect(allowedBy(check({ at_least: 0.8 }))).toEqual({ least: 0.8, most: Infinity });
    expect(allowedBy(check({ at_most: 0.1 }))).toEqual({ least: -Infinity, most: 0.1 });
    expect(allowedBy(check({ at_least: 0.2, at_most: 0.6 }))).toEqual({ least: 0.2, most: 0.6 });
  });

  it('turns "no worse" with the metric’s better side', () => {
    for (const metric of [
      'accuracy',
      'roc_auc',
      'true_positive_rate',
      'demographic_parity_ratio',
    ] as const)
      expect(allowedBy(check({ metric, ...against }))).toEqual({ least: -0.02, most: Infinity });
    for (const metric of ['false_positive_rate', 'equalized_odds_difference'] as const)
      expect(allowedBy(check({ metric, ...against }))).toEqual({ least: -Infinity, most: 0.02 });
  });
});

describe('isWithin', () => {
  it('passes a limit met exactly, though the value was rounded', () => {
    const value = 0.8 - Number.EPSILON / 2;
    expect(value).toBeLessThan(0.8);
    expect(isWithin(value, { least: 0.8, most: 1 })).toBe(true);
    expect(0.9 - 0.8).toBeLessThan(0.1);
    expect(isWithin(0.3 - 0.1, { least: -Infinity, most: 0.2 })).toBe(true);
    expect(isWithin(0.1 + 0.2, { least: -Infinity, most: 0.3 })).toBe(true);
    expect(marginOf(0.1 + 0.2, { least: -Infinity, most: 0.3 })).toBe(0);
  });

  it('passes no difference that rows can make', () => {
    // The nearest rates below 0.8 that two tables of ten million rows can have apart.
    expect(isWithin(0.8 - 1e-14, { least: 0.8, most: 1 })).toBe(false);
    expect(isWithin(0.1 + 1e-14, { least: 0, most: 0.1 })).toBe(false);
    expect(isWithin(0.79999, { least: 0.8, most: 1 })).toBe(false);
  });
});

describe('decidingMargin', () => {
  const interval = { lower: 0.7, upper: 0.9, level: 0.95, method: 'any' };
  const auc = (rest: Partial<PolicyCheck>): PolicyCheck => check({ metric: 'roc_auc', ...rest });

  it('is that of the value, or of the whole interval', () => {
    expect(decidingMargin(0.8, { interval }, auc({ at_least: 0.75 }))).toBeCloseTo(0.05, 15);
    const whole = auc({ at_least: 0.75, holds: 'interval' });
    expect(decidingMargin(0.8, { interval, errorBound: 0.01 }, whole)).toBeCloseTo(-0.05, 15);
  });

  it('is that of where the exact value may be, on either side', () => {
    const measure = { interval, errorBound: 0.01 };
    expect(decidingMargin(0.8, measure, auc({ at_least: 0.795 }))).toBeCloseTo(-0.005, 15);
    expect(decidingMargin(0.8, measure, auc({ at_least: 0.79 }))).toBe(0);
    expect(decidingMargin(0.8, measure, auc({ at_most: 0.805 }))).toBeCloseTo(-0.005, 15);
    expect(decidingMargin(-0.015, measure, auc(against))).toBeCloseTo(-0.005, 15);
    expect(decidingMargin(-0.01, measure, auc(against))).toBe(0);
  });

  it('takes no exact value for possible that the metric cannot have', () => {
    const measure = { interval, errorBound: 0.01 };
    expect(decidingMargin(0.995, measure, auc({ at_most: 1 }))).toBe(0);
    expect(decidingMargin(0.005, measure, auc({ at_least: 0 }))).toBe(0);
  });
});
