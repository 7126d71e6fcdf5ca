import { defaultLevel, square, type Estimate, type IntervalOptions } from '../estimate.js';
import { total, type LabelledBins } from './binned-scores.js';
import { logitInterval } from './logit-interval.js';

/**
 * The interval of a gain: of the share of positives that the share k of rows with the highest scores holds.
 *
 * Estimand: G(k) = P(s > t | +), where P(s > t) = k. 1 finds all positives, k is chance. The estimate is the exact one of
 * the rows. Both the share above a threshold and the threshold vary with the rows; with π the share of positives and ρ
 * that among rows near the threshold, a row's influence is
 *
 *     1[+] (1[s > t] − G) / π − (ρ / π) (1[s > t] − k)
 *
 * and the standard error is the root of its mean square over n. ρ is taken from the rows between the shares k − h and
 * k + h, h = ½ min(k, 1 − k, n^(−1/5)). The limits are taken on the logit scale; at 0 and 1, Wilson's among the positives.
 *
 * @param share k, strictly between 0 and 1
 * @throws RangeError without positives, or for another share
 *
 * Source: for the influence of a quantile, A. W. van der Vaart, Asymptotic Statistics (1998), section 21.2.
 */
export const gainInterval = (
  estimate: number,
  share: number,
  bins: LabelledBins,
  options: IntervalOptions = {},
): Estimate => {
  const positives = total(bins.positives);
  const n = positives + total(bins.negatives);
  if (!(positives > 0)) throw new RangeError('A gain needs positives.');
  if (!(share > 0 && share < 1)) throw new RangeError(`${share} isn't a share of rows to select.`);
  const base = positives / n;
  const near = positiveShareNear(bins, share, n);
  const above = 1 - share;
  const influences = [
    [estimate * base, (1 - estimate) / base - (near / base) * above],
    [(1 - estimate) * base, -estimate / base + (near / base) * share],
    [Math.max(0, share - estimate * base), (-near / base) * above],
    [Math.max(0, 1 - share - (1 - estimate) * base), (near / base) * share],
  ] as const;
  const meanSquare = influences.reduce(
    (sum, [chance, influence]) => sum + chance * square(influence),
    0,
  );
  return {
    estimate,
    interval: logitInterval(estimate, {
      standardError: Math.sqrt(meanSquare / n),
      trials: positives,
      level: options.level ?? defaultLevel,
      method: 'influence',
    }),
    n,
  };
};

/** The share of positives among rows that rank near the share, bins at the edges in proportion. */
const positiveShareNear = (
  { positives, negatives }: LabelledBins,
  share: number,
  n: number,
): number => {
  const reach = Math.min(share, 1 - share, Math.exp(-Math.log(n) / 5)) / 2;
  const [from, to] = [(share - reach) * n, (share + reach) * n];
  let [passed, found, seen] = [0, 0, 0];
  for (let bin = positives.length - 1; bin >= 0 && passed < to; bin -= 1) {
    const rows = (positives[bin] as number) + (negatives[bin] as number);
    const inside = Math.min(to, passed + rows) - Math.max(from, passed);
    if (inside > 0 && rows > 0) {
      found += ((positives[bin] as number) * inside) / rows;
      seen += inside;
    }
    passed += rows;
  }
  return seen === 0 ? 0 : found / seen;
};
