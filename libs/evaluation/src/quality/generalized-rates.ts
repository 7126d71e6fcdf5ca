import type { Measure } from '@sluice/contracts';
import { linearCombination, wilson, type Estimate } from '@sluice/statistics';
import {
  lacking,
  levelOf,
  measured,
  minimumRows,
  withoutValue,
  type MeasureRequest,
} from '../measure.js';
import type { BinarySlice, Moments } from '../profile.js';
import { tallyOf } from './tally.js';
import { predictorsOf, proportionOf, type Predictor, type RateName } from './rates.js';

interface GeneralizedRate {
  /** The rate of predictions that it generalizes, which counts the same rows. */
  readonly rate: RateName;
  readonly label: 'positives' | 'negatives';
  /** Whether rows have 1 less their score rather than their score. */
  readonly complement: boolean;
}

/** Rates in which a row counts by its score rather than by its prediction (AIF360's generalized confusion matrix). */
export const generalizedRates = {
  generalized_true_positive_rate: {
    rate: 'true_positive_rate',
    label: 'positives',
    complement: false,
  },
  generalized_false_positive_rate: {
    rate: 'false_positive_rate',
    label: 'negatives',
    complement: false,
  },
  generalized_false_negative_rate: {
    rate: 'false_negative_rate',
    label: 'positives',
    complement: true,
  },
  generalized_true_negative_rate: {
    rate: 'true_negative_rate',
    label: 'negatives',
    complement: true,
  },
} as const satisfies Record<string, GeneralizedRate>;

export type GeneralizedRateName = keyof typeof generalizedRates;
export const isGeneralizedRate = (metric: string): metric is GeneralizedRateName =>
  Object.hasOwn(generalizedRates, metric);

export const withoutSums =
  'there are no sums of scores by label: the data holds predictions only, or the profile is an old one';

/** A mean of scores by label, with the interval of `meanOfShares`; of version − champion as if they were independent. */
export const generalizedRateMeasure = (
  request: MeasureRequest,
  name: GeneralizedRateName,
  { cells, scores }: BinarySlice,
): Measure => {
  const { rate, label, complement }: GeneralizedRate = generalizedRates[name];
  const { trials, rows: n } = proportionOf(rate, cells, 'version');
  const weight = tallyOf(cells.filter((cell) => cell.label === (label === 'positives'))).weight;
  const need = request.minimumRows ?? minimumRows;
  const rows =
    label === 'positives'
      ? (['favorable row', 'favorable rows'] as const)
      : (['unfavorable row', 'unfavorable rows'] as const);
  const lack = lacking(request, n, n < need ? [{ group: null, have: n, need, rows }] : []);
  if (lack) return lack;
  const ofPredictor = (predictor: Predictor): Estimate | null => {
    const sums = scores?.[predictor]?.byLabel?.[label];
    if (sums === undefined) return null;
    const mean = { ...meanOfShares(sums, weight, trials, levelOf(request)), n };
    return complement ? complementOf(mean) : mean;
  };
  if (trials === 0)
    return withoutValue(request, 'undefined', n, 'the rows of a label weigh nothing');
  const [first, second] = predictorsOf(request.of).map(ofPredictor);
  if (!first || second === null) return withoutValue(request, 'undefined', n, withoutSums);
  if (second === undefined) return measured(request, first);
  const difference = linearCombination([
    { weight: 1, estimate: first },
    { weight: -1, estimate: second },
  ]);
  return measured(request, { ...difference, n });
};

/**
 * The mean of shares from 0 to 1, with Wilson's interval for as many rows of 0 and 1 as would vary as much.
 *
 * Estimand: E(s). With m the weighted mean, n the effective rows and v their variance, (mean square − m²) n / (n − 1), a
 * mean of m(1 − m)/v · n zeros and ones has the same variance v/n. Shares that don't vary at all, which n rows don't
 * prove, count as n zeros and ones.
 */
export const meanOfShares = (
  { sum, squares }: Moments,
  weight: number,
  n: number,
  level: number,
): Estimate => {
  const mean = Math.min(1, Math.max(0, sum / weight));
  const variance = ((squares / weight - mean * mean) * n) / (n - 1);
  const spread = mean * (1 - mean);
  // What rounding leaves of equal scores is no variance; one of more than that of 0 and 1 is n / (n − 1).
  const effective = variance > 1e-12 && spread > 0 ? Math.max(n - 1, (n * spread) / variance) : n;
  const { interval } = wilson({ successes: mean * effective, trials: effective }, { level });
  return { estimate: mean, interval: { ...interval, method: 'wilson-effective' }, n };
};

const complementOf = ({ estimate, interval, n }: Estimate): Estimate => ({
  estimate: 1 - estimate,
  interval: { ...interval, lower: 1 - interval.upper, upper: 1 - interval.lower },
  n,
});
