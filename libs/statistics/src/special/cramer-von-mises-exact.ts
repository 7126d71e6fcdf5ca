/**
 * P(U ≥ u) of the two-sample Cramér–von Mises statistic for n and m rows without ties, exact.
 *
 * Every order of the rows is a lattice path; the frequencies of ζ = Σ (an step)² over the paths to each point are added
 * up from those to its two predecessors. Meant for small samples: 20 and 20 take some 10 ms.
 *
 * Source: Y. Xiao, A. Gordon and A. Yakovlev, A C++ program for the Cramér–von Mises two-sample test, Journal of
 * Statistical Software 17 (2006).
 */
export const cramerVonMisesExactTail = (u: number, n: number, m: number): number => {
  const pairs = n * m;
  const common = leastCommonMultiple(n, m);
  const zeta = Math.floor(
    (common * common * (n + m) * (6 * u - pairs * (4 * pairs - 1))) / (6 * pairs * pairs),
  );
  let tail = 0;
  let all = 0;
  for (const [value, frequency] of frequencies(n, m, common)) {
    all += frequency;
    if (value >= zeta) tail += frequency;
  }
  return tail / all;
};

/** The number of paths by ζ. Counts stay below C(40, 20), and so exact. */
const frequencies = (n: number, m: number, common: number): Map<number, number> => {
  const stepUp = common / n;
  const stepRight = common / m;
  let columns: Map<number, number>[] = Array.from({ length: n + 1 }, (_, v) =>
    v === 0 ? new Map([[0, 1]]) : new Map<number, number>(),
  );
  for (let u = 0; u <= m; u += 1) {
    let below = new Map<number, number>();
    columns = columns.map((left, v) => {
      const distance = stepUp * v - stepRight * u;
      below = shiftedSum(below, left, distance * distance);
      return below;
    });
  }
  return columns[n] as Map<number, number>;
};

const shiftedSum = (
  a: ReadonlyMap<number, number>,
  b: ReadonlyMap<number, number>,
  shift: number,
): Map<number, number> => {
  const sum = new Map<number, number>();
  for (const part of [a, b])
    for (const [value, frequency] of part)
      sum.set(value + shift, (sum.get(value + shift) ?? 0) + frequency);
  return sum;
};

const leastCommonMultiple = (a: number, b: number): number => (a * b) / greatestCommonDivisor(a, b);

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
