import type { DriftMetricName } from '@sluice/contracts';
import { energyDistance, wasserstein, type TwoSamples } from '@sluice/statistics';
import type { Bins, NumericDrift } from './drift-profile.js';

/** Distances that move values, of which bins tell how far they may be wrong. */
export type MovingDistance = 'wasserstein_distance' | 'energy_distance';

export const isBounded = (metric: DriftMetricName): metric is MovingDistance =>
  metric === 'wasserstein_distance' || metric === 'energy_distance';

/** Below this standard deviation of the reference, the Wasserstein distance is divided by this instead. */
const leastDeviation = 0.001;

/**
 * How far a distance of a binned column may be from that of its rows; undefined when the values are exact, or the range of the
 * outer bins is not known.
 *
 * All rows of a bin from l to u stand at its typical value t, so that none is moved by more than d = max(t − l, u − t).
 * With the shares p and q of a bin in either table,
 *
 *     ∫ |(F − G) − (F′ − G′)| dx ≤ Σ (p + q) d = e
 *
 * which bounds the error of ∫ |F − G|. That of the standard deviation of the reference, by which it is divided, is at most
 * √(Σ p d²), as a deviation changes by no more than values do in the root mean square. The error of ∫ (F − G)² is at most
 * Σ (p + q) d · 2m, where m is the largest |F − G| that a bin can have.
 */
export const movedWithin = (
  metric: MovingDistance,
  { samples, bins }: NumericDrift,
): number | undefined => {
  if (bins === null || bins.range === undefined) return undefined;
  const moved = movedBy(samples, bins, bins.range);
  if (metric === 'energy_distance') {
    const squares = (energyDistance(samples).distance ?? 0) ** 2 / 2;
    const at = (integral: number): number => Math.sqrt(2 * Math.max(0, integral));
    return widest(at(squares), at(squares - moved.squares), at(squares + moved.squares));
  }
  const integral = wasserstein(samples).distance ?? 0;
  const deviation = deviationOf(samples);
  const over = (distance: number, by: number): number =>
    Math.max(0, distance) / Math.max(by, leastDeviation);
  return widest(
    over(integral, deviation),
    over(integral - moved.integral, deviation + moved.deviation),
    over(integral + moved.integral, deviation - moved.deviation),
  );
};

interface Moved {
  /** Bounds the error of ∫ |F − G|. */
  readonly integral: number;
  /** Of ∫ (F − G)². */
  readonly squares: number;
  /** Of the standard deviation of the reference. */
  readonly deviation: number;
}

const movedBy = (
  { values, reference, current }: TwoSamples,
  { upper, single }: Bins,
  { lowest, highest }: NonNullable<Bins['range']>,
): Moved => {
  const n = { reference: sum(reference), current: sum(current) };
  let [integral, squares, variance, apart] = [0, 0, 0, 0];
  for (let bin = 0; bin < upper.length; bin += 1) {
    const p = (reference[bin] as number) / n.reference;
    const q = (current[bin] as number) / n.current;
    const before = Math.abs(apart);
    apart += p - q;
    if (p + q === 0 || single[bin] === 1) continue;
    const value = values[bin] as number;
    const from = bin === 0 ? lowest : Math.max(lowest, upper[bin - 1] as number);
    const to = Math.min(highest, upper[bin] as number);
    const distance = Math.max(value - from, to - value, 0);
    integral += (p + q) * distance;
    squares += (p + q) * distance * 2 * Math.min(1, before + p + q);
    variance += p * distance ** 2;
  }
  return { integral, squares, deviation: Math.sqrt(variance) };
};

/** Of the reference, with n as divisor. */
const deviationOf = ({ values, reference }: TwoSamples): number => {
  const n = sum(reference);
  const weighted = (of: (value: number) => number): number =>
    values.reduce((total, value, bin) => total + (reference[bin] as number) * of(value), 0) / n;
  const mean = weighted((value) => value);
  return Math.sqrt(weighted((value) => (value - mean) ** 2));
};

const widest = (value: number, lower: number, upper: number): number =>
  Math.max(value - lower, upper - value);

const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
