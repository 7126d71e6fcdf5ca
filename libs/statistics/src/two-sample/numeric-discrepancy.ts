import {
  maximumMeanDiscrepancy,
  type MaximumMeanDiscrepancy,
  type MaximumMeanDiscrepancyOptions,
} from './maximum-mean-discrepancy.js';
import { drawPlaces } from './pairwise-distances.js';
import { undefinedTest } from './test-result.js';
import { areRows, sampleSizes, type TwoSamples } from './two-samples.js';

/**
 * `maximumMeanDiscrepancy` of one numeric column. Rows are drawn from the counts, `largestSample` of each sample.
 *
 * Undefined when the counts are weights, of which there are no rows to draw, and as for points.
 */
export const numericDiscrepancy = (
  samples: TwoSamples,
  options: MaximumMeanDiscrepancyOptions,
): MaximumMeanDiscrepancy => {
  const n = sampleSizes(samples);
  if (!areRows(samples))
    return {
      ...undefinedTest('maximum-mean-discrepancy', n, 'The counts are not numbers of rows.'),
      used: { reference: 0, current: 0 },
    };
  const most = options.largestSample ?? 500;
  const drawn = (counts: Float64Array): Float64Array[] =>
    rowsAt(samples.values, counts, most, options);
  return {
    ...maximumMeanDiscrepancy(drawn(samples.reference), drawn(samples.current), options),
    n,
  };
};

const rowsAt = (
  values: Float64Array,
  counts: Float64Array,
  most: number,
  { random }: MaximumMeanDiscrepancyOptions,
): Float64Array[] => {
  const ends = new Float64Array(counts.length);
  let rows = 0;
  counts.forEach((count, index) => {
    rows += count;
    ends[index] = rows;
  });
  const points: Float64Array[] = [];
  let index = 0;
  for (const row of drawPlaces(rows, most, random)) {
    while ((ends[index] as number) <= row) index += 1;
    points.push(Float64Array.of(values[index] as number));
  }
  return points;
};
