import { minimumRows } from '../measure.js';
import {
  disparityOf,
  ratesOf,
  requireRows,
  sizeFor,
  type Constraint,
  type RateCounts,
} from './constraint.js';
import {
  groupRule,
  ratesUnder,
  sizesOf,
  type DecisionRule,
  type GroupRates,
  type GroupRule,
  type ScoredGroup,
} from './decision-rule.js';
import { gain, gainsOf, type Gains, type Objective } from './objective.js';
import { ratesAt, thresholdPoints, type ThresholdPoints } from './threshold-points.js';
import {
  bestCommonPoint,
  hullAt,
  upperHull,
  type CommonPoint,
  type Mixture,
  type Vertex,
} from './upper-hull.js';

export interface ThresholdProblem {
  /** The protected columns whose values name a group. */
  readonly columns: readonly string[];
  readonly groups: readonly ScoredGroup[];
  readonly constraint: Constraint;
  readonly objective: Objective;
  /** The rows that each rate of a group needs, 20 unless told otherwise. */
  readonly minimumRows?: number;
}

/** A rule and what it does to the rows it was fitted to, which is no evidence of what it does to others. */
export interface FittedRule {
  readonly rule: DecisionRule;
  readonly rates: readonly GroupRates[];
  /** The largest difference between groups in what the constraint makes equal; 0 but for rounding when by lot. */
  readonly disparity: number | null;
  /** The share of rows, weighed, that the rule is expected to decide right. */
  readonly accuracy: number;
}

/**
 * Thresholds by group that meet a constraint exactly, on the rows given, and are best among all that do: fairlearn's
 * ThresholdOptimizer. In each group the rule draws lots between two thresholds, so that it reaches any point on the
 * hull of what thresholds reach.
 *
 * For a parity the rate r that all groups are to have is searched: the gain of each group as a function of r is concave
 * and piecewise linear, so the sum is highest where one of them bends. For equalized odds the common point of the ROC
 * hulls is searched, see {@link bestCommonPoint}; groups whose hull lies above it ignore the score for a share of rows.
 * Both are linear programmes, solved exactly; fairlearn looks on a grid of 1,000 and may miss the best by a step.
 *
 * Source: M. Hardt, E. Price and N. Srebro, Equality of Opportunity in Supervised Learning (2016).
 *
 * @throws SluiceError `invalid_data` when a group has too few rows for the constraint
 */
export const groupThresholds = (problem: ThresholdProblem): FittedRule => {
  const points = problem.groups.map(thresholdPoints);
  requireRows(points, problem.constraint, problem.minimumRows ?? minimumRows);
  const gains = gainsOf(problem.objective, points);
  if (problem.constraint === 'equalized_odds') {
    const best = bestRocPoint(points, gains);
    return fitted(problem, oddsRules(points, best));
  }
  const [rate] = ratesOf(problem.constraint) as [keyof RateCounts];
  return fitted(problem, parityRules(points, rate, bestRate(points, rate, gains), gains));
};

/** A rule with its figures on the rows it was fitted to. */
export const fitted = (
  { columns, groups, constraint }: Omit<ThresholdProblem, 'objective'>,
  rules: readonly GroupRule[],
): FittedRule => {
  const rates = ratesUnder(rules, groups);
  return {
    rule: { of: 'score', columns, groups: rules },
    rates,
    disparity: disparityOf(rates, constraint),
    accuracy: accuracyOf(rates, groups),
  };
};

const accuracyOf = (rates: readonly GroupRates[], groups: readonly ScoredGroup[]): number => {
  let right = 0;
  let all = 0;
  rates.forEach(({ truePositiveRate, falsePositiveRate }, index) => {
    const { positives, negatives } = sizesOf(groups[index] as ScoredGroup);
    all += positives + negatives;
    right += positives * (truePositiveRate ?? 0);
    right += negatives * (1 - (falsePositiveRate ?? 0));
  });
  return right / all;
};

/** The hull of a group's gain over a rate. */
const gainHull = (points: ThresholdPoints, rate: keyof RateCounts, gains: Gains): Vertex[] =>
  upperHull(
    ratesAt(points, rate),
    points.cuts.map((_, index) =>
      gain(gains, points.truePositives[index] as number, points.falsePositives[index] as number),
    ),
  );

const bestRate = (
  groups: readonly ThresholdPoints[],
  rate: keyof RateCounts,
  gains: Gains,
): number => {
  const hulls = groups.map((points) => gainHull(points, rate, gains));
  const bends = [...new Set(hulls.flatMap((hull) => hull.map(({ x }) => x)))];
  let best = { x: 0, value: -Infinity };
  for (const x of bends.toSorted((a, b) => a - b)) {
    const value = hulls.reduce((sum, hull) => sum + hullAt(hull, x).y, 0);
    if (value > best.value) best = { x, value };
  }
  return best.x;
};

/** The best rules under which every group has this rate. */
export const parityRules = (
  groups: readonly ThresholdPoints[],
  rate: keyof RateCounts,
  value: number,
  gains: Gains,
): GroupRule[] =>
  groups.map((points) => {
    const mixture = hullAt(gainHull(points, rate, gains), value);
    return groupRule(points.group, steps(points, mixture, 0, 1), 0);
  });

const rocHull = (points: ThresholdPoints): Vertex[] =>
  upperHull(ratesAt(points, 'falsePositives'), ratesAt(points, 'truePositives'));

const bestRocPoint = (groups: readonly ThresholdPoints[], gains: Gains): CommonPoint => {
  const total = (rate: keyof RateCounts): number =>
    groups.reduce((sum, points) => sum + sizeFor(rate, points), 0);
  return bestCommonPoint(groups.map(rocHull), {
    along: gains.truePositive * total('truePositives'),
    across: gains.falsePositive * total('falsePositives'),
  });
};

/** Rules under which every group has the FPR x and the TPR y, which lie on or below every group's ROC hull. */
export const oddsRules = (groups: readonly ThresholdPoints[], { x, y }: CommonPoint): GroupRule[] =>
  groups.map((points) => {
    const mixture = hullAt(rocHull(points), x);
    const height = mixture.y - x;
    // On the diagonal the score says nothing, and whatever ignores it is there as well.
    const ignored = height === 0 ? 0 : (mixture.y - y) / height;
    return groupRule(points.group, steps(points, mixture, ignored * x, 1 - ignored), ignored * x);
  });

/** The steps of a mixture of two thresholds, scaled to `weight` and lifted by `base`. */
const steps = (
  { cuts }: ThresholdPoints,
  { from, to, share }: Mixture,
  base: number,
  weight: number,
): { cut: number; chance: number }[] => {
  const lower = { cut: cuts[to.index] as number, chance: base + weight * share };
  const upper = { cut: cuts[from.index] as number, chance: base + weight };
  return from.index === to.index ? [{ ...lower, chance: base + weight }] : [lower, upper];
};
