import { seededRandom } from '@sluice/statistics';

/**
 * Which of so many rows are drawn, 1 or 0 for each: `wanted` of them, all sets of that size alike, the same ones for the
 * same seed; all when there are no more.
 *
 * Source: C. T. Fan, M. E. Muller and I. Rezucha, Development of sampling plans by using sequential selection techniques,
 * JASA 57 (1962).
 */
export const drawnRows = (rows: number, wanted: number, seed: number): Uint8Array => {
  const drawn = new Uint8Array(rows);
  if (rows <= wanted) return drawn.fill(1);
  const random = seededRandom([seed, rows, wanted]);
  let left = wanted;
  for (let row = 0; row < rows && left > 0; row += 1)
    if (random() * (rows - row) < left) {
      drawn[row] = 1;
      left -= 1;
    }
  return drawn;
};
