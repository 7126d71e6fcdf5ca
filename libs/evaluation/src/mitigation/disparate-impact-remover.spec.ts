import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { mitigation } from '../../test/mitigation-oracles.js';
import {
  fitQuantileRepair,
  repaired,
  type GroupValues,
  type QuantileMap,
} from './disparate-impact-remover.js';

const grouped = ({ group, value }: { group: number[]; value: number[] }): GroupValues[] =>
  [0, 1].map((code) => ({
    group: [String(code)],
    values: Float64Array.from(value.filter((_, row) => group[row] === code)),
  }));

const repairAll = (fixture: { group: number[]; value: number[] }, level: number): number[] => {
  const maps = fitQuantileRepair(grouped(fixture));
  return fixture.value.map((value, row) =>
    repaired(maps[fixture.group[row] as number] as QuantileMap, value, level),
  );
};

describe("against AIF360's DisparateImpactRemover", () => {
  it.each(['no_ties', 'equal_sizes'])('gives the same values under full repair: %s', (name) => {
    const fixture = mitigation.repair[name] as (typeof mitigation.repair)[string];
    expect(repairAll(fixture, 1)).toEqual(fixture.repaired['1.0']);
    expect(repairAll(fixture, 0)).toEqual(fixture.repaired['0.0']);
  });

  it('rounds halves of a row to even, where theirs leaves it to the rounding of a sum', () => {
    const fixture = mitigation.repair['halves'] as (typeof mitigation.repair)[string];
    const theirs = fixture.repaired['1.0'] as number[];
    const same = repairAll(fixture, 1).filter((value, row) => value === theirs[row]).length;
    expect(same).toBeLessThan(100);
    expect(same).toBeGreaterThan(80);
  });

  it('makes groups alike where theirs differ more: with ties they count distinct values, not rows', () => {
    const fixture = mitigation.repair['ties'] as (typeof mitigation.repair)[string];
    const distance = (values: readonly number[]): number => {
      const of = (code: number) => values.filter((_, row) => fixture.group[row] === code);
      const [a, b] = [of(0), of(1)];
      const share = (list: number[], x: number) => list.filter((v) => v <= x).length / list.length;
      return Math.max(...values.map((x) => Math.abs(share(a, x) - share(b, x))));
    };
    const theirs = distance(fixture.repaired['1.0'] as number[]);
    const ours = distance(repairAll(fixture, 1));
    expect(distance(fixture.value)).toBeGreaterThan(ours);
    expect(ours).toBeLessThan(theirs);
  });

  it('goes half the way at a level of a half; theirs goes half the way along the list of values', () => {
    const fixture = mitigation.repair['no_ties'] as (typeof mitigation.repair)[string];
    const full = repairAll(fixture, 1);
    repairAll(fixture, 0.5).forEach((value, row) =>
      expect(value).toBeCloseTo(((fixture.value[row] as number) + (full[row] as number)) / 2, 12),
    );
    const theirs = fixture.repaired['0.5'] as number[];
    expect(theirs.every((value) => fixture.value.includes(value))).toBe(true);
  });
});

describe('quantile repair', () => {
  const random = seededRandom([5]);
  const groups = [30, 45, 101].map((rows, index) => ({
    group: [String(index)],
    values: Float64Array.from({ length: rows }, () => Math.round(50 * (random() + index))),
  }));
  const maps = fitQuantileRepair(groups);

  it('keeps the order within a group at every level', () => {
    for (const level of [0.1, 0.5, 1])
      groups.forEach(({ values }, index) => {
        const moved = values
          .toSorted()
          .map((value) => repaired(maps[index] as QuantileMap, value, level));
        for (let row = 1; row < moved.length; row += 1)
          expect(moved[row] as number).toBeGreaterThanOrEqual(moved[row - 1] as number);
      });
  });

  it('changes nothing at level 0, and leaves what is missing missing', () => {
    for (const value of groups[0]?.values ?? [])
      expect(repaired(maps[0] as QuantileMap, value, 0)).toBe(value);
    expect(repaired(maps[0] as QuantileMap, NaN, 1)).toBeNaN();
  });

  it('takes values that it never saw between those it did, and holds on to the ends', () => {
    const map = { group: ['a'], from: Float64Array.of(0, 10), to: Float64Array.of(5, 9) };
    expect(repaired(map, 5, 1)).toBe(7);
    expect(repaired(map, -3, 1)).toBe(5);
    expect(repaired(map, 30, 1)).toBe(9);
    expect(repaired(map, 30, 0.5)).toBe(19.5);
  });

  it('refuses a group without values', () => {
    expect(() =>
      fitQuantileRepair([...groups, { group: ['none'], values: Float64Array.of(NaN) }]),
    ).toThrow(/none has no values/);
    expect(() => fitQuantileRepair(groups.slice(0, 1))).toThrow(/two groups/);
  });
});
