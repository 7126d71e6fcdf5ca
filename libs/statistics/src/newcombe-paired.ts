import { defaultLevel, square, type Estimate, type IntervalOptions } from './estimate.js';
import { wilson } from './wilson.js';

/** Pairs of a first and a second outcome on the same subject, counted by which of the two are successes. */
export interface PairedCounts {
  readonly both: number;
  readonly firstOnly: number;
  readonly secondOnly: number;
  readonly neither: number;
}

/**
 * Newcombe's hybrid score interval for a difference of two proportions on the same subjects.
 *
 * Estimand: π₁ − π₂, each the chance of success of one outcome. Estimate: d = (firstOnly − secondOnly) / n.
 * With [l, u] the Wilson limits of each proportion and φ their correlation:
 *
 *     [d − √((p₁ − l₁)² − 2φ(p₁ − l₁)(u₂ − p₂) + (u₂ − p₂)²), d + √((p₂ − l₂)² − 2φ(p₂ − l₂)(u₁ − p₁) + (u₁ − p₁)²)]
 *
 * φ = (ad − bc) / √((a + b)(c + d)(a + c)(b + d)), its numerator reduced by n/2, but not below 0, when positive; 0 when
 * an outcome is constant. 0 means equal proportions; the interval lies within [−1, 1]. Outcomes that agree on
 * every pair give the estimate 0 and an interval around it that shrinks with n: n agreements don't show that there
 * is never a disagreement.
 *
 * @throws RangeError without pairs
 *
 * Source: R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions based on
 * paired data, Statistics in Medicine 17 (1998), method 10.
 */
export const newcombePaired = (counts: PairedCounts, options: IntervalOptions = {}): Estimate => {
  const { both, firstOnly, secondOnly, neither } = counts;
  const level = options.level ?? defaultLevel;
  const n = both + firstOnly + secondOnly + neither;
  const first = wilson({ successes: both + firstOnly, trials: n }, { level });
  const second = wilson({ successes: both + secondOnly, trials: n }, { level });
  const phi = correlation(counts, n);
  const spread = (a: number, b: number): number =>
    Math.sqrt(Math.max(0, square(a) - 2 * phi * a * b + square(b)));
  const estimate = (firstOnly - secondOnly) / n;
  return {
    estimate,
    interval: {
      lower:
        estimate -
        spread(first.estimate - first.interval.lower, second.interval.upper - second.estimate),
      upper:
        estimate +
        spread(second.estimate - second.interval.lower, first.interval.upper - first.estimate),
      level,
      method: 'newcombe-paired',
    },
    n,
  };
};

const correlation = (counts: PairedCounts, n: number): number => {
  const { both, firstOnly, secondOnly, neither } = counts;
  // Roots of factors: the product of four margins of a large table leaves the exact integers.
  const scale =
    Math.sqrt((both + firstOnly) * (secondOnly + neither)) *
    Math.sqrt((both + secondOnly) * (firstOnly + neither));
  if (scale === 0) return 0;
  const raw = both * neither - firstOnly * secondOnly;
  return (raw > 0 ? Math.max(0, raw - n / 2) : raw) / scale;
};
