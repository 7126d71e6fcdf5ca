import { describe, expect, it } from '@jest/globals';
import { cases, confusionOf } from '../../test/mitigation-oracles.js';
import { chanceAt, type GroupRule } from './decision-rule.js';
import { equalizedOdds, type GroupConfusion } from './equalized-odds.js';

const columns = ['group'];

describe.each(cases)('equalizedOdds on $name', ({ expected, groups }) => {
  const confusions = groups.map(confusionOf);

  if (expected.equalized_odds !== undefined)
    it('is the linear programme of AIF360, whose objective is balanced accuracy', () => {
      const objective = { kind: 'balanced_accuracy' } as const;
      const { rule } = equalizedOdds({ columns, groups: confusions, objective, minimumRows: 10 });
      const found = rule.groups.map((group) => [chanceAt(group, 1), chanceAt(group, 0)]);
      const { privileged, others } = expected.equalized_odds as NonNullable<
        typeof expected.equalized_odds
      >;
      [privileged, others].forEach(({ keep, turn }, group) => {
        expect(found[group]?.[0]).toBeCloseTo(keep, 9);
        expect(found[group]?.[1]).toBeCloseTo(turn, 9);
      });
    });

  it.each([
    { kind: 'accuracy' },
    { kind: 'balanced_accuracy' },
    { kind: 'cost', falseNegative: 4, falsePositive: 1 },
  ] as const)('gives all groups the same rates, by $kind', (objective) => {
    const { rule, rates, disparity } = equalizedOdds({
      columns,
      groups: confusions,
      objective,
      minimumRows: 10,
    });
    expect(disparity).toBeLessThan(1e-12);
    expect(rule.of).toBe('prediction');
    for (const { truePositiveRate, falsePositiveRate } of rates) {
      expect(truePositiveRate).toBeGreaterThanOrEqual((falsePositiveRate as number) - 1e-12);
    }
  });
});

describe('equalizedOdds', () => {
  const even = (group: string, right: number, wrong: number): GroupConfusion => ({
    group: [group],
    truePositives: right,
    falseNegatives: wrong,
    trueNegatives: right,
    falsePositives: wrong,
  });
  const solve = (groups: GroupConfusion[]) =>
    equalizedOdds({ columns, groups, objective: { kind: 'accuracy' } });

  it('leaves the groups alone that already agree', () => {
    const { rule, accuracy } = solve([even('a', 40, 10), even('b', 80, 20)]);
    for (const group of rule.groups)
      expect([chanceAt(group, 0), chanceAt(group, 1)]).toEqual(
        [0, 1].map((value) => expect.closeTo(value, 12)),
      );
    expect(accuracy).toBeCloseTo(0.8, 12);
  });

  it('brings the better group down to the worse, since there is no other way', () => {
    const { rates, accuracy } = solve([even('a', 45, 5), even('b', 30, 20)]);
    expect(accuracy).toBeCloseTo(0.6, 12);
    for (const { truePositiveRate } of rates) expect(truePositiveRate).toBeCloseTo(0.6, 12);
  });

  it('turns predictions around that are worse than chance', () => {
    const { rule, accuracy } = solve([even('a', 10, 40), even('b', 40, 10)]);
    expect(accuracy).toBeCloseTo(0.8, 12);
    const [turned] = rule.groups as [GroupRule];
    expect([chanceAt(turned, 0), chanceAt(turned, 1)]).toEqual(
      [1, 0].map((value) => expect.closeTo(value, 12)),
    );
  });

  it('draws lots alone where predictions of a group say nothing', () => {
    const { accuracy, disparity } = solve([even('a', 25, 25), even('b', 45, 5)]);
    expect(disparity).toBeLessThan(1e-12);
    expect(accuracy).toBeCloseTo(0.5, 12);
  });

  it('refuses a group without rows of a label', () => {
    const none = { ...even('b', 30, 20), truePositives: 0, falseNegatives: 0 };
    expect(() => solve([even('a', 40, 10), none])).toThrow(/too few rows/);
  });
});
