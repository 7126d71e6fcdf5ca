import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { cases } from '../../test/mitigation-oracles.js';
import {
  calibratedCosts,
  calibratedOdds,
  costDisparity,
  mixedRow,
  type CalibratedCost,
  type GroupMixture,
} from './calibrated-odds.js';
import type { ScoredGroup } from './decision-rule.js';

const columns = ['group'];

describe.each(cases.filter(({ expected }) => expected.calibrated_odds !== undefined))(
  'calibratedOdds on $name',
  ({ groups, expected }) => {
    it.each(calibratedCosts)("has AIF360's chances by %s, if they are chances", (cost) => {
      const oracle = expected.calibrated_odds?.[cost];
      const sides = [oracle?.privileged, oracle?.others];
      const fit = () => calibratedOdds({ columns, groups, cost, minimumRows: 10 });
      // AIF360 replaces all scores of a group then, and the costs still differ.
      if (sides.some((side) => (side?.chance as number) > 1)) {
        expect(fit).toThrow(expect.objectContaining({ code: 'invalid_request' }));
        return;
      }
      const { mixture, disparity, costs } = fit();
      const before = costs.map((group) => group.before);
      expect(costDisparity(groups, cost)).toBe(Math.max(...before) - Math.min(...before));
      expect(disparity).toBeLessThan(1e-12);
      expect(Math.max(...costs.map(({ before }) => before))).toBeCloseTo(
        costs[0]?.after ?? NaN,
        12,
      );
      mixture.groups.forEach(({ chance, baseRate }, at) => {
        expect(chance).toBeCloseTo(sides[at]?.chance as number, 9);
        expect(baseRate).toBeCloseTo(sides[at]?.base_rate as number, 12);
      });
    });
  },
);

describe('calibratedOdds', () => {
  /** Rows whose score says how likely they are favorable, and is right; the nearer to ½, the less it says. */
  const calibrated = (name: string, rows: number, spread: number, seed: number): ScoredGroup => {
    const random = seededRandom([seed]);
    const score = Float64Array.from({ length: rows }, () => 0.5 + spread * (random() - 0.5));
    return { group: [name], score, label: Uint8Array.from(score, (s) => Number(random() < s)) };
  };
  const groups = [
    calibrated('sure', 4000, 1, 1),
    calibrated('less', 3000, 0.8, 2),
    calibrated('least', 2000, 0.5, 3),
  ];

  /** Generalized rates and calibration of scores, in expectation. */
  const generalized = ({ label, score }: ScoredGroup) => {
    const mean = (of: number): number => {
      const own = score.filter((_, row) => label[row] === of);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    return { fnr: 1 - mean(1), fpr: mean(0) };
  };

  it.each(['fnr', 'fpr'] as const)(
    'makes the %s of any number of groups equal, drawn by lot',
    (cost) => {
      const random = seededRandom([4]);
      const { mixture } = calibratedOdds({ columns, groups, cost });
      const costs = groups.map((rows, at) => {
        const rule = mixture.groups[at] as GroupMixture;
        const score = rows.score.map(
          (value) => mixedRow(rule, { score: value, prediction: 0 }, random()).score,
        );
        return generalized({ ...rows, score })[cost];
      });
      expect(Math.max(...costs) - Math.min(...costs)).toBeLessThan(0.02);
      const before = groups.map((rows) => generalized(rows)[cost]);
      expect(Math.max(...before) - Math.min(...before)).toBeGreaterThan(0.1);
    },
  );

  it('keeps all scores of the group that costs most, and of groups that cost as much', () => {
    const { mixture } = calibratedOdds({ columns, groups, cost: 'weighted' });
    expect(mixture.groups.map(({ chance }) => chance)).toEqual([
      expect.any(Number),
      expect.any(Number),
      0,
    ]);
    const same = [groups[0] as ScoredGroup, { ...(groups[0] as ScoredGroup), group: ['twin'] }];
    const even = calibratedOdds({ columns, groups: same, cost: 'fnr' });
    expect(even.mixture.groups.map(({ chance }) => chance)).toEqual([0, 0]);
  });

  it('says which group cannot be brought to the highest cost, since base rates cost less', () => {
    const high = { ...calibrated('high', 500, 0.2, 5), label: new Uint8Array(500).fill(1, 0, 450) };
    const fit = (cost: CalibratedCost) => () =>
      calibratedOdds({ columns, groups: [high, calibrated('low', 500, 0.2, 6)], cost });
    expect(fit('fnr')).toThrow(/bring high to 0\.1000 only/);
  });

  it('has no costs to compare where a group has one label only', () => {
    const one = { ...(groups[0] as ScoredGroup), label: new Uint8Array(4000) };
    expect(costDisparity([one, ...groups], 'fnr')).toBeNull();
  });

  it('refuses groups with too few rows of a label', () => {
    const few = calibrated('few', 10, 1, 7);
    expect(() => calibratedOdds({ columns, groups: [...groups, few], cost: 'fpr' })).toThrow(
      /too few rows/,
    );
  });
});
