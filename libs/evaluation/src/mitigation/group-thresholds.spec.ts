import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { cases } from '../../test/mitigation-oracles.js';
import { constraints, disparityOf, ratesOf, type Constraint } from './constraint.js';
import { chanceAt, isRandomized, type GroupRule, type ScoredGroup } from './decision-rule.js';
import { groupThresholds, oddsRules, parityRules, type FittedRule } from './group-thresholds.js';
import { gainsOf } from './objective.js';
import { singleThresholds } from './single-thresholds.js';
import { thresholdPoints } from './threshold-points.js';

const columns = ['group'];
const accuracy = { kind: 'accuracy' } as const;
const parities = constraints.filter((constraint) => constraint !== 'equalized_odds');

/** What a rule gives each row, in the order of the fixture. */
const chancesOf = (
  rules: readonly GroupRule[],
  { group, score }: { group: readonly string[]; score: readonly number[] },
): number[] =>
  score.map((value, row) =>
    chanceAt(rules.find((rule) => rule.group[0] === group[row]) as GroupRule, value),
  );

const largestGap = (found: readonly number[], expected: readonly number[]): number =>
  Math.max(...found.map((value, index) => Math.abs(value - (expected[index] as number))));

describe.each(cases)('on $name, against fairlearn', (fixture) => {
  const { groups, expected } = fixture;
  const points = groups.map(thresholdPoints);

  it.each(parities)('has the same rule as its dictionary at the %s it stopped at', (constraint) => {
    const oracle = expected.thresholds[`${constraint}/accuracy_score`] as {
      x: number;
      chances: number[];
    };
    const [rate] = ratesOf(constraint);
    const mirrored = /negative/.test(constraint) ? 1 - oracle.x : oracle.x;
    const rules = parityRules(points, rate as 'selected', mirrored, gainsOf(accuracy, points));
    expect(largestGap(chancesOf(rules, fixture), oracle.chances)).toBeLessThan(1e-9);
  });

  it.each(['accuracy', 'balanced_accuracy'] as const)(
    'has the same rule at its point of equalized odds, by %s',
    (kind) => {
      const oracle = expected.thresholds[`equalized_odds/${kind}_score`];
      const { x, y, chances } = oracle as { x: number; y: number; chances: number[] };
      expect(largestGap(chancesOf(oddsRules(points, { x, y }), fixture), chances)).toBeLessThan(
        1e-9,
      );
    },
  );

  it.each(constraints)(
    'is at least as accurate under %s, and more only by a grid step',
    (constraint) => {
      const found = groupThresholds({
        columns,
        groups,
        constraint,
        objective: accuracy,
        minimumRows: 10,
      });
      const oracle = expected.thresholds[`${constraint}/accuracy_score`] as {
        x: number;
        y: number;
        chances: number[];
      };
      const theirs = fixture.label.reduce((sum, label, row) => {
        const chance = oracle.chances[row] as number;
        return sum + (label === 1 ? chance : 1 - chance) / fixture.label.length;
      }, 0);
      expect(found.accuracy).toBeGreaterThanOrEqual(theirs - 1e-12);
      expect(found.accuracy).toBeLessThan(theirs + 0.002);
    },
  );
});

describe.each(cases)('on $name', ({ groups }) => {
  it.each(constraints)('meets %s exactly on the rows of the fit, by lot', (constraint) => {
    for (const objective of [
      accuracy,
      { kind: 'balanced_accuracy' },
      { kind: 'cost', falseNegative: 1, falsePositive: 3 },
    ] as const) {
      const found = groupThresholds({ columns, groups, constraint, objective, minimumRows: 10 });
      expect(found.disparity).toBeLessThan(1e-12);
      for (const { cuts, chances } of found.rule.groups) {
        expect(chances).toHaveLength(cuts.length + 1);
        for (const chance of chances) {
          expect(chance).toBeGreaterThanOrEqual(0);
          expect(chance).toBeLessThanOrEqual(1 + 1e-15);
        }
      }
    }
  });

  it.each(parities)(
    'keeps %s within tolerance by one threshold a group, without lot',
    (constraint) => {
      for (const tolerance of [0.02, 0.1, 1]) {
        const problem = { columns, groups, constraint, objective: accuracy, minimumRows: 10 };
        const found = singleThresholds({ ...problem, tolerance });
        expect(isRandomized(found.rule)).toBe(false);
        expect(found.disparity).toBeLessThanOrEqual(tolerance + 1e-9);
        for (const { cuts } of found.rule.groups) expect(cuts.length).toBeLessThanOrEqual(1);
      }
    },
  );

  it('keeps equalized odds within a tolerance that there is a rule for', () => {
    const problem = {
      columns,
      groups,
      constraint: 'equalized_odds',
      objective: accuracy,
      minimumRows: 10,
    } as const;
    const found = singleThresholds({ ...problem, tolerance: 0.25 });
    expect(found.disparity).toBeLessThanOrEqual(0.25 + 1e-9);
    expect(() => singleThresholds({ ...problem, tolerance: 0 })).toThrow(
      /larger tolerance, or decide by lot/,
    );
  });
});

