import type { Bins } from '@sluice/evaluation';

/** Bins of a column of so many values that they can't be counted one by one. */
const wantedBins = 2000;

/**
 * Bins that hold about as many of the sampled values each, whatever the distribution: so a distance is exact at 2,000
 * quantiles. A value that fills more than a bin's share gets a bin of its own.
 *
 * @param sample of both tables; sorted in place
 */
export const quantileBins = (sample: Float64Array): Bins => {
  sample.sort();
  const edges: number[] = [];
  const add = (edge: number): void => {
    if (Number.isFinite(edge) && edge > (edges.at(-1) ?? -Infinity)) edges.push(edge);
  };
  const bins = Math.min(wantedBins, sample.length);
  const quantile = (step: number): number =>
    sample[Math.ceil(((step + 1) * sample.length) / bins) - 1] as number;
  for (let step = 0; step < bins; step += 1) {
    const edge = quantile(step);
    if (step + 1 < bins && quantile(step + 1) === edge) add(neighbour(edge, -1));
    add(edge);
  }
  const upper = Float64Array.from([...edges, Infinity]);
  return {
    upper,
    single: Uint8Array.from(upper, (edge, bin) =>
      Number(bin > 0 && edge < Infinity && neighbour(edge, -1) === upper[bin - 1]),
    ),
  };
};

/** The next double below or above. */
export const neighbour = (value: number, side: -1 | 1): number => {
  if (value === 0) return side * Number.MIN_VALUE;
  const [bits, double] = [new BigInt64Array(1), new Float64Array(1)];
  double[0] = value;
  bits.set(new BigInt64Array(double.buffer));
  bits[0] = (bits[0] as bigint) + BigInt(value > 0 ? side : -side);
  return new Float64Array(bits.buffer)[0] as number;
};

/** The first bin whose upper edge a value doesn't exceed. */
export const binOf = ({ upper }: Bins, value: number): number => {
  let low = 0;
  let high = upper.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (upper[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
};
