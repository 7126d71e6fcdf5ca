import { allFinite, sampleSizes, type TwoSamples } from './two-samples.js';

/** Two samples by bin or category: rows, or weight. */
export interface BinnedSamples {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

export interface BinningOptions {
  /**
   * Whether the column has an integer type. numpy, and so Evidently, makes no bin of such a column narrower than 1;
   * values alone can't tell. false unless told otherwise.
   */
  readonly integerType?: boolean;
}

/** Up to so many distinct reference values, each is a bin of its own. */
const mostValues = 20;

/**
 * Bins a numeric column as Evidently does for PSI, KL divergence and Jensen–Shannon distance: with up to 20 distinct
 * values in the reference, by value; otherwise in bins of equal width over both samples together, by Sturges' rule.
 *
 * null when a value is infinite and the bins would be of equal width.
 *
 * Source: H. A. Sturges, The choice of a class interval, Journal of the American Statistical Association 21 (1926);
 * numpy's `histogram_bin_edges`.
 */
export const evidentlyBins = (
  samples: TwoSamples,
  options: BinningOptions = {},
): BinnedSamples | null => {
  const distinct = samples.reference.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  if (distinct <= mostValues) return binByValue(samples);
  const n = sampleSizes(samples);
  return binByWidth(samples, n.reference + n.current, options);
};

/**
 * Bins a numeric column as Evidently does for the Hellinger distance: always in bins of equal width over both samples
 * together, their number by Sturges' rule from the number of distinct values. null when a value is infinite.
 */
export const evidentlyHellingerBins = (
  samples: TwoSamples,
  options: BinningOptions = {},
): BinnedSamples | null => {
  const occurring = samples.values.filter((_, index) => occurs(samples, index)).length;
  return binByWidth(samples, occurring, options);
};

const binByValue = (samples: TwoSamples): BinnedSamples => ({
  reference: [...samples.reference].filter((_, index) => occurs(samples, index)),
  current: [...samples.current].filter((_, index) => occurs(samples, index)),
});

const occurs = ({ reference, current }: TwoSamples, index: number): boolean =>
  (reference[index] as number) + (current[index] as number) > 0;

const binByWidth = (
  samples: TwoSamples,
  size: number,
  { integerType = false }: BinningOptions,
): BinnedSamples | null => {
  if (!allFinite(samples)) return null;
  const values = samples.values.filter((_, index) => occurs(samples, index));
  if (values.length === 0) return { reference: [], current: [] };
  const edges = sturgesEdges(values[0] as number, values.at(-1) as number, size, integerType);
  return {
    reference: countByBin(samples.values, samples.reference, edges),
    current: countByBin(samples.values, samples.current, edges),
  };
};

/** The edges that numpy gives, to the bit: a value at an edge must fall on the same side. */
const sturgesEdges = (
  lowest: number,
  highest: number,
  size: number,
  integerType: boolean,
): Float64Array => {
  if (lowest === highest) return Float64Array.of(lowest - 0.5, lowest + 0.5);
  const range = highest - lowest;
  const width = range / (Math.log2(size) + 1);
  const bins = Math.ceil(range / (integerType ? Math.max(1, width) : width));
  const step = range / bins;
  return Float64Array.from({ length: bins + 1 }, (_, edge) =>
    edge === bins ? highest : edge * step + lowest,
  );
};

/** Bins are closed below and open above, but for the last. */
const countByBin = (values: Float64Array, counts: Float64Array, edges: Float64Array): number[] => {
  const bins = new Array<number>(edges.length - 1).fill(0);
  let bin = 0;
  values.forEach((value, index) => {
    while (bin < bins.length - 1 && value >= (edges[bin + 1] as number)) bin += 1;
    bins[bin] = (bins[bin] as number) + (counts[index] as number);
  });
  return bins;
};
