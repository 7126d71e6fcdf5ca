import { SluiceError } from '@sluice/contracts';
import { minimumRows } from '../measure.js';
import { groupName, requireRows, type GroupSizes } from './constraint.js';
import { sizesOf, type ScoredGroup } from './decision-rule.js';

/** What is to cost the same in all groups: AIF360's three. */
export const calibratedCosts = ['fnr', 'fpr', 'weighted'] as const;
export type CalibratedCost = (typeof calibratedCosts)[number];

/** Scores by group, of which some give way to one that is the same for all rows of the group. */
export interface ScoreMixture {
  readonly columns: readonly string[];
  readonly groups: readonly GroupMixture[];
}

export interface GroupMixture {
  readonly group: readonly string[];
  /** How likely a row's score gives way, by lot, from 0 to 1. */
  readonly chance: number;
  /** What it gives way to: the share of favorable labels in the group. */
  readonly baseRate: number;
}

export interface CalibratedProblem {
  readonly columns: readonly string[];
  /** With scores that are probabilities, calibrated in each group; see {@link calibratedOdds}. */
  readonly groups: readonly ScoredGroup[];
  readonly cost: CalibratedCost;
  /** The rows of either label that a group needs, 20 unless told otherwise. */
  readonly minimumRows?: number;
}

export interface CalibratedOdds {
  readonly mixture: ScoreMixture;
  /** What each group costs as it is, and once scores are mixed, in expectation over the lot. */
  readonly costs: readonly {
    readonly group: readonly string[];
    readonly before: number;
    readonly after: number;
  }[];
  /** The largest difference of costs that is left between groups; 0 but for rounding. */
  readonly disparity: number;
}

/**
 * Makes generalized error rates of groups equal and keeps scores calibrated. The cost of a group is its generalized
 * false-negative rate, mean(1 − s | y = 1), its generalized false-positive rate, mean(s | y = 0), or half the sum of
 * both, weighed by the base rate μ: ½(μ·GFNR + (1 − μ)·GFPR). Groups that cost less than the one that costs most have
 * some of their scores, drawn by lot with chance α, replaced by μ, which is calibrated too, and useless: that costs
 * c₀ = 1 − μ, μ, or μ(1 − μ), so that
 *
 *     α = (c_most − c) / (c₀ − c)
 *
 * and the group with the highest cost keeps all its scores. A chance of 0 leaves a group as it is, one of 1 tells nothing
 * of its rows but the base rate. This is AIF360's CalibratedEqOddsPostprocessing, for any number of groups.
 *
 * Equal costs are out of reach when the highest is above what base rates alone cost in another group. AIF360 then has a
 * chance above 1 or below 0, and replaces all scores or none without a word; here that is an error.
 *
 * It presumes calibrated scores: if a score of 0.7 comes true in one half of a group's rows, replacing some by the base
 * rate does not make the others right.
 *
 * Source: G. Pleiss et al., On Fairness and Calibration (2017), section 4.
 *
 * @throws SluiceError `invalid_data` when a group has too few rows of either label; `invalid_request` when costs can't be
 *   made equal
 */
export const calibratedOdds = (problem: CalibratedProblem): CalibratedOdds => {
  const { columns, cost } = problem;
  const groups = problem.groups.map((rows) => ({ ...costsOf(rows, cost), group: rows.group }));
  requireRows(
    groups.map(({ sizes }) => sizes),
    'equalized_odds',
    problem.minimumRows ?? minimumRows,
  );
  const most = Math.max(...groups.map(({ own }) => own));
  const mixed = groups.map((each): GroupMixture => {
    const { group, own, ofBaseRate, baseRate } = each;
    const chance = own === most ? 0 : (most - own) / (ofBaseRate - own);
    // The denominator is negative, or 0, where base rates alone cost no more than the scores do.
    if (chance >= 0 && chance <= 1) return { group, chance, baseRate };
    throw new SluiceError(
      'invalid_request',
      `The ${costNames[cost]} of all groups can't be made equal: that of one is ${most.toFixed(4)}, and scores that are all the base rate would bring ${groupName(group)} to ${ofBaseRate.toFixed(4)} only. Ask for another cost.`,
    );
  });
  const costs = groups.map(({ group, own, ofBaseRate }, index) => {
    const { chance } = mixed[index] as GroupMixture;
    return { group, before: own, after: (1 - chance) * own + chance * ofBaseRate };
  });
  const after = costs.map((each) => each.after);
  return {
    mixture: { columns, groups: mixed },
    costs,
    disparity: Math.max(...after) - Math.min(...after),
  };
};

const costNames: Readonly<Record<CalibratedCost, string>> = {
  fnr: 'generalized false-negative rates',
  fpr: 'generalized false-positive rates',
  weighted: 'weighted generalized error rates',
};

interface GroupCosts {
  readonly sizes: GroupSizes;
  readonly baseRate: number;
  readonly own: number;
  /** What the group costs when each score is its base rate. */
  readonly ofBaseRate: number;
}

const costsOf = (rows: ScoredGroup, cost: CalibratedCost): GroupCosts => {
  const { label, score, weight } = rows;
  const sizes = sizesOf(rows);
  const { positives, negatives } = sizes;
  let missed = 0;
  let alarmed = 0;
  label.forEach((value, row) => {
    const counts = weight?.[row] ?? 1;
    if (value === 1) missed += counts * (1 - (score[row] as number));
    else alarmed += counts * (score[row] as number);
  });
  const baseRate = positives / (positives + negatives);
  const costAt = (gfnr: number, gfpr: number): number => {
    if (cost === 'fnr') return gfnr;
    if (cost === 'fpr') return gfpr;
    return 0.5 * (gfpr * (1 - baseRate) + gfnr * baseRate);
  };
  return {
    sizes,
    baseRate,
    own: costAt(missed / positives, alarmed / negatives),
    ofBaseRate: costAt(1 - baseRate, baseRate),
  };
};

/**
 * The largest difference between groups in what they cost as they are; null when one has no weight of a label that the
 * cost is about.
 */
export const costDisparity = (
  groups: readonly ScoredGroup[],
  cost: CalibratedCost,
): number | null => {
  const costs = groups.map((rows) => costsOf(rows, cost).own);
  return costs.some(Number.isNaN) ? null : Math.max(...costs) - Math.min(...costs);
};

/** What becomes of a row: its score and its label, 1 if favorable. */
export interface MixedRow {
  readonly score: number;
  readonly prediction: number;
}

/**
 * One row under a mixture: as it was, or the base rate, which is favorable when it is at least ½.
 *
 * @param uniform a draw from [0, 1)
 */
export const mixedRow = (
  { chance, baseRate }: GroupMixture,
  row: MixedRow,
  uniform: number,
): MixedRow => (uniform < chance ? { score: baseRate, prediction: Number(baseRate >= 0.5) } : row);
