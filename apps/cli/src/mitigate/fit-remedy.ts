import { SluiceError } from '@sluice/contracts';
import {
  calibratedOdds,
  costDisparity,
  disparityOf,
  equalizedOdds,
  groupThresholds,
  isRandomized,
  ratesUnder,
  rejectOption,
  singleThresholds,
  type Constraint,
  type DecisionRule,
  type FittedRule,
  type GroupRule,
  type ScoredGroup,
  type ScoreMixture,
} from '@sluice/evaluation';
import { confusionOf, objectiveOf, rejectMetricOf } from './fit-inputs.js';
import { privilegedGroup } from './privileged-group.js';
import { groupsOf, type ScoredTable } from './scored-table.js';
import type { Workplace } from './workplace.js';

/** What changes decisions: a rule for labels, or a mixture of scores. */
export type Remedy =
  | { readonly kind: 'rule'; readonly rule: DecisionRule }
  | { readonly kind: 'mixture'; readonly mixture: ScoreMixture };

/** A remedy, and what it makes equal. */
export interface FittedRemedy {
  readonly remedy: Remedy;
  readonly constraint: string;
  /** The largest difference that is left on the rows of the fit. */
  readonly fitted: number | null;
  /** The same of any scored table as it is. */
  readonly disparityOf: (table: ScoredTable) => number | null;
}

/** Fits what the method fits to the rows of a table. */
export const fitRemedy = (workplace: Workplace, table: ScoredTable): FittedRemedy => {
  const { method } = workplace.options;
  if (table.score === null && method !== 'equalized-odds')
    throw new SluiceError(
      'invalid_request',
      `${method} needs scores, and the data holds predictions only; equalized-odds works with those.`,
    );
  if (method === 'calibrated-odds') return fitMixture(workplace, table);
  const { constraint, fitted } = fitRule(workplace, table);
  return {
    remedy: { kind: 'rule', rule: fitted.rule },
    constraint,
    fitted: fitted.disparity,
    disparityOf: (other) =>
      disparityOf(ratesUnder(ownDecisions(other), groupsOf(other, 'prediction')), constraint),
  };
};

/** The groups that a remedy knows. */
export const groupsOfRemedy = (remedy: Remedy): readonly (readonly string[])[] =>
  (remedy.kind === 'rule' ? remedy.rule : remedy.mixture).groups.map(({ group }) => group);

/** Whether some rows are decided by lot. */
export const drawsLots = (remedy: Remedy): boolean =>
  remedy.kind === 'rule'
    ? isRandomized(remedy.rule)
    : remedy.mixture.groups.some(({ chance }) => chance > 0);

/** Decisions that were made, as a rule: the prediction itself. */
const ownDecisions = ({ groups }: ScoredTable): GroupRule[] =>
  groups.map((group) => ({ group, cuts: [0.5], chances: [0, 1] }));

const fitMixture = ({ options, by }: Workplace, table: ScoredTable): FittedRemedy => {
  const { cost } = options;
  const { mixture, disparity } = calibratedOdds({
    columns: by,
    groups: groupsOf(table, 'score'),
    cost,
  });
  return {
    remedy: { kind: 'mixture', mixture },
    constraint: `generalized ${cost === 'weighted' ? 'error rates, weighted' : cost.toUpperCase()}`,
    fitted: disparity,
    disparityOf: (other) => costDisparity(groupsOf(other, 'score'), cost),
  };
};

const fitRule = (
  workplace: Workplace,
  table: ScoredTable,
): { constraint: Constraint; fitted: FittedRule } => {
  const { options, by } = workplace;
  const { method, constraint, randomized, tolerance } = options;
  const objective = objectiveOf(options);
  if (method === 'equalized-odds') {
    const groups = groupsOf(table, 'prediction').map(confusionOf);
    return {
      constraint: 'equalized_odds',
      fitted: equalizedOdds({ columns: by, groups, objective }),
    };
  }
  const groups = groupsOf(table, 'score');
  if (method === 'reject-option') {
    const privileged = privilegedGroup(workplace, table.groups);
    const { metric, constraint: made } = rejectMetricOf(constraint);
    const fitted = rejectOption({
      columns: by,
      privileged: groups.find(({ group }) => group === privileged) as ScoredGroup,
      others: groups.filter(({ group }) => group !== privileged),
      metric,
      bound: tolerance ?? 0.05,
    });
    return { constraint: made, fitted };
  }
  const problem = { columns: by, groups, constraint, objective };
  const fitted = randomized
    ? groupThresholds(problem)
    : singleThresholds({ ...problem, tolerance: tolerance ?? 0.02 });
  return { constraint, fitted };
};
