import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { confusionOf, groupsOf, mitigation, repeated } from '../../test/mitigation-oracles.js';
import { calibratedOdds, calibratedCosts } from './calibrated-odds.js';
import { constraints, ratesOf } from './constraint.js';
import { fitCorrelation, withoutCorrelation } from './correlation-remover.js';
import { chanceAt, sizesOf, type GroupRule, type ScoredGroup } from './decision-rule.js';
import { fitQuantileRepair, type GroupValues } from './disparate-impact-remover.js';
import { equalizedOdds } from './equalized-odds.js';
import { groupThresholds, oddsRules, parityRules } from './group-thresholds.js';
import { gainsOf } from './objective.js';
import { rejectOption, rejectOptionMetrics } from './reject-option.js';
import { reweighing, weighedBaseRates } from './reweighing.js';
import { singleThresholds } from './single-thresholds.js';
import { thresholdPoints } from './threshold-points.js';

const columns = ['group'];
const objective = { kind: 'accuracy' } as const;
const { whole, fractions } = mitigation.weighed;

/** Every method that fits to scored rows, and what of its result can be compared. */
const fits: readonly (readonly [name: string, fit: (groups: readonly ScoredGroup[]) => unknown])[] =
  [
    ...constraints.map(
      (constraint) =>
        [
          `thresholds by lot, ${constraint}`,
          (groups: readonly ScoredGroup[]) =>
            groupThresholds({ columns, groups, constraint, objective, minimumRows: 5 }),
        ] as const,
    ),
    ...constraints.map(
      (constraint) =>
        [
          `single thresholds, ${constraint}`,
          (groups: readonly ScoredGroup[]) =>
            singleThresholds({
              columns,
              groups,
              constraint,
              objective: { kind: 'balanced_accuracy' },
              tolerance: 0.3,
              minimumRows: 5,
            }),
        ] as const,
    ),
    [
      'equalized odds',
      (groups) =>
        equalizedOdds({ columns, groups: groups.map(confusionOf), objective, minimumRows: 5 }),
    ],
    [
      'reject option',
      ([privileged, ...others]) =>
        rejectOption({
          columns,
          privileged: privileged as ScoredGroup,
          others,
          metric: 'statistical_parity_difference',
          bound: 0.2,
          minimumRows: 5,
        }),
    ],
    [
      'calibrated odds',
      (groups) => calibratedOdds({ columns, groups, cost: 'fpr', minimumRows: 5 }),
    ],
    [
      'reweighing',
      (groups) =>
        reweighing(
          groups.map(sizesOf).map(({ group, positives, negatives }) => ({
            group,
            favorable: positives,
            unfavorable: negatives,
          })),
        ),
    ],
  ];

/** Results without the number of rows, which repetition changes on purpose. */
const comparable = (result: unknown): unknown =>
  JSON.parse(
    JSON.stringify(result, (key, value: unknown) =>
      key === 'rows' ? undefined : typeof value === 'number' ? Number(value.toFixed(12)) : value,
    ),
  );

describe.each(fits)('weights in %s', (_, fit) => {
  const groups = groupsOf(whole.data);

  it('that are whole numbers are as many equal rows, and rows without weight are none', () => {
    expect(comparable(fit(groups))).toEqual(comparable(fit(groups.map(repeated))));
  });

  it('of 1 make no difference', () => {
    const plain = groups.map(({ weight: _weight, ...rows }) => rows);
    const ones = plain.map((rows) => ({ ...rows, weight: rows.score.map(() => 1) }));
    expect(fit(ones)).toEqual(fit(plain));
  });

  it('make the difference they have to, whatever their unit', () => {
    const rows = groupsOf(fractions.data);
    const scaled = rows.map((group) => ({ ...group, weight: group.weight?.map((w) => w * 8) }));
    expect(comparable(fit(scaled))).toEqual(comparable(fit(rows)));
    const plain = rows.map(({ weight: _weight, ...group }) => group);
    expect(comparable(fit(rows))).not.toEqual(comparable(fit(plain)));
  });
});

