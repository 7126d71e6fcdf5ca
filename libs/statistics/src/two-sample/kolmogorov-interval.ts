import { defaultLevel, type Estimate, type IntervalOptions } from '../estimate.js';
import { kolmogorovDistance } from './kolmogorov-distance.js';
import { tooFew } from './test-result.js';
import { sampleSizes, type TwoSamples } from './two-samples.js';

/**
 * The Kolmogorov distance of two distributions, with an interval: an effect size for drift whose verdict doesn't depend
 * on the sample size.
 *
 * Estimand: D = sup |F − G|, the largest difference between the two populations in the share of rows at or below any
 * value, in [0, 1]. A threshold of 0.1 means: no cut moves more than 10 rows in 100 to its other side.
 *
 * The estimate, D of the samples, is biased upwards: at 50 against 50 rows without any shift it is 0.16 on average. A
 * percentile bootstrap of it shifts once more and never contains 0. This interval is a simultaneous band instead:
 *
 *     D̂ ± √(½ ln(2 / (1 − level)) · (1/n + 1/m)), cut to [0, 1]
 *
 * from |D̂ − D| ≤ sup |(F̂ − F) − (Ĝ − G)| and the Dvoretzky–Kiefer–Wolfowitz tail 2 exp(−2c²) with Massart's constant.
 * Without a shift the lower limit exceeds 0 in at most 1 − level of samples; against a true D > 0 it errs far less,
 * because only the neighbourhood of one cut matters then. Simulated at level 0.95, 2,000 times each, 50 against 50 rows
 * to 100,000 against 100,000, equal sizes and 1 against 100: without a shift the lower limit was above 0 in 2.3 to 3.9%;
 * under a shift of D = 0.1 the interval contained D in at least 98.9%, and its lower limit was above D in at most 1.1%.
 *
 * null when a sample has no rows. Infinities are ordered values; ties make it conservative.
 *
 * Source: P. Massart, The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality, Annals of Probability 18 (1990);
 * F. Wei and R. M. Dudley, Two-sample Dvoretzky–Kiefer–Wolfowitz inequalities, Statistics & Probability Letters 82
 * (2012), for the two-sample constant.
 */
export const kolmogorovInterval = (
  samples: TwoSamples,
  { level = defaultLevel }: IntervalOptions = {},
): Estimate | null => {
  const n = sampleSizes(samples);
  if (tooFew(n)) return null;
  const estimate = kolmogorovDistance(samples, n);
  const half = Math.sqrt(
    (Math.log(2 / (1 - checkedLevel(level))) / 2) * (1 / n.reference + 1 / n.current),
  );
  return {
    estimate,
    interval: {
      lower: Math.max(0, estimate - half),
      upper: Math.min(1, estimate + half),
      level,
      method: 'dkw-massart',
    },
    n: n.reference + n.current,
  };
};

const checkedLevel = (level: number): number => {
  if (!(level > 0 && level < 1))
    throw new RangeError(`A confidence level is strictly between 0 and 1; ${level} isn't.`);
  return level;
};
