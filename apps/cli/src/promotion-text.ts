import { formatFault, type Promotion, type PromotionState } from '@sluice/contracts';
import { localTime, renderTable } from './table.js';
import { plain, type Colors } from './terminal.js';

const colorOf = (state: PromotionState, colors: Colors): ((text: string) => string) =>
  ({
    awaiting_approval: colors.yellow,
    rolling_out: colors.cyan,
    succeeded: colors.green,
    failed: colors.red,
    rejected: colors.red,
    stale: colors.red,
  })[state];

export const stateText = (state: PromotionState, colors: Colors): string =>
  colorOf(state, colors)(state.replaceAll('_', ' '));

export const promotionTable = (promotions: readonly Promotion[], colors: Colors): string =>
  renderTable(
    ['PROMOTION', 'MODEL', 'VERSION', 'TO', 'STATE', 'APPROVALS', 'CREATED', 'BY'],
    promotions.map((promotion) => [
      promotion.id,
      promotion.model,
      `${promotion.from ?? '–'} → ${promotion.version}`,
      promotion.environment,
      stateText(promotion.state, colors),
      `${promotion.approvals.length} of ${promotion.approvalsNeeded}`,
      localTime(promotion.createdAt),
      plain(promotion.createdBy),
    ]),
    colors,
  );

/** A promotion in words: what it is about, how far it is, and what is to be done next. */
export const promotionText = (promotion: Promotion, colors: Colors): string => {
  const { model, version, environment, state, progress, problem, approvals } = promotion;
  const lines = [
    `${colors.bold(`${model} version ${version} → ${environment}`)}: ${stateText(state, colors)}`,
    `  promotion ${promotion.id}`,
    `  artifact  ${promotion.artifactDigest}`,
  ];
  for (const { by, comment } of approvals)
    lines.push(`  approved by ${plain(by)}${comment === '' ? '' : `: ${plain(comment)}`}`);
  if (progress !== null && state === 'rolling_out') lines.push(`  ${plain(progress)}`);
  if (problem !== null) {
    lines.push(`  ${colors.red(plain(problem.detail))}`);
    lines.push(...(problem.faults ?? []).map((fault) => `    ${plain(formatFault(fault))}`));
  }
  if (state === 'awaiting_approval') {
    const missing = promotion.approvalsNeeded - approvals.length;
    lines.push(
      `  needs ${missing} more ${missing === 1 ? 'approval' : 'approvals'} by someone other than the author:`,
      `  sluice approve ${promotion.id}`,
    );
  }
  return lines.join('\n');
};

export const hasFailed = ({ state }: Promotion): boolean =>
  state === 'failed' || state === 'rejected' || state === 'stale';
