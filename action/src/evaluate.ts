import type { RegistryClient } from '@sluice/client';
import { SluiceError, type Evaluation, type Verdict } from '@sluice/contracts';
import { noteEvaluation } from './abandoned.js';
import type { Deadline } from './deadline.js';
import { log } from './log.js';
import { datasetsOf, type PolicyFile, type Proposal } from './proposal.js';

/** An evaluation that came to a verdict. */
export type Judged = Evaluation & { verdict: Verdict };

/** Has a version evaluated and waits for the verdict. @throws SluiceError when there is none */
export const evaluate = async (
  registry: RegistryClient,
  proposal: Proposal,
  file: PolicyFile,
  deadline: Deadline,
): Promise<Judged> => {
  const { version } = proposal;
  const requested = await registry.requestEvaluation({
    model: version.model,
    version: version.number,
    policy: file.text,
    datasets: datasetsOf(proposal),
  });
  noteEvaluation(requested.id);
  log(`Evaluation ${requested.id}`);
  const evaluation = await registry.waitForEvaluation(requested.id, {
    timeoutMs: deadline.leftMs(),
    onProgress: logSteps(),
  });
  if (isJudged(evaluation)) return evaluation;
  const { problem, cancellation } = evaluation;
  if (cancellation !== null) {
    const reason = cancellation.reason === '' ? '.' : `: ${cancellation.reason}`;
    throw new SluiceError('cancelled', `${cancellation.by} cancelled the evaluation${reason}`);
  }
  throw new SluiceError(
    problem?.code ?? 'internal',
    problem?.detail ?? 'The evaluation ended without a verdict and without a reason.',
    { faults: problem?.faults },
  );
};

export const isJudged = (evaluation: Evaluation): evaluation is Judged =>
  evaluation.verdict !== null;

/** Progress counts many times within a step; the log gets a line a step. */
const logSteps = (): ((evaluation: Evaluation) => void) => {
  let logged: string | undefined;
  return ({ state, progress }) => {
    const step = progress?.step ?? state;
    const overall = progress?.overall;
    const position = overall === undefined ? '' : ` (step ${overall.step} of ${overall.of})`;
    if (step !== logged) log(`… ${step}${position}`);
    logged = step;
  };
};
