import type { Promotion, Version } from '@sluice/contracts';
import { code, escapeMarkdown, fitSections, renderVerdictMarkdown } from '@sluice/report';
import type { Judged } from './evaluate.js';
import { faultAnnotation, faultList } from './faults.js';
import type { Report } from './report.js';
import { checkAnnotation, verdictOutputs } from './verdict-report.js';

/** One environment on the way; `unchanged`: it ran this artifact already. */
export type Step =
  | { environment: string; state: 'unchanged'; promotion: null }
  | { environment: string; state: Promotion['state']; promotion: Promotion };

/** How far a version came. */
export interface Journey {
  version: Version;
  policyPath: string;
  steps: readonly Step[];
  /** The environments that come after the last step. */
  ahead: readonly string[];
  /** The verdict that all of this rests on, if one was needed. */
  evaluation: Judged | null;
}

const marks: Record<Step['state'], string> = {
  unchanged: '✅ ran it already',
  succeeded: '✅ runs it now',
  awaiting_approval: '⏳ waits for approval',
  rolling_out: '⏳ rolling out',
  failed: '❌ rollout failed; the version before it still serves',
  rejected: '❌ rejected',
  stale: '❌ overtaken: the environment changed before it was approved',
};
const good: ReadonlySet<Step['state']> = new Set(['unchanged', 'succeeded', 'awaiting_approval']);

export const promotionReport = (journey: Journey): Report => {
  const { steps, evaluation } = journey;
  const last = steps.at(-1);
  const refused = evaluation?.verdict.outcome === 'fail';
  const passed = !refused && steps.every(({ state }) => good.has(state));
  const problem = last?.promotion?.problem ?? null;
  return {
    outcome: passed ? 'pass' : 'fail',
    headline: headlineOf(journey, refused),
    markdown: (budget) => render(journey, passed, refused, budget),
    annotations: [
      ...(refused ? evaluation.verdict.checks.flatMap(checkAnnotation) : []),
      ...(problem?.faults ?? []).map((fault) => faultAnnotation('Promotion', fault)),
    ],
    outputs: journeyOutputs(journey),
  };
};

export const journeyOutputs = (
  journey: Pick<Journey, 'steps' | 'version' | 'evaluation'>,
): Record<string, string> => ({
  ...(journey.evaluation === null ? {} : verdictOutputs(journey.evaluation)),
  model: journey.version.model,
  version: String(journey.version.number),
  'artifact-digest': journey.version.artifactDigest,
  promotion: JSON.stringify(
    journey.steps.map(({ environment, promotion, state }) => ({
      environment,
      id: promotion?.id ?? null,
      state,
    })),
  ),
  'promotion-state': stateOf(journey.steps),
});

/** `unchanged` only if nothing was done anywhere; else the state of the last promotion. */
const stateOf = (steps: readonly Step[]): string =>
  steps.findLast(({ promotion }) => promotion !== null)?.state ??
  (steps.length > 0 ? 'unchanged' : '');

const headlineOf = ({ version, steps, evaluation }: Journey, refused: boolean): string => {
  const subject = `${version.model} version ${version.number}`;
  const failed = evaluation?.verdict.checks.filter(({ outcome }) => outcome === 'fail') ?? [];
  if (refused) return `${subject} is not promoted: ${failed.map(({ reason }) => reason).join(' ')}`;
  const last = steps.at(-1);
  if (last === undefined) return `${subject} has nowhere to go`;
  const { environment, promotion, state } = last;
  const why = promotion?.problem == null ? '' : `: ${promotion.problem.detail}`;
  const words = {
    unchanged: 'runs already',
    succeeded: 'runs',
    awaiting_approval: 'waits for approval',
    rolling_out: 'is being rolled out',
    failed: 'could not be rolled out',
    rejected: 'was rejected',
    stale: 'was overtaken',
  }[state];
  return `${subject} ${words} in ${environment}${why}`;
};

const render = (journey: Journey, passed: boolean, refused: boolean, budget: number): string => {
  const { version, evaluation, policyPath } = journey;
  const title = `## ${passed ? '✅' : '❌'} Sluice: ${code(version.model)} version ${version.number}`;
  const problem = journey.steps.at(-1)?.promotion?.problem ?? null;
  const own = fitSections(
    [
      { text: `${title} ${refused ? 'is not promoted' : 'on its way'}` },
      {
        text: refused
          ? 'It was evaluated again, against what is in production now, and does not pass.'
          : table(journey.steps),
      },
      { text: approvalText(journey) },
      { text: problem === null ? '' : `**Why:** ${escapeMarkdown(problem.detail)}` },
      faultList(problem?.faults ?? []),
    ].filter(({ text }) => text !== ''),
    budget,
  );
  if (!refused || evaluation === null) return own;
  const context = {
    versionNumber: version.number,
    championNumber: evaluation.champion,
    policyFile: policyPath,
  };
  return `${own}\n\n${renderVerdictMarkdown(evaluation.verdict, context, budget - own.length - 2)}`;
};

export const table = (steps: readonly Step[]): string =>
  [
    '| environment | state | promotion |',
    '|---|---|---|',
    ...steps.map(
      ({ environment, state, promotion }) =>
        `| ${code(environment)} | ${marks[state]} | ${promotion === null ? '' : code(promotion.id)} |`,
    ),
  ].join('\n');

const approvalText = ({ version, steps, ahead }: Journey): string => {
  const last = steps.at(-1);
  if (last?.state !== 'awaiting_approval') return '';
  const { id, approvals, approvalsNeeded } = last.promotion;
  const by = approvals.map((approval) => escapeMarkdown(approval.by)).join(', ');
  const soFar = approvals.length === 0 ? '' : ` So far: ${by}.`;
  const further =
    ahead.length === 0
      ? ''
      : ` Run this workflow again afterwards, to go on to ${ahead.map(code).join(', ')}.`;
  return [
    `### ${code(last.environment)} waits for approval`,
    `It needs ${approvalsNeeded} ${approvalsNeeded === 1 ? 'approval' : 'approvals'} by people with the role approver, other than the author, **${escapeMarkdown(version.author)}**.${soFar} They approve or reject with:`,
    `\`\`\`sh\nnpx sluice approve ${id}\nnpx sluice reject ${id}\n\`\`\``,
    `The rollout starts by itself once it is approved.${further}`,
  ].join('\n\n');
};
