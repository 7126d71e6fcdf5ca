import { SluiceError } from '@sluice/contracts';
import type { PerformanceDrift } from './drift-profile.js';

/**
 * Rows by score of several tables, as if they stood in one. Chunks stand one after another. null when a part was made
 * without.
 *
 * @throws SluiceError `invalid_data` when the parts have chunks of different sizes
 */
export const mergePerformance = (
  parts: readonly (PerformanceDrift | null)[],
): PerformanceDrift | null => {
  const known = parts.filter((part) => part !== null);
  const [first] = known;
  if (first === undefined || known.length < parts.length) return null;
  const { rows } = first.chunks;
  if (known.some(({ chunks }) => chunks.rows !== rows))
    throw new SluiceError('invalid_data', 'The parts have chunks of different sizes.');
  return {
    reference: addedByScore(
      known.map(({ reference }) => reference),
      ['truePositives', 'falsePositives', 'falseNegatives', 'trueNegatives'],
    ),
    current: addedByScore(
      known.map(({ current }) => current),
      ['predictedPositive', 'predictedNegative'],
    ),
    chunks: { rows, realised: known.flatMap(({ chunks }) => chunks.realised) },
  };
};

const addedByScore = <Count extends string>(
  parts: readonly ({ readonly scores: Float64Array } & Readonly<Record<Count, Float64Array>>)[],
  counts: readonly Count[],
): { readonly scores: Float64Array } & Readonly<Record<Count, Float64Array>> => {
  const sums = new Map<number, number[]>();
  for (const part of parts)
    part.scores.forEach((score, index) => {
      const known = sums.get(score) ?? counts.map(() => 0);
      counts.forEach((count, place) => {
        known[place] = (known[place] as number) + ((part[count] as Float64Array)[index] as number);
      });
      sums.set(score, known);
    });
  const scores = Float64Array.from(sums.keys()).sort();
  const columns = counts.map((count, place) => [
    count,
    scores.map((score) => sums.get(score)?.[place] as number),
  ]);
  return { scores, ...(Object.fromEntries(columns) as Record<Count, Float64Array>) };
};
