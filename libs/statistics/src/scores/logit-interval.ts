import type { ConfidenceInterval } from '../estimate.js';
import { twoSidedQuantile } from '../normal.js';
import { wilson } from '../wilson.js';

export interface LogitOptions {
  readonly standardError: number;
  /** Rows that a proportion of this size would rest on, for where the standard error says nothing. */
  readonly trials: number;
  readonly level: number;
  /** How the standard error was found. */
  readonly method: string;
}

/**
 * The interval of a share p on the scale of logit(x) = ln(x / (1 − x)), which keeps the limits within (0, 1):
 * logit⁻¹(logit p ± z SE / (p(1 − p))). At 0 and 1, or without a standard error, Wilson's of p among `trials`.
 */
export const logitInterval = (
  share: number,
  { standardError, trials, level, method }: LogitOptions,
): ConfidenceInterval => {
  if (share <= 0 || share >= 1 || !(standardError > 0)) {
    const within = Math.min(1, Math.max(0, share));
    const { interval } = wilson({ successes: within * trials, trials }, { level });
    return { ...interval, method: `${method}-wilson` };
  }
  const centre = Math.log(share / (1 - share));
  const half = (twoSidedQuantile(level) * standardError) / (share * (1 - share));
  const inverse = (x: number): number => 1 / (1 + Math.exp(-x));
  return {
    lower: Math.min(share, inverse(centre - half)),
    upper: Math.max(share, inverse(centre + half)),
    level,
    method: `${method}-logit`,
  };
};
