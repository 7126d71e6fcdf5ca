import {
  evaluationSchema,
  promotionSchema,
  type Evaluation,
  type Promotion,
  type PromotionState,
} from '@sluice/contracts';
import { poll, type WaitOptions } from './poll.js';
import { part, type RegistryApi } from './registry-api.js';

export interface PromotionWaitOptions extends WaitOptions<Promotion> {
  /** Return at `awaiting_approval` as well, instead of waiting for people. */
  stopAtApproval?: boolean;
}

const settledPromotionStates: ReadonlySet<PromotionState> = new Set([
  'succeeded',
  'failed',
  'rejected',
  'stale',
]);

export const waitForEvaluation = (
  api: RegistryApi,
  id: string,
  options: WaitOptions<Evaluation>,
): Promise<Evaluation> =>
  poll({
    ...options,
    read: (totalMs) =>
      api.get(`/evaluations/${part(id)}`, evaluationSchema, { signal: options.signal, totalMs }),
    isDone: ({ state }) => state !== 'queued' && state !== 'running',
    progressOf: ({ state, progress }) => [state, progress],
    unfinished: ({ state, progress }) =>
      `Evaluation ${id} was still ${state}${inWords(progress?.step)}`,
  });

export const waitForPromotion = (
  api: RegistryApi,
  id: string,
  { stopAtApproval = false, ...options }: PromotionWaitOptions,
): Promise<Promotion> =>
  poll({
    ...options,
    read: (totalMs) =>
      api.get(`/promotions/${part(id)}`, promotionSchema, { signal: options.signal, totalMs }),
    isDone: ({ state }) =>
      settledPromotionStates.has(state) || (stopAtApproval && state === 'awaiting_approval'),
    progressOf: ({ state, progress, approvals }) => [state, progress, approvals.length],
    unfinished: ({ state, progress }) =>
      `Promotion ${id} was still ${state.replaceAll('_', ' ')}${inWords(progress)}`,
  });

const inWords = (progress: string | null | undefined): string =>
  progress === null || progress === undefined ? '' : ` (${progress})`;
