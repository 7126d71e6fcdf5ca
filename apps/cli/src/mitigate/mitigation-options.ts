import type { CalibratedCost, Constraint, Reranking } from '@sluice/evaluation';

export const methods = [
  'reweighing',
  'disparate-impact-remover',
  'correlation-remover',
  'group-thresholds',
  'equalized-odds',
  'calibrated-odds',
  'reject-option',
  'reranking',
] as const;
export type Method = (typeof methods)[number];

/** What part of a list a group is to have. */
export interface GroupShare {
  readonly group: string;
  readonly share: number;
}

/** The command line, as it was parsed. */
export interface MitigationOptions {
  readonly method: Method;
  readonly by: readonly string[];
  readonly constraint: Constraint;
  readonly objective: 'accuracy' | 'balanced_accuracy';
  readonly falseNegativeCost?: number;
  readonly falsePositiveCost?: number;
  readonly tolerance?: number;
  readonly cost: CalibratedCost;
  readonly reranking: Reranking;
  readonly size?: number;
  readonly share: readonly GroupShare[];
  readonly randomized?: true;
  readonly unseen: 'refuse' | 'keep';
  readonly privileged?: string;
  readonly feature: readonly string[];
  readonly level: number;
  readonly column?: string;
  readonly artifact?: string;
  readonly fit?: string;
  readonly fitPredictions?: string;
  readonly judge?: string;
  readonly judgePredictions?: string;
  readonly allowS3: readonly string[];
  readonly seed: number;
  readonly output?: string;
  readonly outputJudge?: string;
  readonly json?: true;
}
