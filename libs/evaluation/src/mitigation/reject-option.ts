import { SluiceError } from '@sluice/contracts';
import { minimumRows } from '../measure.js';
import { requireRows, type Constraint } from './constraint.js';
import { groupRule, type ScoredGroup } from './decision-rule.js';
import { fitted, type FittedRule } from './group-thresholds.js';

/** What has to be within bounds: AIF360's three. */
export const rejectOptionMetrics = [
  'statistical_parity_difference',
  'average_odds_difference',
  'equal_opportunity_difference',
] as const;
export type RejectOptionMetric = (typeof rejectOptionMetrics)[number];

export interface RejectOptionProblem {
  readonly columns: readonly string[];
  /** The privileged group, and all others. */
  readonly privileged: ScoredGroup;
  readonly others: readonly ScoredGroup[];
  readonly metric: RejectOptionMetric;
  /** The metric may lie from −bound to bound. */
  readonly bound: number;
  readonly minimumRows?: number;
}

export interface RejectOption extends FittedRule {
  readonly threshold: number;
  readonly margin: number;
  /** The metric on the rows it was fitted to, others less privileged. */
  readonly metric: number;
  readonly balancedAccuracy: number;
}

/**
 * Decides by one threshold t, but within a margin θ around it, where the model is least sure, in favour of the
 * unprivileged: they need a score above t − θ, the privileged one above t + θ. Of AIF360's grid (100 thresholds from
 * 0.01 to 0.99, for each 50 margins from 0 to min(t, 1 − t)) it takes the first pair of the best balanced accuracy whose
 * metric is within bounds.
 *
 * When none is, AIF360 warns and takes the pair of the lowest signed metric, which is the one that disadvantages the
 * unprivileged most; here that is an error that names the nearest.
 *
 * Source: F. Kamiran, A. Karim and X. Zhang, Decision theory for discrimination-aware classification (2012).
 *
 * @throws SluiceError `invalid_data` when a side has too few rows of a label; `invalid_request` when no pair is within bounds
 */
export const rejectOption = (problem: RejectOptionProblem): RejectOption => {
  const { columns, privileged, others, metric, bound } = problem;
  const sides = { privileged: side([privileged]), others: side(others) };
  const constraint = constraintOf[metric];
  const sizes = (at: Side, group: readonly string[]) => ({
    group,
    positives: at.positive.length,
    negatives: at.negative.length,
  });
  requireRows(
    [sizes(sides.privileged, privileged.group), sizes(sides.others, ['all others'])],
    'equalized_odds',
    problem.minimumRows ?? minimumRows,
  );
  let best: Candidate | null = null;
  let nearest: Candidate | null = null;
  for (const threshold of linspace(0.01, 0.99, 100))
    for (const margin of linspace(0, threshold <= 0.5 ? threshold : 1 - threshold, 50)) {
      const candidate = judged(sides, threshold, margin, metric);
      if (nearest === null || Math.abs(candidate.metric) < Math.abs(nearest.metric))
        nearest = candidate;
      if (Math.abs(candidate.metric) > bound) continue;
      if (best === null || candidate.balancedAccuracy > best.balancedAccuracy) best = candidate;
    }
  if (best === null)
    throw new SluiceError(
      'invalid_request',
      `No threshold and margin bring ${metric} within ±${bound}; the nearest is ${nearest?.metric.toFixed(4)}.`,
    );
  const groups = [privileged, ...others];
  const rules = groups.map((group) => {
    const { threshold, margin } = best as Candidate;
    const cut = group === privileged ? threshold + margin : threshold - margin;
    return groupRule(group.group, [{ cut, chance: 1 }], 0);
  });
  return { ...fitted({ columns, groups, constraint }, rules), ...best };
};

const constraintOf: Record<RejectOptionMetric, Constraint> = {
  statistical_parity_difference: 'demographic_parity',
  average_odds_difference: 'equalized_odds',
  equal_opportunity_difference: 'true_positive_rate_parity',
};

/** The ascending scores of one side, by label. */
interface Side {
  readonly positive: Float64Array;
  readonly negative: Float64Array;
}

const side = (groups: readonly ScoredGroup[]): Side => {
  const of = (label: number): Float64Array =>
    Float64Array.from(
      groups.flatMap((group) => [...group.score.filter((_, row) => group.label[row] === label)]),
    ).sort();
  return { positive: of(1), negative: of(0) };
};

interface Candidate {
  readonly threshold: number;
  readonly margin: number;
  readonly metric: number;
  readonly balancedAccuracy: number;
}

const judged = (
  { privileged, others }: { readonly privileged: Side; readonly others: Side },
  threshold: number,
  margin: number,
  metric: RejectOptionMetric,
): Candidate => {
  const p = selectedAbove(privileged, threshold + margin);
  const u = selectedAbove(others, threshold - margin);
  const positives = privileged.positive.length + others.positive.length;
  const negatives = privileged.negative.length + others.negative.length;
  const tpr = (p.positive + u.positive) / positives;
  const tnr = (negatives - p.negative - u.negative) / negatives;
  const opportunity = u.positive / others.positive.length - p.positive / privileged.positive.length;
  const falseAlarm = u.negative / others.negative.length - p.negative / privileged.negative.length;
  const rate = (selected: { positive: number; negative: number }, of: Side): number =>
    (selected.positive + selected.negative) / (of.positive.length + of.negative.length);
  const values: Record<RejectOptionMetric, number> = {
    statistical_parity_difference: rate(u, others) - rate(p, privileged),
    average_odds_difference: 0.5 * (falseAlarm + opportunity),
    equal_opportunity_difference: opportunity,
  };
  return { threshold, margin, metric: values[metric], balancedAccuracy: 0.5 * (tpr + tnr) };
};

const selectedAbove = ({ positive, negative }: Side, cut: number) => ({
  positive: countAbove(positive, cut),
  negative: countAbove(negative, cut),
});

const countAbove = (ascending: Float64Array, cut: number): number => {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) > cut) high = middle;
    else low = middle + 1;
  }
  return ascending.length - low;
};

/** NumPy's, to the last digit: the grid decides which scores are above a cut. */
export const linspace = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) =>
    index === count - 1 ? to : index * ((to - from) / (count - 1)) + from,
  );
