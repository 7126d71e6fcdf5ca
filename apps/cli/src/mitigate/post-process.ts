import { SluiceError } from '@sluice/contracts';
import type { DatasetSource } from '@sluice/engine';
import { beforeAfter } from './before-after.js';
import { drawsLots, fitRemedy, groupsOfRemedy, type Remedy } from './fit-remedy.js';
import type { MitigationResult } from './mitigation-result.js';
import { scoreTable, type ScoredTable } from './scored-table.js';
import { fitAndJudge } from './split-table.js';
import { emptyResult } from './training-data.js';
import type { Workplace } from './workplace.js';
import { writeDecisions } from './write-decisions.js';
import { writeModel } from './write-model.js';

/** Fits a decision by group on one table, writes it, and judges what was written by another. */
export const postProcess = async (workplace: Workplace): Promise<MitigationResult> => {
  const { options, policy, by, attention } = workplace;
  const { fit, judge, note } = await fitAndJudge(workplace);
  const fitRows = await scoreTable(fit, workplace);
  const judgedBefore = await scoreTable(judge, workplace);
  const fitted = await attention.compute('fitting the rule', () => fitRemedy(workplace, fitRows));
  const { remedy, disparityOf } = fitted;
  requireKnownGroups(workplace, remedy, judgedBefore, judge);
  const write = workplace.model === null ? writeDecisions : writeModel;
  const written = await write(workplace, remedy, judge, judgedBefore);
  const judgedAfter = await scoreTable(written.judged, {
    ...workplace,
    policy: written.policy,
    model: written.model,
    // A label that differs from the more probable one is what was asked for.
    warn: false,
  });
  const { judged, measures } = await attention.compute('measuring, with intervals', () => ({
    judged: { before: disparityOf(judgedBefore), after: disparityOf(judgedAfter) },
    measures: beforeAfter(policy, by, judgedBefore.profiled.profile, judgedAfter.profiled.profile, {
      changesScores: remedy.kind === 'mixture',
    }),
  }));
  return {
    ...emptyResult(workplace),
    notes: [
      note,
      ...(drawsLots(remedy)
        ? [
            `Some rows are decided by lot: the figures are of one draw, with seed ${options.seed}, and whoever serves the model draws for each request.`,
          ]
        : []),
    ],
    rule: remedy.kind === 'rule' ? remedy.rule : null,
    mixture: remedy.kind === 'mixture' ? remedy.mixture : null,
    constraint: { name: fitted.constraint, fitted: fitted.fitted, judged },
    measures,
    outputs: await written.deliver(),
  };
};

/** A group without a rule would be an error of the runtime later; here there is a name for it. */
const requireKnownGroups = (
  { options, by }: Workplace,
  remedy: Remedy,
  { groups }: ScoredTable,
  judge: DatasetSource,
): void => {
  if (options.unseen === 'keep') return;
  const known = new Set(groupsOfRemedy(remedy).map((group) => JSON.stringify(group)));
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
