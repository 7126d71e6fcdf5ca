import type { Measure, MetricName } from '@sluice/contracts';
import {
  disparityDifference,
  linearCombination,
  newcombe,
  proportionRatio,
  type Estimate,
} from '@sluice/statistics';
import type { ProtectedProfile } from '../profile.js';
import { pairedCountsOf, predictorsOf, proportionOf, type Predictor } from '../quality/rates.js';
import { changeOf, distanceFrom } from './compared.js';
import type { FairnessMetric } from './fairness-measure.js';

/** AIF360's conventions: unprivileged − privileged, or over it; signed, and of several rates the mean. */
export const privilegedMetrics = {
  statistical_parity_difference: { rates: ['selection_rate'], disparity: 'difference' },
  disparate_impact: { rates: ['selection_rate'], disparity: 'ratio' },
  average_odds_difference: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'difference',
    mean: true,
  },
  label_mean_difference: { rates: ['base_rate'], disparity: 'difference' },
  label_disparate_impact: { rates: ['base_rate'], disparity: 'ratio' },
  average_predictive_value_difference: {
    rates: ['precision', 'false_omission_rate'],
    disparity: 'difference',
    mean: true,
  },
} as const satisfies Partial<Record<MetricName, FairnessMetric>>;

export const isPrivilegedMetric = (metric: string): metric is keyof typeof privilegedMetrics =>
  Object.hasOwn(privilegedMetrics, metric);

/**
 * Of one predictor, the signed difference or ratio; of both, the change in the distance from the ideal, which is
 * |d| of a difference and 1 − min(r, 1/r) of a ratio.
 */
export const privilegedEstimate = (
  comparison: FairnessMetric,
  { groups: [others, privileged] }: ProtectedProfile,
  of: Measure['of'],
  level: number,
): Estimate => {
  if (!others || !privileged) throw new TypeError('There are two sides to compare.');
  const { rates: names, disparity } = comparison;
  const signed = (predictor: Predictor): Estimate => {
    const contrast = disparity === 'ratio' ? proportionRatio : newcombe;
    const terms = names.map((name) =>
      contrast(
        proportionOf(name, others.cells, predictor),
        proportionOf(name, privileged.cells, predictor),
        { level },
      ),
    );
    const [first] = terms;
    return first && terms.length === 1
      ? first
      : linearCombination(terms.map((estimate) => ({ weight: 1 / terms.length, estimate })));
  };
  if (of !== 'difference') return signed(of);
  if (names.length > 1) {
    // Its parts may cancel, so that it isn't a largest difference; as if version and champion were independent.
    const [version, champion] = predictorsOf(of).map((predictor) =>
      distanceFrom(0, signed(predictor)),
    ) as [Estimate, Estimate];
    return changeOf(version, champion);
  }
  // Between two groups, the distance is that of a largest difference or smallest ratio.
  const paired = names.map((name) =>
    [others, privileged].map(({ cells }) => pairedCountsOf(name, cells)),
  );
  const change = disparityDifference(paired, disparity, { level });
  return disparity === 'ratio' ? negated(change) : change;
};

const negated = ({ estimate, interval, n }: Estimate): Estimate => ({
  estimate: -estimate,
  interval: { ...interval, lower: -interval.upper, upper: -interval.lower },
  n,
});
