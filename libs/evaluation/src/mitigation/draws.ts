import { seededRandom } from '@sluice/statistics';

/** 1 for half of the rows (the larger half of an odd number) and 0 for the others, by a shuffle that the seed decides. */
export const randomHalf = (rows: number, seed: number): Uint8Array => {
  const random = seededRandom([seed, rows]);
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  for (let last = rows - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  const taken = new Uint8Array(rows);
  for (const row of order.subarray(0, Math.ceil(rows / 2))) taken[row] = 1;
  return taken;
};

/** A lot from [0, 1) for each row. */
export const lots = (rows: number, seed: number): Float64Array => {
  const random = seededRandom([seed, rows, 1]);
  return Float64Array.from({ length: rows }, random);
};