/** All rules of one threshold a group, which small groups are few enough for. */
const exhaustive = (
  groups: readonly ScoredGroup[],
  constraint: Constraint,
  tolerance: number,
): number => {
  const points = groups.map(thresholdPoints);
  let best = -Infinity;
  const [first, second] = points as [(typeof points)[0], (typeof points)[0]];
  first.cuts.forEach((_, i) =>
    second.cuts.forEach((_, j) => {
      const rates = [i, j].map((index, group) => {
        const at = points[group] as typeof first;
        const tp = at.truePositives[index] as number;
        const fp = at.falsePositives[index] as number;
        const rows = at.positives + at.negatives;
        return {
          group: at.group,
          rows,
          selectionRate: (tp + fp) / rows,
          truePositiveRate: tp / at.positives,
          falsePositiveRate: fp / at.negatives,
          right: tp + at.negatives - fp,
        };
      });
      if ((disparityOf(rates, constraint) as number) > tolerance + 1e-12) return;
      const rows = rates.reduce((sum, group) => sum + group.rows, 0);
      best = Math.max(best, rates.reduce((sum, group) => sum + group.right, 0) / rows);
    }),
  );
  return best;
};

describe('single thresholds', () => {
  const random = seededRandom([11]);
  const draw = (rows: number, shift: number): ScoredGroup => {
    const label = Uint8Array.from({ length: rows }, () => Number(random() < 0.5));
    return {
      group: [String(shift)],
      label,
      score: Float64Array.from(
        label,
        (value) => Math.round(20 * (0.3 * value + shift + random())) / 40,
      ),
    };
  };

  it.each(parities)('are the best of all for %s', (constraint) => {
    for (let round = 0; round < 8; round += 1) {
      const groups = [draw(12 + round, 0), draw(9, 0.2)];
      for (const tolerance of [0.1, 0.3]) {
        const best = exhaustive(groups, constraint, tolerance);
        let found: FittedRule;
        try {
          found = singleThresholds({
            columns,
            groups,
            constraint,
            objective: accuracy,
            tolerance,
            minimumRows: 1,
          });
        } catch (error) {
          // Then nothing beats calling everyone or no one favorable.
          const share =
            groups.reduce((sum, { label }) => sum + label.reduce((a, b) => a + b, 0), 0) /
            groups.reduce((sum, { label }) => sum + label.length, 0);
          expect((error as Error).message).toMatch(/everyone or no one/);
          expect(best).toBeCloseTo(Math.max(share, 1 - share), 12);
          continue;
        }
        expect(found.accuracy).toBeCloseTo(best, 12);
      }
    }
  });
});

describe('a fit', () => {
  const [{ groups }] = cases as [(typeof cases)[0]];
  const problem = {
    columns,
    groups,
    constraint: 'demographic_parity',
    objective: accuracy,
  } as const;

  it('does not depend on the order of rows, nor on their number when all are doubled', () => {
    const found = groupThresholds(problem);
    const turned = groups.map(({ group, label, score }) => ({
      group,
      label: label.toReversed(),
      score: score.toReversed(),
    }));
    const doubled = groups.map(({ group, label, score }) => ({
      group,
      label: Uint8Array.from([...label, ...label]),
      score: Float64Array.from([...score, ...score]),
    }));
    expect(groupThresholds({ ...problem, groups: turned }).rule).toEqual(found.rule);
    expect(groupThresholds({ ...problem, groups: doubled }).rule).toEqual(found.rule);
  });

  it('refuses a group with too few rows of a label, and names it', () => {
    const few = { group: ['rare'], label: Uint8Array.of(1, 1), score: Float64Array.of(0.2, 0.8) };
    const fit = () =>
      groupThresholds({ ...problem, groups: [...groups, few], constraint: 'equalized_odds' });
    expect(fit).toThrow(
      expect.objectContaining({
        code: 'invalid_data',
        faults: expect.arrayContaining([
          expect.objectContaining({ message: expect.stringContaining('rare'), found: '0' }),
        ]),
      }),
    );
    expect(() => groupThresholds({ ...problem, groups: groups.slice(1) })).toThrow(/two groups/);
  });

  it('cannot do better than its own score: with one decision for all it is the majority', () => {
    const blind = groups.map((group) => ({ ...group, score: group.score.map(() => 0.4) }));
    const found = groupThresholds({ ...problem, groups: blind, constraint: 'equalized_odds' });
    const all = groups.flatMap(({ label }) => [...label]);
    const share = all.reduce((sum, label) => sum + label, 0) / all.length;
    expect(found.accuracy).toBeCloseTo(Math.max(share, 1 - share), 12);
  });
});
