import { describe, expect, it } from '@jest/globals';
import { leastSquares } from './least-squares.js';
import { seededRandom } from './random.js';

const random = seededRandom([21]);
const column = (rows: number): Float64Array =>
  Float64Array.from({ length: rows }, () => random() * 10 - 5);

describe('leastSquares', () => {
  it('finds the coefficients that a target was made of', () => {
    const columns = [column(40), column(40), column(40)];
    const beta = [2, -0.5, 7];
    const target = Float64Array.from({ length: 40 }, (_, row) =>
      beta.reduce(
        (sum, b, index) => sum + b * ((columns[index] as Float64Array)[row] as number),
        0,
      ),
    );
    const { coefficients, rank, n } = leastSquares(columns, [target]);
    beta.forEach((value, index) => expect(coefficients[0]?.[index]).toBeCloseTo(value, 12));
    expect({ rank, n }).toEqual({ rank: 3, n: 40 });
  });

  it('leaves residuals that are orthogonal to every column, however alike columns are', () => {
    const first = column(50);
    const second = first.map((value) => value + 1e-6 * random());
    const target = column(50);
    const { coefficients } = leastSquares([first, second], [target]);
    const [a, b] = coefficients[0] as [number, number];
    const residual = target.map(
      (value, row) => value - a * (first[row] as number) - b * (second[row] as number),
    );
    for (const x of [first, second]) {
      const dot = residual.reduce((sum, value, row) => sum + value * (x[row] as number), 0);
      expect(Math.abs(dot)).toBeLessThan(1e-6);
    }
  });

  it('uses the first of columns that depend on each other, and gives a column of zeros nothing', () => {
    const x = column(20);
    const { coefficients, rank } = leastSquares(
      [new Float64Array(20), x, x.map((value) => -2 * value)],
      [x],
    );
    expect(rank).toBe(1);
    expect(coefficients[0]).toEqual([0, expect.closeTo(1, 12), 0]);
  });

  it('takes no column at all, and refuses unlike lengths', () => {
    expect(leastSquares([], [column(3)])).toMatchObject({ coefficients: [[]], rank: 0, n: 3 });
    expect(() => leastSquares([column(3)], [column(4)])).toThrow(RangeError);
  });
});
