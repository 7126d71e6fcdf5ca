import type { EvaluationState } from '@sluice/contracts';

const transitions = {
  queued: ['running', 'succeeded', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<EvaluationState, readonly EvaluationState[]>;

/** Messages come late and more than once; one that no longer changes anything is not an error. */
export const canBecome = (from: EvaluationState, to: EvaluationState): boolean =>
  (transitions[from] as readonly EvaluationState[]).includes(to);

export const isFinished = (state: EvaluationState): boolean => transitions[state].length === 0;
