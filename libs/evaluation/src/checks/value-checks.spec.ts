import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema, type Check } from '@sluice/contracts';
import { seededRandom } from '@sluice/statistics';
import type { z } from 'zod';
import { profileOf, type Row } from '../../test/profiles.js';
import { decideCheck } from './decide-check.js';

const random = seededRandom([12]);
const rows = Array.from({ length: 600 }, (): Row => {
  const score = random();
  return { label: random() < score, prediction: score >= 0.2, score, groups: { g: 'a' } };
});
const profile = profileOf(rows, ['g']);
const worths = {
  true_positive: 5,
  false_positive: -8,
  true_negative: 1,
  false_negative: -2.5,
  cost: 900,
};
const decide = (check: z.input<typeof policyCheckSchema>): Check =>
  decideCheck(policyCheckSchema.parse(check), { profile, hasChampion: false, worths });

describe('a check of value', () => {
  it('says what the expected value is, and which threshold would be better', () => {
    const check = decide({ metric: 'expected_value', at_least: 1 });
    expect(check.outcome).toBe('fail');
    expect(check.reason).toMatch(
      /^The expected value of a row is −?\d\.\d{3} \[.*\] \(n = 600\), below the limit of 1\.00/,
    );
    expect(check.advice).toMatch(
      /^At a threshold of 0\.[456]\d* the expected value of a row is \d\.\d{3} on this data, as predicted now −?\d\.\d{3}: move the threshold/,
    );
  });

  it('holds for the groups of a column, and of what the policy alone decides', () => {
    expect(decide({ metric: 'expected_value', by: 'g', at_least: -5 }).outcome).toBe('pass');
    const even = decide({ metric: 'break_even_threshold', at_most: 0.5 });
    expect(even).toMatchObject({ outcome: 'fail', measure: { interval: { method: 'exact' } } });
    expect(even.advice).toContain('follows from `value` in the policy alone');
    expect(decide({ metric: 'return_on_investment', at_least: 0 }).advice).toMatch(
      /[Ll]ower the cost/,
    );
  });
});

describe('a check of scores', () => {
  it('names its parameter, and says what to do', () => {
    const lift = decide({ metric: 'lift', parameter: 0.2, at_least: 4 });
    expect(lift.reason).toMatch(/^The lift at the top 20 % is 1\.\d{3}/);
    expect(lift.measure?.parameter).toBe(0.2);
    expect(lift.advice).toContain('score highest');
    expect(decide({ metric: 'f_beta_score', at_least: 0.99 }).reason).toContain(
      'F-beta score (β = 2)',
    );
    const off = decide({ metric: 'expected_calibration_error', at_most: 0.0001 });
    expect(off.advice).toContain('calibrate them on held-out rows');
    const leak = decide({ metric: 'brier_score', at_least: 0.9 });
    expect(leak.advice).toContain('suggests a leak');
  });
});
