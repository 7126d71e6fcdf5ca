import { SluiceError, type ErrorCode, type Fault } from '@sluice/contracts';
import { escapeMarkdown, fitSections } from '@sluice/report';
import { faultAnnotation, faultList } from './faults.js';
import type { Report } from './report.js';

/** What a person can do about it, by the code of what happened. */
const advice: Partial<Record<ErrorCode, string>> = {
  invalid_policy: 'Correct the policy at the places above.',
  invalid_data: 'Correct the data, or the names of columns in the policy.',
  invalid_artifact: 'Correct the model file, or its path in the policy.',
  invalid_request: 'Correct the workflow.',
  unauthenticated:
    'Check the secret that is given as `api-key`: it is missing, mistyped or revoked. Workflows on pull requests from forks get no secrets.',
  forbidden: 'Check the roles of the API key (contributor) and the permissions of the job.',
  cancelled: 'Run the job again if a verdict is still wanted.',
  conflict: 'Decide or await what stands in the way, then run this workflow again.',
  unavailable: 'Run the job again once the service answers.',
  timed_out:
    'Run the job again; if the evaluation simply takes longer, raise the input `timeout-minutes`.',
  storage_full: 'Make room for the registry, then run the job again.',
};

/** The report of a run that came to no verdict. Doubt is never a pass. */
export const undecided = (error: unknown, mode: 'gate' | 'promote', policyPath: string): Report => {
  const known = toSluiceError(error);
  const faults = known.faults.map((fault) => inRepository(fault, known.code, policyPath));
  const what = mode === 'gate' ? 'could not judge this model' : 'could not promote this model';
  const whatToDo =
    advice[known.code] ?? 'Run the job again; if it stays so, ask whoever runs Sluice.';
  const sections = [
    { text: `## ⚠️ Sluice ${what}` },
    { text: escapeMarkdown(known.message) },
    ...(faults.length > 0 ? [faultList(faults)] : []),
    { text: `**What to do:** ${whatToDo}` },
    { text: '<sub>No verdict counts as a failure.</sub>' },
  ];
  return {
    outcome: 'error',
    headline: `Sluice ${what}: ${known.message}`,
    markdown: (budget) => fitSections(sections, budget),
    annotations: faults.map((fault) => faultAnnotation(titleOf(known.code), fault)),
    outputs: {},
  };
};

/** The registry knows a policy by its text alone and calls every one of them sluice.yaml. */
const inRepository = (fault: Fault, errorCode: ErrorCode, policyPath: string): Fault =>
  errorCode === 'invalid_policy' && fault.file === 'sluice.yaml'
    ? { ...fault, file: policyPath }
    : fault;

const titleOf = (code: ErrorCode): string =>
  code === 'invalid_policy' ? 'Policy' : code === 'invalid_data' ? 'Data' : 'Sluice';

/** A defect of ours is reported like the rest, so that it fails the job with its name and not by a stack alone. */
const toSluiceError = (error: unknown): SluiceError => {
  if (error instanceof SluiceError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new SluiceError('internal', message, { cause: error });
};
