import { describe, expect, it } from '@jest/globals';
import { cases } from '../../test/mitigation-oracles.js';
import { decide, type GroupRule, type ScoredGroup } from './decision-rule.js';
import { rejectOption, rejectOptionMetrics } from './reject-option.js';

const two = cases.filter(({ expected }) => expected.reject_option !== undefined);

describe.each(two)('rejectOption on $name', ({ groups, group, score, expected }) => {
  const [privileged, ...others] = groups as [ScoredGroup, ...ScoredGroup[]];
  const columns = ['group'];

  it.each(rejectOptionMetrics)("takes AIF360's threshold and margin for %s", (metric) => {
    const found = rejectOption({ columns, privileged, others, metric, bound: 0.05 });
    const oracle = expected.reject_option?.[metric];
    expect(found.threshold).toBeCloseTo(oracle?.threshold as number, 12);
    expect(found.margin).toBeCloseTo(oracle?.margin as number, 12);
    expect(Math.abs(found.metric)).toBeLessThanOrEqual(0.05);
    const predictions = score.map((value, row) =>
      Number(
        decide(found.rule.groups.find((rule) => rule.group[0] === group[row]) as GroupRule, value),
      ),
    );
    expect(predictions).toEqual(oracle?.predictions);
  });
});

describe('rejectOption', () => {
  it('is an error when nothing is within bounds, and names the nearest', () => {
    const rows = (name: string, score: number): ScoredGroup => ({
      group: [name],
      label: Uint8Array.from({ length: 80 }, (_, row) => row % 2),
      score: new Float64Array(80).fill(score),
    });
    const problem = {
      columns: ['group'],
      privileged: rows('a', 0),
      others: [rows('b', 1)],
      metric: 'statistical_parity_difference',
    } as const;
    expect(() => rejectOption({ ...problem, bound: 0.05 })).toThrow(/nearest is 1\.0000/);
    expect(rejectOption({ ...problem, bound: 1 }).metric).toBe(1);
  });
});
