import { describe, expect, it } from '@jest/globals';
import { metricNames } from '@sluice/contracts';
import { nameShown } from '../measure.js';
import {
  adjustedShown,
  changeShown,
  limitShown,
  metricWords,
  numberShown,
  pShown,
} from './words.js';

describe('numberShown', () => {
  it('has three decimals', () => {
    expect(numberShown(0.48237)).toBe('0.482');
    expect(numberShown(-0.0421)).toBe('−0.042');
    expect(numberShown(-0.0001)).toBe('0.000');
  });

  it('has as many more as tell it from the limit that it misses', () => {
    expect(numberShown(0.79996, [0.8])).toBe('0.79996');
    expect(numberShown(0.8 - Number.EPSILON / 2, [0.8])).toBe('0.800');
  });
});

describe('pShown', () => {
  it('has four decimals, or says that it is smaller', () => {
    expect([0.03124, 0.0001, 0.00009, 0].map(pShown)).toEqual([
      'p = 0.0312',
      'p = 0.0001',
      'p < 0.0001',
      'p < 0.0001',
    ]);
    expect([0.03124, 1e-9].map(adjustedShown)).toEqual(['0.0312', '< 0.0001']);
  });
});

describe('limitShown', () => {
  it('is as written, with two decimals at least', () => {
    expect([0.8, 0.125, 1, 0, 1e-7].map(limitShown)).toEqual([
      '0.80',
      '0.125',
      '1.00',
      '0.00',
      '1e-7',
    ]);
  });
});

describe('changeShown', () => {
  it('has a sign, but for 0', () => {
    expect([0.0421, -0.0421, 0, -0.0001].map((value) => changeShown(value))).toEqual([
      '+0.042',
      '−0.042',
      '0.000',
      '0.000',
    ]);
  });
});

describe('metricWords', () => {
  it('knows every metric', () => {
    expect(Object.keys(metricWords)).toEqual(metricNames);
  });
});

describe('nameShown', () => {
  it('keeps a name on one line, visible, in its order and short', () => {
    expect(nameShown('25_or_under')).toBe('25_or_under');
    expect(nameShown('a\r\nb\u202Ec\u0000')).toBe('a b c');
    expect(nameShown(' \n ')).toBe('(blank)');
    expect([...nameShown('😀'.repeat(100))].length).toBe(60);
  });
});
