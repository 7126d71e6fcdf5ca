import { describe, expect, it } from '@jest/globals';
import { defaultRetry, parseRetryAfter, retryDelay } from './retry.js';

describe('retryDelay', () => {
  const delays = (random: () => number) =>
    [1, 2, 3, 10].map((retry) => retryDelay(retry, { ...defaultRetry, random }, undefined));

  it('doubles up to its longest, of which half is random', () => {
    expect(delays(() => 0)).toEqual([125, 250, 500, 2500]);
    expect(delays(() => 0.999999).map(Math.round)).toEqual([250, 500, 1000, 5000]);
  });

  it('does what the server asks for', () => {
    expect(retryDelay(1, defaultRetry, 7000)).toBe(7000);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['3', 3000],
    ['-3', 0],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads %p as %p', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});
