import { SluiceError } from '@sluice/contracts';
import { minimumRows } from '../measure.js';
import { requireRows, type Constraint } from './constraint.js';
import { groupRule, sizesOf, type ScoredGroup } from './decision-rule.js';
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
  const together = joined(['all others'], others);
  const sides = { privileged: side(privileged), others: side(together) };
  const constraint = constraintOf[metric];
  requireRows(
    [sizesOf(privileged), sizesOf(together)],
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

/** The rows of several groups as those of one. */
const joined = (group: readonly string[], groups: readonly ScoredGroup[]): ScoredGroup => {
  const rows = groups.reduce((sum, { label }) => sum + label.length, 0);
  const label = new Uint8Array(rows);
  const score = new Float64Array(rows);
  const weight = new Float64Array(rows).fill(1);
  let at = 0;
  for (const each of groups) {
    label.set(each.label, at);
    score.set(each.score, at);
    if (each.weight !== undefined) weight.set(each.weight, at);
    at += each.label.length;
  }
  return { group, label, score, weight };
};

/** The scores of one side, by label. */
interface Side {
  readonly positive: Weighed;
  readonly negative: Weighed;
}

/** Ascending scores, and what the rows from each on weigh together; the first of these is the weight of all. */
interface Weighed {
  readonly scores: Float64Array;
  readonly from: Float64Array;
}

const side = ({ label, score, weight }: ScoredGroup): Side => {
  const of = (wanted: number): Weighed => {
    const order = Uint32Array.from(score.keys())
      .filter((row) => label[row] === wanted)
      .sort((a, b) => (score[a] as number) - (score[b] as number));
    const from = new Float64Array(order.length + 1);
    for (let at = order.length - 1; at >= 0; at -= 1)
      from[at] = (from[at + 1] as number) + (weight?.[order[at] as number] ?? 1);
    return { scores: Float64Array.from(order, (row) => score[row] as number), from };
  };
  return { positive: of(1), negative: of(0) };
};

const total = ({ from }: Weighed): number => from[0] as number;

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
  const positives = total(privileged.positive) + total(others.positive);
  const negatives = total(privileged.negative) + total(others.negative);
  const tpr = (p.positive + u.positive) / positives;
  const tnr = (negatives - p.negative - u.negative) / negatives;
  const opportunity = u.positive / total(others.positive) - p.positive / total(privileged.positive);
  const falseAlarm = u.negative / total(others.negative) - p.negative / total(privileged.negative);
  const rate = (selected: { positive: number; negative: number }, of: Side): number =>
    (selected.positive + selected.negative) / (total(of.positive) + total(of.negative));
  const values: Record<RejectOptionMetric, number> = {
    statistical_parity_difference: rate(u, others) - rate(p, privileged),
    average_odds_difference: 0.5 * (falseAlarm + opportunity),
    equal_opportunity_difference: opportunity,
  };
  return { threshold, margin, metric: values[metric], balancedAccuracy: 0.5 * (tpr + tnr) };
};

const selectedAbove = ({ positive, negative }: Side, cut: number) => ({
  positive: weightAbove(positive, cut),
  negative: weightAbove(negative, cut),
});

const weightAbove = ({ scores, from }: Weighed, cut: number): number => {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((scores[middle] as number) > cut) high = middle;
    else low = middle + 1;
  }
  return from[low] as number;
};

/** NumPy's, to the last digit: the grid decides which scores are above a cut. */
export const linspace = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) =>
    index === count - 1 ? to : index * ((to - from) / (count - 1)) + from,
  );
