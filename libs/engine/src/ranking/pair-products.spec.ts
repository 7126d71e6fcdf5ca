import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { KernelMemory } from './kernels.js';
import { RowComponents } from './pair-components.js';
import { pairSum, productsOf } from './pair-products.js';
import type { WalkPlan } from './score-walk.js';

/** All rows, and one of two groups. */
const combinations = [
  [0, 1],
  [0, 2],
];
const slices = 3;
const plan: WalkPlan = {
  panels: [combinations],
  slices,
  totals: new Float64Array(2 * slices),
  below: new Float64Array(2 * slices),
};
const rows = 4000;

describe('products of components', () => {
  it.each([
    // The largest that either kind of rows may have.
    { weighted: false, most: 2 ** 26, heaviest: 1 },
    { weighted: true, most: 2 ** 36, heaviest: 2 ** 41 },
  ])('are added up exactly, in several walks: %j', ({ weighted, most, heaviest }) => {
    const random = seededRandom([rows]);
    const large = (limit: number): number => limit - Math.floor(random() * (limit / 8));
    const components = new RowComponents(new KernelMemory(), plan, weighted);
    const expected = new Array<bigint>(2 * slices).fill(0n);
    const walks = [0, 1].map(() => {
      const cells = Uint32Array.from({ length: rows }, () => Math.floor(random() * 4));
      const masses = Float64Array.from(cells, () => large(heaviest));
      const drawn = Array.from({ length: 2 * rows }, () => large(most));
      const others = weighted ? Float64Array.from(drawn) : Int32Array.from(drawn);
      components.begin(0, rows);
      for (let at = 0; at < 2 * rows; at += 1) components.values[at] = large(most);
      cells.forEach((cell, row) =>
        combinations[cell >> 1]?.forEach((slice, index) => {
          const at = 2 * row + index;
          const product = BigInt(components.values[at] as number) * BigInt(others[at] as number);
          const into = 2 * slice + (cell & 1);
          expected[into] = (expected[into] as bigint) + BigInt(masses[row] as number) * product;
        }),
      );
      const products = productsOf(slices, 0, components, weighted);
      const sorted = {
        scores: new Float64Array(rows),
        cells: [cells],
        masses: weighted ? masses : null,
        others: new Float64Array(0),
        components: others,
      };
      products.over(sorted, 0, rows);
      return products.result();
    });
    expect(expected.map((_, index) => pairSum(walks, index))).toEqual(expected);
  });
});
