import {
  kolmogorovInterval,
  totalVariationInterval,
  type Estimate,
  type TwoSamples,
} from '@sluice/statistics';
import { type Bins, type ColumnDrift } from './drift-profile.js';

/** A distance, and how far the one of the rows may be above it. */
export interface BoundedEstimate extends Estimate {
  readonly within: number;
}

/** How far a measure may be from the exact one; undefined when it is exact. */
export const boundOf = ({
  within = 0,
}: {
  readonly within?: number | undefined;
}): number | undefined => (within > 0 ? within : undefined);

/**
 * Our distance of a column: the Kolmogorov distance of numbers, total variation of categories. Missing values are a value
 * of their own, below all numbers, so that a rising rate of them is seen. null when a table has no rows.
 *
 * Of a binned column the distance is taken at the edges of the bins, where it is exact; between them it may be larger by
 * `within` at most, which the upper end of the interval allows for.
 */
export const columnDistance = (column: ColumnDrift, level: number): BoundedEstimate | null => {
  const { missing } = column;
  if (column.kind === 'categorical') {
    const { reference, current } = column.samples;
    const estimate = totalVariationInterval(
      { reference: [missing.reference, ...reference], current: [missing.current, ...current] },
      { level },
    );
    return estimate && { ...estimate, within: 0 };
  }
  const { samples, bins } = column;
  return numericDistance(
    {
      values: withFirst(-Infinity, samples.values),
      reference: withFirst(missing.reference, samples.reference),
      current: withFirst(missing.current, samples.current),
    },
    bins && { upper: withFirst(-Infinity, bins.upper), single: withFirst(1, bins.single) },
    level,
  );
};

/** The Kolmogorov distance of samples by value or by bin. */
export const numericDistance = (
  samples: TwoSamples,
  bins: Bins | null,
  level: number,
): BoundedEstimate | null => {
  const estimate = kolmogorovInterval(samples, { level });
  if (estimate === null || bins === null) return estimate && { ...estimate, within: 0 };
  const within = hiddenDistance(samples, bins.single, estimate.estimate);
  const { interval } = estimate;
  return {
    ...estimate,
    interval: {
      ...interval,
      upper: Math.min(1, interval.upper + within),
      method: `${interval.method}-binned`,
    },
    within,
  };
};

/** How much larger |F − G| may be inside a bin than at any edge: when one sample has all its rows of it first. */
const hiddenDistance = (
  { reference, current }: TwoSamples,
  single: Uint8Array,
  atEdges: number,
): number => {
  const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
  const [n, m] = [sum(reference), sum(current)];
  let [below, belowCurrent, largest] = [0, 0, atEdges];
  for (let bin = 0; bin < reference.length; bin += 1) {
    const [f, g] = [below / n, belowCurrent / m];
    below += reference[bin] as number;
    belowCurrent += current[bin] as number;
    if (single[bin] === 1) continue;
    largest = Math.max(largest, Math.abs(below / n - g), Math.abs(belowCurrent / m - f));
  }
  return Math.min(1, largest) - atEdges;
};

const withFirst = <Values extends Float64Array | Uint8Array>(
  first: number,
  rest: Values,
): Values => {
  const all = (
    rest instanceof Uint8Array ? new Uint8Array(rest.length + 1) : new Float64Array(rest.length + 1)
  ) as Values;
  all[0] = first;
  all.set(rest, 1);
  return all;
};