describe.each([
  ['whole', whole],
  ['fractions', fractions],
] as const)('against AIF360 with weights: %s', (_, { data, ...expected }) => {
  const groups = groupsOf(data);
  const [privileged, ...others] = groups as [ScoredGroup, ScoredGroup];

  it('reweighs alike', () => {
    const counts = groups.map(sizesOf).map(({ group, positives, negatives }) => ({
      group,
      favorable: positives,
      unfavorable: negatives,
    }));
    const { weights, baseRates } = reweighing(counts);
    const oracle = expected.reweighing as Record<string, number>;
    ['privileged', 'others'].forEach((side, at) => {
      expect(weights[at]?.favorable).toBeCloseTo(oracle[`${side}_favorable`] as number, 12);
      expect(weights[at]?.unfavorable).toBeCloseTo(oracle[`${side}_unfavorable`] as number, 12);
    });
    const [p, u] = baseRates.map(({ before }) => before) as [number, number];
    expect(u - p).toBeCloseTo(oracle['difference_before'] as number, 12);
    expect(weighedBaseRates(counts, weights)).toEqual(baseRates);
  });

  it.each(rejectOptionMetrics)('rejects alike, by %s', (metric) => {
    const found = rejectOption({ columns, privileged, others, metric, bound: 0.05 });
    const oracle = expected.reject_option?.[metric];
    expect(found.threshold).toBeCloseTo(oracle?.threshold as number, 12);
    expect(found.margin).toBeCloseTo(oracle?.margin as number, 12);
    const rules = found.rule.groups;
    const predictions = data.score.map((score, row) =>
      chanceAt(rules.find(({ group }) => group[0] === data.group[row]) as GroupRule, score),
    );
    expect(predictions).toEqual(oracle?.predictions);
  });

  it.each(calibratedCosts)('mixes scores alike, by %s, or says that it cannot', (cost) => {
    const oracle = expected.calibrated_odds?.[cost];
    const chances = [oracle?.privileged.chance, oracle?.others.chance] as [number, number];
    const fit = () => calibratedOdds({ columns, groups, cost });
    if (chances.some((chance) => chance < 0 || chance > 1)) {
      expect(fit).toThrow(/can't be made equal/);
      return;
    }
    const { mixture, disparity } = fit();
    expect(disparity).toBeLessThan(1e-12);
    mixture.groups.forEach(({ chance, baseRate }, at) => {
      expect(chance).toBeCloseTo(chances[at] as number, 9);
      const side = at === 0 ? oracle?.privileged : oracle?.others;
      expect(baseRate).toBeCloseTo(side?.base_rate as number, 12);
    });
  });
});

describe('against peers that count rows, each repeated as often as it weighs', () => {
  const groups = groupsOf(whole.data);
  const points = groups.map(thresholdPoints);

  it.each(['demographic_parity', 'equalized_odds'] as const)(
    "has the rule of fairlearn's dictionary, for %s",
    (constraint) => {
      const oracle = whole.thresholds?.[`${constraint}/accuracy_score`];
      const { x, y, chances } = oracle as NonNullable<typeof oracle>;
      const [rate] = ratesOf(constraint);
      const rules =
        constraint === 'equalized_odds'
          ? oddsRules(points, { x, y })
          : parityRules(points, rate as 'selected', x, gainsOf(objective, points));
      for (const [row, chance] of Object.entries(chances)) {
        const rule = rules.find(({ group }) => group[0] === whole.data.group[Number(row)]);
        const score = whole.data.score[Number(row)] as number;
        expect(chanceAt(rule as GroupRule, score)).toBeCloseTo(chance, 9);
      }
    },
  );

  it("has the chances of AIF360's equalized odds", () => {
    const confusions = groups.map(confusionOf);
    const { rule } = equalizedOdds({
      columns,
      groups: confusions,
      objective: { kind: 'balanced_accuracy' },
    });
    (['privileged', 'others'] as const).forEach((side, at) => {
      const own = rule.groups[at] as GroupRule;
      expect(chanceAt(own, 1)).toBeCloseTo(whole.equalized_odds?.[side].keep as number, 9);
      expect(chanceAt(own, 0)).toBeCloseTo(whole.equalized_odds?.[side].turn as number, 9);
    });
  });

  it("takes out the correlation that fairlearn's remover does", () => {
    const { data, weight, weighed } = mitigation.correlation;
    const [s0, s1, f0, f1] = (['s0', 's1', 'f0', 'f1'] as const).map((name) =>
      Float64Array.from(data[name]),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const fit = fitCorrelation([s0, s1], [f0, f1], Float64Array.from(weight));
    [f0, f1].forEach((feature, index) =>
      withoutCorrelation(fit, index, [s0, s1], feature, 1).forEach((value, row) =>
        expect(value).toBeCloseTo(weighed[index]?.[row] as number, 9),
      ),
    );
  });
});

describe('weights in quantile repair', () => {
  const random = seededRandom([17]);
  const groups = [40, 70].map((rows, index): GroupValues & { weight: Float64Array } => ({
    group: [String(index)],
    values: Float64Array.from({ length: rows }, () => Math.round(30 * (random() + index))),
    weight: Float64Array.from({ length: rows }, () => Math.floor(random() * 4)),
  }));
  const scaled = (by: number) =>
    groups.map(({ weight, ...rows }) => ({ ...rows, weight: weight.map((w) => w * by) }));

  it('that are whole numbers are as many equal rows', () => {
    const rows = groups.map(({ group, values, weight }) => ({
      group,
      values: Float64Array.from(
        [...values].flatMap((value, row) => Array<number>(weight[row] as number).fill(value)),
      ),
    }));
    expect(fitQuantileRepair(groups)).toEqual(fitQuantileRepair(rows));
  });

  it('that are all alike make no difference', () => {
    const plain = groups.map(({ group, values }) => ({ group, values }));
    for (const each of [1, 0.1, 3])
      expect(
        fitQuantileRepair(plain.map((rows) => ({ ...rows, weight: rows.values.map(() => each) }))),
      ).toEqual(fitQuantileRepair(plain));
  });

  it('that are no whole numbers have no unit', () => {
    const [some, other] = [fitQuantileRepair(scaled(0.3)), fitQuantileRepair(scaled(4.7))];
    some.forEach(({ to }, at) =>
      to.forEach((value, index) => expect(value).toBeCloseTo(other[at]?.to[index] as number, 9)),
    );
  });

  it('make weighed distributions alike', () => {
    const heavy = [
      {
        group: ['a'],
        values: Float64Array.of(1, 2, 3, 4),
        weight: Float64Array.of(9.5, 0.5, 0.5, 9.5),
      },
      {
        group: ['b'],
        values: Float64Array.of(5, 6, 7, 8),
        weight: Float64Array.of(9.5, 0.5, 0.5, 9.5),
      },
    ];
    // Of two medians the lower one: b goes where a is, weight on weight.
    expect(fitQuantileRepair(heavy).map(({ to }) => [...to])).toEqual([
      [1, 1, 4, 4],
      [1, 1, 4, 4],
    ]);
  });
});
