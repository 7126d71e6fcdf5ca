import { describe, expect, it } from '@jest/globals';
import { isFavorable, isNumeric, type LabelValue } from './favorable.js';

describe('isFavorable', () => {
  it.each<[LabelValue, LabelValue]>([
    ['good', 'good'],
    [1, 1],
    [true, true],
    [1, '1'],
    [1, ' 1.0 '],
    ['1.0', 1],
    [true, 1],
    ['True', true],
    ['1', true],
    [0, 'false'],
    [0, '0'],
  ])('%p is the favorable %p', (value, favorable) => {
    expect(isFavorable(value, favorable)).toBe(true);
  });

  it.each<[LabelValue, LabelValue]>([
    ['Good', 'good'],
    ['good ', 'good'],
    ['1.0', '1'],
    ['good', 1],
    [0, 'good'],
    ['', 0],
    [' ', false],
    [2, true],
    [NaN, 'NaN'],
    ['nan', NaN],
  ])('%p is not the favorable %p', (value, favorable) => {
    expect(isFavorable(value, favorable)).toBe(false);
  });
});

describe('isNumeric', () => {
  it('knows what can be compared with numbers', () => {
    expect([1, true, '0', 'TRUE', '-1e3'].every(isNumeric)).toBe(true);
    expect(['good', '', '1 2'].some(isNumeric)).toBe(false);
  });
});
