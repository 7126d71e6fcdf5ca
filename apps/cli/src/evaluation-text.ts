import { formatFault, type Evaluation, type Progress } from '@sluice/contracts';
import { renderVerdictText } from '@sluice/report';
import { plain, type Terminal } from './terminal.js';

/** An evaluation as it stands: its verdict, or why there is none. */
export const evaluationText = (evaluation: Evaluation, { colors }: Terminal): string => {
  const { model, version, champion, verdict, problem, cancellation } = evaluation;
  const against = champion === null ? 'no champion yet' : `champion ${champion}`;
  const heading = colors.bold(`${model} version ${version} against ${against}`);
  if (verdict !== null)
    return `${heading}\n\n${renderVerdictText(verdict, { color: colors.isColorSupported })}`;
  if (problem !== null) {
    const faults = (problem.faults ?? []).map((fault) => `\n  ${plain(formatFault(fault))}`);
    return `${heading}\n${colors.red('no verdict:')} ${plain(problem.detail)}${faults.join('')}`;
  }
  if (cancellation !== null) {
    const reason = cancellation.reason === '' ? '' : `: ${plain(cancellation.reason)}`;
    return `${heading}\n${colors.red('no verdict:')} cancelled by ${plain(cancellation.by)}${reason}`;
  }
  return `${heading}\n${standingText(evaluation)}`;
};

/** How far it is, on one line. */
export const standingText = ({ state, progress }: Evaluation): string =>
  progress === null ? state : `${state}: ${progressText(progress)}`;

/** Such as `step 3 of 5, scoring rows … 41 %`. */
const progressText = ({ step, done, total, overall }: Progress): string => {
  const position = overall === undefined ? '' : `step ${overall.step} of ${overall.of}, `;
  const share = total === null || total === 0 ? '' : ` … ${Math.floor((100 * done) / total)} %`;
  return `${position}${plain(step)}${share}`;
};
