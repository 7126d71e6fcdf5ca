import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { cases, germanCredit, mitigation } from '../../test/mitigation-oracles.js';
import { reweighing, weighedBaseRates, type LabelCounts } from './reweighing.js';

const counts = (rows: readonly { group: string[]; good: boolean }[]): LabelCounts[] => {
  const groups = new Map<string, { group: string[]; favorable: number; unfavorable: number }>();
  for (const { group, good } of rows) {
    const key = JSON.stringify(group);
    const cell = groups.get(key) ?? { group, favorable: 0, unfavorable: 0 };
    cell[good ? 'favorable' : 'unfavorable'] += 1;
    groups.set(key, cell);
  }
  return [...groups.values()].toSorted((a, b) => (a.group.join() < b.group.join() ? 1 : -1));
};

describe('reweighing German credit', () => {
  it.each(['age_over_25', 'male'] as const)("has AIF360's weights by %s", (column) => {
    const expected = mitigation.german_credit[column] as Record<string, number>;
    const table = counts(
      germanCredit.map((row) => ({ group: [String(row[column])], good: row.good })),
    );
    const { weights, baseRates } = reweighing(table);
    const [privileged, others] = [
      weights.find(({ group }) => group[0] === 'true'),
      weights.find(({ group }) => group[0] === 'false'),
    ];
    expect(privileged?.favorable).toBeCloseTo(expected['privileged_favorable'] as number, 12);
    expect(privileged?.unfavorable).toBeCloseTo(expected['privileged_unfavorable'] as number, 12);
    expect(others?.favorable).toBeCloseTo(expected['others_favorable'] as number, 12);
    expect(others?.unfavorable).toBeCloseTo(expected['others_unfavorable'] as number, 12);
    const [first, second] = baseRates as [(typeof baseRates)[0], (typeof baseRates)[0]];
    expect(Math.abs(first.before - second.before)).toBeCloseTo(
      Math.abs(expected['difference_before'] as number),
      12,
    );
    expect(first.after - second.after).toBeCloseTo(0, 14);
  });

  it("has the literature's weights by age", () => {
    const rows = germanCredit.map((row) => ({ group: [String(row.age_over_25)], good: row.good }));
    const { weights } = reweighing(counts(rows));
    expect(weights).toEqual([
      {
        group: ['true'],
        favorable: expect.closeTo(0.9610169, 7),
        unfavorable: expect.closeTo(1.1045455, 7),
      },
      {
        group: ['false'],
        favorable: expect.closeTo(1.2090909, 7),
        unfavorable: expect.closeTo(0.7125, 7),
      },
    ]);
  });

  it('makes intersections of columns alike, which weights by one column do not', () => {
    const rows = germanCredit.map(({ good, age_over_25, male }) => ({
      group: [String(age_over_25), String(male)],
      good,
    }));
    const { baseRates } = reweighing(counts(rows));
    expect(baseRates).toHaveLength(4);
    for (const { after } of baseRates) expect(after).toBeCloseTo(0.7, 12);
  });
});

describe('reweighing', () => {
  it.each(cases.filter(({ expected }) => expected.reweighing !== undefined))(
    "has AIF360's weights on $name",
    ({ groups, expected }) => {
      const table = groups.map(({ group, label }) => {
        const favorable = label.reduce((sum, value) => sum + value, 0);
        return { group, favorable, unfavorable: label.length - favorable };
      });
      const [privileged, others] = reweighing(table).weights;
      const oracle = expected.reweighing as Record<string, number>;
      expect(privileged?.favorable).toBeCloseTo(oracle['privileged_favorable'] as number, 12);
      expect(privileged?.unfavorable).toBeCloseTo(oracle['privileged_unfavorable'] as number, 12);
      expect(others?.favorable).toBeCloseTo(oracle['others_favorable'] as number, 12);
      expect(others?.unfavorable).toBeCloseTo(oracle['others_unfavorable'] as number, 12);
    },
  );

  it('gives any table the same base rate everywhere, and keeps the sums of groups and labels', () => {
    const random = seededRandom([3]);
    for (let round = 0; round < 50; round += 1) {
      const table = Array.from({ length: 2 + (round % 6) }, (_, index) => ({
        group: [String(index)],
        favorable: 1 + Math.floor(random() * 1000),
        unfavorable: 1 + Math.floor(random() * 1000),
      }));
      const { weights, baseRates } = reweighing(table);
      const total = (of: (cell: LabelCounts, index: number) => number): number =>
        table.reduce((sum, cell, index) => sum + of(cell, index), 0);
      const favorable = total((cell) => cell.favorable);
      const rows = total((cell) => cell.favorable + cell.unfavorable);
      for (const { after } of baseRates) expect(after).toBeCloseTo(favorable / rows, 12);
      expect(
        total((cell, i) => cell.favorable * (weights[i] as LabelCounts).favorable),
      ).toBeCloseTo(favorable, 6);
      table.forEach((cell, i) => {
        const weight = weights[i] as LabelCounts;
        expect(
          cell.favorable * weight.favorable + cell.unfavorable * weight.unfavorable,
        ).toBeCloseTo(cell.favorable + cell.unfavorable, 6);
      });
    }
  });

  it('shows what weights of one table do to another', () => {
    const { weights } = reweighing([
      { group: ['a'], favorable: 60, unfavorable: 40 },
      { group: ['b'], favorable: 20, unfavorable: 80 },
    ]);
    const [a, b] = weighedBaseRates(
      [
        { group: ['a'], favorable: 50, unfavorable: 50 },
        { group: ['b'], favorable: 50, unfavorable: 50 },
      ],
      weights,
    );
    expect(a).toEqual({ group: ['a'], before: 0.5, after: expect.closeTo(4 / 13, 12) });
    expect(b).toEqual({ group: ['b'], before: 0.5, after: expect.closeTo(8 / 11, 12) });
  });

  it('refuses a group with one label only: no weight makes up for rows that are not there', () => {
    const table = [
      { group: ['a'], favorable: 5, unfavorable: 5 },
      { group: ['b'], favorable: 0, unfavorable: 5 },
    ];
    expect(() => reweighing(table)).toThrow(
      expect.objectContaining({
        faults: [expect.objectContaining({ message: 'the group b has no favorable row' })],
      }),
    );
    expect(() => reweighing(table.slice(0, 1))).toThrow(/two groups/);
  });
});
