import type { Moments } from '../profile.js';
import type { ColumnDrift, DriftProfile, PerformanceDrift, Sides } from './drift-profile.js';

/**
 * Effective rows for each unit of weight: Σ w / Σ w². 1 where all weights are 1.
 *
 * Of rows whose weights have nothing to do with their values, a weighted share has the variance that a plain one has of
 * n = (Σ w)² / Σ w² rows, Kish's effective sample size: from 1, when one row has all of the weight, to the number of rows,
 * when all weigh the same. Multiplied by this, weights add up to n, whatever their unit.
 *
 * Source: L. Kish, Survey Sampling (1965), section 11.7.
 */
export const effectivePerWeight = ({ sum, squares }: Moments): number =>
  squares === 0 ? 0 : sum / squares;

/**
 * The same profile with counts of effective rows in place of weights: shares and distances stay what they are, and intervals
 * and tests, which know of counts alone, are as wide as the weights make them. A profile whose rows count 1 as it is.
 */
export const inEffectiveRows = (drift: DriftProfile): DriftProfile => {
  if (drift.weights === undefined) return drift;
  const found = known.get(drift) ?? effective(drift, drift.weights);
  known.set(drift, found);
  return found;
};

/** Every check asks for the same. */
const known = new WeakMap<DriftProfile, DriftProfile>();

const effective = (drift: DriftProfile, weights: Sides<Moments>): DriftProfile => {
  const per = {
    reference: effectivePerWeight(weights.reference),
    current: effectivePerWeight(weights.current),
  };
  const { columns, performance } = drift;
  return {
    ...drift,
    rows: scaledSides({ reference: weights.reference.sum, current: weights.current.sum }, per),
    columns: columns.map((column) => scaledColumn(column, per)),
    performance: performance && scaledPerformance(performance, per),
  };
};

const scaledSides = ({ reference, current }: Sides, per: Sides): Sides => ({
  reference: reference * per.reference,
  current: current * per.current,
});

/** A column with its counts multiplied, those of either table by a number of its own. */
export const scaledColumn = <Column extends ColumnDrift>(column: Column, per: Sides): Column => ({
  ...column,
  missing: scaledSides(column.missing, per),
  samples: scaledSamples(column.samples, per),
});

const scaledSamples = <Samples extends ColumnDrift['samples']>(
  samples: Samples,
  per: Sides,
): Samples => ({
  ...samples,
  reference: samples.reference.map((count) => count * per.reference),
  current: samples.current.map((count) => count * per.current),
});

const scaledPerformance = (performance: PerformanceDrift, per: Sides): PerformanceDrift => {
  const { reference, current } = performance;
  const of = (counts: Float64Array, factor: number): Float64Array =>
    counts.map((count) => count * factor);
  return {
    ...performance,
    reference: {
      scores: reference.scores,
      truePositives: of(reference.truePositives, per.reference),
      falsePositives: of(reference.falsePositives, per.reference),
      falseNegatives: of(reference.falseNegatives, per.reference),
      trueNegatives: of(reference.trueNegatives, per.reference),
    },
    current: {
      scores: current.scores,
      predictedPositive: of(current.predictedPositive, per.current),
      predictedNegative: of(current.predictedNegative, per.current),
    },
  };
};

/** As a whole number: of effective rows there are fractions. A rounding error below one doesn't count as a row less. */
export const wholeRows = (rows: number): number => Math.floor(rows * (1 + 1e-12));
