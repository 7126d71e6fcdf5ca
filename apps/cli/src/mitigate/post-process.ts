import { SluiceError } from '@sluice/contracts';
import type { DatasetSource } from '@sluice/engine';
import {
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
} from '@sluice/evaluation';
import { beforeAfter } from './before-after.js';
import { confusionOf, objectiveOf, rejectMetricOf } from './fit-inputs.js';
import type { MitigationResult } from './mitigation-result.js';
import { groupsOf, scoreTable, type ScoredTable } from './scored-table.js';
import { fitAndJudge } from './split-table.js';
import { privilegedGroup } from './privileged-group.js';
import type { Workplace } from './workplace.js';
import { writeModel, writePredictions } from './write-decision.js';

/** Fits a decision by group on one table, writes it, and judges what was written by another. */
export const postProcess = async (workplace: Workplace): Promise<MitigationResult> => {
  const { options, policy, by, attention } = workplace;
  const { fit, judge, note } = await fitAndJudge(workplace);
  const fitRows = await scoreTable(fit, workplace);
  const judgedBefore = await scoreTable(judge, workplace);
  const { constraint, fitted } = await attention.compute('fitting the rule', () =>
    fitRule(workplace, fitRows),
  );
  const { rule } = fitted;
  requireKnownGroups(workplace, rule, judgedBefore, judge);
  const lotsDrawn = isRandomized(rule);
  const written = await (workplace.model === null ? writePredictions : writeModel)(
    workplace,
    rule,
    judge,
    judgedBefore,
  );
  const judgedAfter = await scoreTable(written.judged, {
    ...workplace,
    policy: written.policy,
    model: written.model,
    // A label that differs from the more probable one is what was asked for.
    warn: false,
  });
  const disparity = (table: ScoredTable): number | null =>
    disparityOf(ratesUnder(ownDecisions(table), groupsOf(table, 'prediction')), constraint);
  const { judged, measures } = await attention.compute('measuring, with intervals', () => ({
    judged: { before: disparity(judgedBefore), after: disparity(judgedAfter) },
    measures: beforeAfter(policy, by, judgedBefore.profiled.profile, judgedAfter.profiled.profile),
  }));
  const outputs = await written.deliver();
  return {
    schema: 'sluice/mitigation/v1',
    method: options.method,
    by,
    notes: [
      note,
      ...(lotsDrawn
        ? [
            `Some rows are decided by lot: the figures are of one draw, with seed ${options.seed}, and whoever serves the model draws for each request.`,
          ]
        : []),
    ],
    rule,
    constraint: { name: constraint, fitted: fitted.disparity, judged },
    measures,
    data: [],
    weights: [],
    outputs,
  };
};

/** Decisions that were made, as a rule: the prediction itself. */
const ownDecisions = ({ groups }: ScoredTable): GroupRule[] =>
  groups.map((group) => ({ group, cuts: [0.5], chances: [0, 1] }));

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
  if (table.score === null)
    throw new SluiceError(
      'invalid_request',
      `${method} needs scores, and the data holds predictions only; equalized-odds works with those.`,
    );
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

/** A group without a rule would be an error of the runtime later; here there is a name for it. */
const requireKnownGroups = (
  { options, by }: Workplace,
  rule: DecisionRule,
  { groups }: ScoredTable,
  judge: DatasetSource,
): void => {
  if (options.unseen === 'keep') return;
  const known = new Set(rule.groups.map(({ group }) => JSON.stringify(group)));
  const unknown = groups.filter((group) => !known.has(JSON.stringify(group)));
  if (unknown.length > 0)
    throw new SluiceError('invalid_data', `${judge.name} has groups that the fit has not seen.`, {
      faults: unknown.map((group) => ({
        file: judge.name,
        message: `no row of the fit has ${by.join(', ')} = ${group.join(', ')}`,
        hint: 'Fit to data with all groups, or let such rows keep what the model says: --unseen keep.',
      })),
    });
};
