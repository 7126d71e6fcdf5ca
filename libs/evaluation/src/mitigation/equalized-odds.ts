import { minimumRows } from '../measure.js';
import { disparityOf, requireRows, type GroupSizes, type LabelSizes } from './constraint.js';
import { chanceAt, groupRule, type GroupRates, type GroupRule } from './decision-rule.js';
import type { FittedRule } from './group-thresholds.js';
import { gainsOf, type Objective } from './objective.js';
import { bestCommonPoint, upperHull, type CommonPoint, type Vertex } from './upper-hull.js';

/** The rows of one group, or what they weigh, by label and the model's own prediction. */
export interface GroupConfusion {
  readonly group: readonly string[];
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  /** Where rows are weighed, how many weigh more than 0. */
  readonly counted?: LabelSizes | undefined;
}

export interface OddsProblem {
  readonly columns: readonly string[];
  readonly groups: readonly GroupConfusion[];
  readonly objective: Objective;
  readonly minimumRows?: number;
}

/**
 * Equalized odds from predictions alone (AIF360's EqOddsPostprocessing, for any number of groups): in each group a
 * prediction of the favorable label is kept with one chance, and an unfavorable one turned with another, so that all
 * groups have the same TPR and FPR. Exact on the rows given.
 *
 * What a group can reach is the parallelogram of (0,0), (1,1), its own (FPR, TPR) and the mirrored (1−FPR, 1−TPR); the
 * best common point is a vertex of what all can reach, and the two chances follow from two linear equations. That is the
 * linear programme of the paper, of two variables a group. AIF360 minimises the sum of FPR − TPR over groups, which is
 * the objective `balanced_accuracy` here, though the paper's is the expected loss. Where rows are weighed, AIF360 weighs
 * the rates but counts rows in the constraints of its programme, so that its odds are not equal in either sense.
 *
 * Source: M. Hardt, E. Price and N. Srebro, Equality of Opportunity in Supervised Learning (2016), section 4.1.
 *
 * @throws SluiceError `invalid_data` when a group has too few rows of either label
 */
export const equalizedOdds = ({
  columns,
  groups,
  objective,
  minimumRows: needed = minimumRows,
}: OddsProblem): FittedRule => {
  const sizes = groups.map(sizesOf);
  requireRows(sizes, 'equalized_odds', needed);
  const gains = gainsOf(objective, sizes);
  const sum = (of: (size: GroupSizes) => number): number =>
    sizes.reduce((total, size) => total + of(size), 0);
  const common = bestCommonPoint(groups.map(reachable), {
    along: gains.truePositive * sum(({ positives }) => positives),
    across: gains.falsePositive * sum(({ negatives }) => negatives),
  });
  const rules = groups.map((group) => ruleFor(group, common));
  const rates = groups.map((group, index) => ratesOfGroup(group, rules[index] as GroupRule));
  const right = sizes.reduce(
    (total, { positives, negatives }) => total + positives * common.y + negatives * (1 - common.x),
    0,
  );
  return {
    rule: { of: 'prediction', columns, groups: rules },
    rates,
    disparity: disparityOf(rates, 'equalized_odds'),
    accuracy: right / sum(({ positives, negatives }) => positives + negatives),
  };
};

const sizesOf = (group: GroupConfusion): GroupSizes => ({
  group: group.group,
  positives: group.truePositives + group.falseNegatives,
  negatives: group.falsePositives + group.trueNegatives,
  counted: group.counted,
});

const pointOf = (group: GroupConfusion): CommonPoint => {
  const { positives, negatives } = sizesOf(group);
  return { x: group.falsePositives / negatives, y: group.truePositives / positives };
};

/** The upper edge of the parallelogram: worse than chance is better than chance, turned around. */
const reachable = (group: GroupConfusion): Vertex[] => {
  const { x, y } = pointOf(group);
  const better = y >= x ? { x, y } : { x: 1 - x, y: 1 - y };
  return upperHull(Float64Array.of(0, better.x, 1), Float64Array.of(0, better.y, 1));
};

/** y = keep·TPR + turn·(1 − TPR) and x = keep·FPR + turn·(1 − FPR), solved for the two chances. */
const ruleFor = (group: GroupConfusion, common: CommonPoint): GroupRule => {
  const { x: fpr, y: tpr } = pointOf(group);
  const determinant = tpr - fpr;
  // On the diagonal predictions say nothing, and so is the common point: any group can get there by lot alone.
  const keep =
    determinant === 0 ? common.x : (common.y * (1 - fpr) - common.x * (1 - tpr)) / determinant;
  const turn = determinant === 0 ? common.x : (tpr * common.x - fpr * common.y) / determinant;
  return groupRule(group.group, [{ cut: 0.5, chance: clamped(keep) }], clamped(turn));
};

/** Rounding may leave [0, 1] by a hair. */
const clamped = (chance: number): number => Math.min(1, Math.max(0, chance));

/** What the two chances make of a group's rates. */
const ratesOfGroup = (group: GroupConfusion, rule: GroupRule): GroupRates => {
  const { x: fpr, y: tpr } = pointOf(group);
  const { positives, negatives, counted } = sizesOf(group);
  const turn = chanceAt(rule, 0);
  const keep = chanceAt(rule, 1);
  const truePositiveRate = keep * tpr + turn * (1 - tpr);
  const falsePositiveRate = keep * fpr + turn * (1 - fpr);
  const selected = truePositiveRate * positives + falsePositiveRate * negatives;
  const selectionRate = selected / (positives + negatives);
  const rows =
    counted === undefined ? positives + negatives : counted.positives + counted.negatives;
  return { group: group.group, rows, selectionRate, truePositiveRate, falsePositiveRate };
};
