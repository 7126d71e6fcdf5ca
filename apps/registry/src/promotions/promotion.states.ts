import { SluiceError, type PromotionState } from '@sluice/contracts';

const transitions = {
  awaiting_approval: ['rolling_out', 'rejected', 'stale'],
  rolling_out: ['succeeded', 'failed'],
  succeeded: [],
  failed: [],
  rejected: [],
  stale: [],
} as const satisfies Record<PromotionState, readonly PromotionState[]>;

/** Whether nothing can happen to it any more. */
export const isFinished = (state: PromotionState): boolean => transitions[state].length === 0;

/** @throws SluiceError `conflict` */
export const assertTransition = (from: PromotionState, to: PromotionState): void => {
  if ((transitions[from] as readonly PromotionState[]).includes(to)) return;
  throw new SluiceError(
    'conflict',
    `The promotion is ${words[from]} and can no longer become ${words[to]}.`,
  );
};

const words: Record<PromotionState, string> = {
  awaiting_approval: 'waiting for approval',
  rolling_out: 'rolling out',
  succeeded: 'done',
  failed: 'failed',
  rejected: 'rejected',
  stale: 'stale',
};
