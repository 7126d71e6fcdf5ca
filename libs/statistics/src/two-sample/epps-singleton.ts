import { chiSquareTail } from '../special/incomplete-gamma.js';
import { symmetricEigen } from '../multivariate/symmetric-eigen.js';
import { infinite, tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';
import { allFinite, sampleSizes, type TwoSamples } from './two-samples.js';

/** Where the characteristic functions are compared, in units of half the pooled interquartile range. */
const points = [0.4, 0.8];

/**
 * The Epps–Singleton test of equal distributions, by their empirical characteristic functions.
 *
 * Statistic: W = N · dᵀ S⁺ d, where d is the difference of the samples' mean (cos t₁x, cos t₂x, sin t₁x, sin t₂x) and S
 * its estimated covariance; chi-square with rank(S) degrees of freedom if the samples come from one distribution.
 * Corrected for samples under 25 rows, as the authors propose. Sees changes of any kind, with discrete values too.
 * Unchanged by shifts and by scaling. As in scipy.
 *
 * Undefined when a value is infinite, a sample has fewer than 5 rows, or half of all rows share one value, so that the
 * interquartile range is 0 (scipy divides by it, and says NaN).
 *
 * Source: T. W. Epps and K. J. Singleton, An omnibus test for the two-sample problem using the empirical
 * characteristic function, Journal of Statistical Computation and Simulation 26 (1986).
 */
export const eppsSingleton = (samples: TwoSamples): TwoSampleTest => {
  const method = 'epps-singleton';
  const n = sampleSizes(samples);
  const why = tooFew(n, 5) ?? (allFinite(samples) ? null : infinite);
  if (why) return undefinedTest(method, n, why);
  const scale = interquartileRange(samples, n.reference + n.current) / 2;
  if (!(scale > 0)) return undefinedTest(method, n, 'The interquartile range is 0.');
  const all = n.reference + n.current;
  const reference = waves(samples.values, samples.reference, scale);
  const current = waves(samples.values, samples.current, scale);
  const covariance = reference.covariance.map(
    (value, place) =>
      (all / n.reference) * value + (all / n.current) * (current.covariance[place] as number),
  );
  const difference = reference.means.map((mean, wave) => mean - (current.means[wave] as number));
  const { form, rank } = pseudoInverseForm(covariance, difference);
  if (rank === 0) return undefinedTest(method, n, 'The characteristic functions do not vary.');
  const statistic = all * form * smallSampleCorrection(n.reference, n.current);
  return {
    statistic,
    pValue: chiSquareTail(statistic, rank),
    n,
    method,
    degreesOfFreedom: rank,
  };
};

const smallSampleCorrection = (n: number, m: number): number =>
  Math.max(n, m) < 25 ? 1 / (1 + (n + m) ** -0.45 + 10.1 * (n ** -1.7 + m ** -1.7)) : 1;

interface Waves {
  readonly means: number[];
  /** By row, with the sample's size as divisor. */
  readonly covariance: Float64Array;
}

const waves = (values: Float64Array, counts: Float64Array, scale: number): Waves => {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const columns = [Math.cos, Math.sin].flatMap((wave) =>
    points.map((point) => values.map((value) => wave((point * value) / scale))),
  );
  const means = columns.map((column) => weightedSum(column, counts) / n);
  columns.forEach((column, wave) => {
    const mean = means[wave] as number;
    for (let index = 0; index < column.length; index += 1)
      column[index] = (column[index] as number) - mean;
  });
  const covariance = Float64Array.from({ length: columns.length ** 2 }, (_, place) => {
    const row = columns[Math.floor(place / columns.length)] as Float64Array;
    return weightedProduct(row, columns[place % columns.length] as Float64Array, counts) / n;
  });
  return { means, covariance };
};

const weightedSum = (column: Float64Array, counts: Float64Array): number => {
  let sum = 0;
  for (let index = 0; index < column.length; index += 1)
    sum += (counts[index] as number) * (column[index] as number);
  return sum;
};

const weightedProduct = (a: Float64Array, b: Float64Array, counts: Float64Array): number => {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1)
    sum += (counts[index] as number) * (a[index] as number) * (b[index] as number);
  return sum;
};

/** vᵀ A⁺ v and the rank of A, eigenvalues that rounding may have made counting as 0. */
const pseudoInverseForm = (
  matrix: Float64Array,
  vector: readonly number[],
): { form: number; rank: number } => {
  const { values, vectors } = symmetricEigen(matrix, vector.length);
  const least = Math.max(roundingVariance, 1e-15 * Math.max(...values.map(Math.abs)));
  let form = 0;
  let rank = 0;
  values.forEach((value, index) => {
    if (!(value > least)) return;
    const direction = vectors[index] as Float64Array;
    const projection = vector.reduce((sum, part, k) => sum + part * (direction[k] as number), 0);
    form += (projection * projection) / value;
    rank += 1;
  });
  return { form, rank };
};

/** Of waves, which lie in [−1, 1], the deviations of a constant are below 1e-14. */
const roundingVariance = 1e-28;

/** Of both samples together, linear between order statistics. */
const interquartileRange = (samples: TwoSamples, n: number): number =>
  pooledQuantile(samples, n, 0.75) - pooledQuantile(samples, n, 0.25);

const pooledQuantile = (samples: TwoSamples, n: number, probability: number): number => {
  const position = (n - 1) * probability;
  const low = Math.floor(position);
  const at = orderStatistic(samples, low);
  const next = position > low ? orderStatistic(samples, low + 1) : at;
  return at + (position - low) * (next - at);
};

const orderStatistic = ({ values, reference, current }: TwoSamples, rank: number): number => {
  let below = 0;
  const index = values.findIndex((_, place) => {
    below += (reference[place] as number) + (current[place] as number);
    return below > rank;
  });
  return values[index < 0 ? values.length - 1 : index] as number;
};
