import { describe, expect, it } from '@jest/globals';
import { deviation, drift, nannyMl } from '../../test/drift-oracles.js';
import { seededRandom, type Random } from '../random.js';
import { normalQuantile } from '../normal.js';
import { chunkThresholds } from '../performance/chunk-thresholds.js';
import { maximumMeanDiscrepancy } from '../two-sample/maximum-mean-discrepancy.js';
import { covarianceMoments, mergeMoments } from './covariance-moments.js';
import { domainClassifier } from './domain-classifier.js';
import { embeddingDistance } from './embedding-distance.js';
import { positiveSolve } from './positive-solve.js';
import { projected, randomProjection } from './random-projection.js';
import {
  principalComponents,
  reconstructionError,
  reconstructionErrors,
} from './pca-reconstruction.js';
import { symmetricEigen } from './symmetric-eigen.js';

const normals = (n: number, random: Random, mean = 0, deviation_ = 1): Float64Array =>
  Float64Array.from(
    { length: n },
    () => mean + deviation_ * normalQuantile(0.5 + (random() - 0.5)),
  );

const columnsOf = (table: Readonly<Record<string, number[]>>): Float64Array[] =>
  Object.values(table).map((column) => Float64Array.from(column));

const rowsOf = (columns: readonly Float64Array[], from: number, to: number): Float64Array[] =>
  columns.map((column) => column.slice(from, to));

describe('symmetricEigen', () => {
  it('takes a matrix apart and puts it together again', () => {
    const random = seededRandom([2]);
    const order = 12;
    const matrix = new Float64Array(order * order);
    for (let i = 0; i < order; i += 1)
      for (let j = 0; j <= i; j += 1)
        matrix[i * order + j] = matrix[j * order + i] = random() - 0.5;
    const { values, vectors } = symmetricEigen(matrix, order);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    for (let i = 0; i < order; i += 1)
      for (let j = 0; j < order; j += 1) {
        const back = values.reduce((s, v, k) => s + v * vectors[k]![i]! * vectors[k]![j]!, 0);
        expect(Math.abs(back - matrix[i * order + j]!)).toBeLessThan(1e-13);
        const product = vectors[i]!.reduce((s, v, k) => s + v * vectors[j]![k]!, 0);
        expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-13);
      }
  });

  it('refuses what is no matrix of that order', () => {
    expect(() => symmetricEigen(new Float64Array(3), 2)).toThrow(RangeError);
    expect(() => symmetricEigen(Float64Array.of(1, NaN, NaN, 1), 2)).toThrow(RangeError);
  });
});

describe('positiveSolve', () => {
  it('solves what it is given', () => {
    const random = seededRandom([21]);
    const order = 15;
    const root = Float64Array.from({ length: order * order }, () => random() - 0.5);
    const matrix = new Float64Array(order * order);
    for (let i = 0; i < order; i += 1)
      for (let j = 0; j < order; j += 1)
        for (let k = 0; k < order; k += 1)
          matrix[i * order + j]! += root[i * order + k]! * root[j * order + k]!;
    const solution = Float64Array.from({ length: order }, () => random());
    const right = Float64Array.from({ length: order }, (_, i) =>
      solution.reduce((sum, x, j) => sum + matrix[i * order + j]! * x, 0),
    );
    positiveSolve(matrix, right)!.forEach((x, i) => expect(x).toBeCloseTo(solution[i]!, 6));
  });

  it('says nothing where it would rest on rounding, and refuses what is no system', () => {
    const two = Float64Array.of(1, 2);
    expect(positiveSolve(Float64Array.of(1, 1, 1, 1), two)).toBeNull();
    expect(positiveSolve(Float64Array.of(1, 2, 2, 1), two)).toBeNull();
    expect(positiveSolve(Float64Array.of(0, 0, 0, 0), two)).toBeNull();
    expect(() => positiveSolve(Float64Array.of(1, 1, 1), two)).toThrow(RangeError);
    expect(() => positiveSolve(Float64Array.of(1, 0, 0, NaN), two)).toThrow(/not finite/);
  });
});

describe('randomProjection', () => {
  it('about keeps distances, and is the same for the same seed', () => {
    const random = seededRandom([22]);
    const columns = Array.from({ length: 200 }, () => normals(20, random));
    const projection = randomProjection(200, { random: seededRandom([1]), dimensions: 100 });
    expect(randomProjection(200, { random: seededRandom([1]), dimensions: 100 })).toEqual(
      projection,
    );
    const square = (table: readonly Float64Array[], a: number, b: number): number =>
      table.reduce((sum, column) => sum + (column[a]! - column[b]!) ** 2, 0);
    const short = projected(projection, columns);
    expect(short).toHaveLength(100);
    for (let row = 1; row < 20; row += 1) {
      const ratio = square(short, 0, row) / square(columns, 0, row);
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(1.6);
    }
  });

  it('refuses other numbers of columns', () => {
    const random = seededRandom([1]);
    expect(() => randomProjection(0, { random, dimensions: 2 })).toThrow(RangeError);
    const projection = randomProjection(3, { random, dimensions: 2 });
    expect(() => projected(projection, [new Float64Array(1)])).toThrow('of 3 columns, not of 1');
  });
});

describe('covarianceMoments', () => {
  it('merge to those of the whole', () => {
    const random = seededRandom([3]);
    const columns = [normals(50, random, 1e6), normals(50, random), new Float64Array(50).fill(0.1)];
    const whole = covarianceMoments(columns);
    const merged = [
      [0, 7],
      [7, 7],
      [7, 31],
      [31, 50],
    ]
      .map(([from, to]) => covarianceMoments(rowsOf(columns, from!, to!)))
      .reduce(mergeMoments);
    expect(merged.n).toBe(50);
    whole.products.forEach((product, place) =>
      expect(deviation(merged.products[place]!, product)).toBeLessThan(1e-9),
    );
    expect(whole.products[8]).toBe(0);
  });

  it('refuses ragged columns and values that are not finite', () => {
    expect(() => covarianceMoments([new Float64Array(2), new Float64Array(3)])).toThrow(RangeError);
    expect(() => covarianceMoments([Float64Array.of(1, NaN)])).toThrow(/Row 1 of column 0 is NaN/);
    const one = covarianceMoments([new Float64Array(1)]);
    const two = covarianceMoments([new Float64Array(1), new Float64Array(1)]);
    expect(() => mergeMoments(one, two)).toThrow(RangeError);
  });
});

describe('reconstructionError', () => {
  const oracle = nannyMl.reconstruction;
  const reference = columnsOf(oracle.reference);
  const analysis = columnsOf(oracle.analysis);
  const model = principalComponents(covarianceMoments(reference))!;
  const chunksOf = (columns: Float64Array[]) =>
    Array.from({ length: columns[0]!.length / oracle.chunk_size }, (_, chunk) =>
      reconstructionError(
        model,
        rowsOf(columns, chunk * oracle.chunk_size, (chunk + 1) * oracle.chunk_size),
      ),
    );

  it('agrees with NannyML and scikit-learn, a constant column among the others', () => {
    expect(model.components).toHaveLength(oracle.components);
    expect(model.explained).toBeCloseTo(oracle.explained, 12);
    const chunks = [...chunksOf(reference), ...chunksOf(analysis)];
    expect(chunks).toHaveLength(oracle.value.length);
    chunks.forEach((chunk, index) => {
      expect(deviation(chunk.mean, oracle.value[index]!)).toBeLessThan(1e-9);
      expect(deviation(chunk.standardError, oracle.sampling_error[index]!)).toBeLessThan(1e-9);
    });
    const thresholds = chunkThresholds(chunksOf(reference).map(({ mean }) => mean))!;
    expect(deviation(thresholds.upper, oracle.upper_threshold)).toBeLessThan(1e-9);
  });

  it('sees that columns which went together no longer do', () => {
    const { upper } = chunkThresholds(chunksOf(reference).map(({ mean }) => mean))!;
    for (const { mean } of chunksOf(analysis)) expect(mean).toBeGreaterThan(upper);
  });

  it('compares with rows that the components were not made from', () => {
    const random = seededRandom([23]);
    const table = (rows: number): Float64Array[] =>
      Array.from({ length: 6 }, () => normals(rows, random));
    const [few, others] = [table(40), table(4000)];
    const own = principalComponents(covarianceMoments(few))!;
    const { reference: held, current } = reconstructionErrors(few, others)!;
    expect(current).toEqual(reconstructionError(own, others));
    expect(held.n).toBe(40);
    // The error of the rows that it was made from is too small.
    expect(reconstructionError(own, few).mean!).toBeLessThan(held.mean!);
    expect(Math.abs(held.mean! - current.mean!)).toBeLessThan(3 * held.standardError!);
    expect(reconstructionErrors(table(9), others)).toBeNull();
    const constant = Array.from({ length: 6 }, () => new Float64Array(40));
    expect(reconstructionErrors(constant, others)).toBeNull();
  });

  it('says nothing without rows or variance, and refuses other columns', () => {
    const constant = covarianceMoments([new Float64Array(5).fill(2)]);
    expect(principalComponents(constant)).toBeNull();
    expect(principalComponents(covarianceMoments([Float64Array.of(3)]))).toBeNull();
    expect(() => principalComponents(constant, { share: 0 })).toThrow(RangeError);
    expect(() => reconstructionError(model, [new Float64Array(1)])).toThrow(RangeError);
    const empty = analysis.map(() => new Float64Array(0));
    expect(reconstructionError(model, empty)).toMatchObject({ mean: null, standardError: null });
    const infinite = analysis.map(() => Float64Array.of(Infinity));
    expect(() => reconstructionError(model, infinite)).toThrow(/Row 0/);
  });
});

describe('embedding drift', () => {
  const points = (rows: number[][]): Float64Array[] => rows.map((row) => Float64Array.from(row));
  const reference = points(drift.embeddings.reference);
  const current = points(drift.embeddings.current);
  const means = (rows: readonly Float64Array[]) =>
    covarianceMoments(
      Array.from(rows[0]!, (_, axis) => Float64Array.from(rows, (row) => row[axis]!)),
    );

  it.each(['euclidean', 'cosine', 'cityblock', 'chebyshev'] as const)(
    'agrees with Evidently: %s',
    (metric) => {
      const { distance } = embeddingDistance(means(reference), means(current), metric);
      expect(deviation(distance, drift.embeddings.evidently[metric]!)).toBeLessThan(1e-9);
    },
  );

  it('agrees with Evidently: mmd', () => {
    const { statistic, pValue } = maximumMeanDiscrepancy(reference, current, {
      random: seededRandom([1]),
      bandwidth: 'between',
    });
    expect(deviation(Math.max(0, statistic!), drift.embeddings.evidently['mmd']!)).toBeLessThan(
      1e-9,
    );
    expect(pValue).toBeGreaterThan(0);
    expect(pValue).toBeLessThan(0.5);
  });

  it('has no cosine of a zero vector, and refuses other dimensions', () => {
    const zero = { n: 3, means: Float64Array.of(0, 0) };
    const one = { n: 3, means: Float64Array.of(1, 0) };
    expect(embeddingDistance(zero, one, 'cosine').distance).toBeNull();
    expect(embeddingDistance(zero, { ...one, n: 0 }).distance).toBeNull();
    expect(embeddingDistance(zero, one).distance).toBe(1);
    expect(() => embeddingDistance(zero, { n: 1, means: Float64Array.of(1) })).toThrow(RangeError);
  });
});

describe('domainClassifier', () => {
  const samples = (n: number, m: number, random: Random, mean: number, spread: number) =>
    [
      [normals(n, random), normals(n, random), normals(n, random)],
      [normals(m, random, mean), normals(m, random, 0, spread), normals(m, random)],
    ] as const;

  it('rarely finds a shift where there is none', () => {
    const random = seededRandom([17]);
    let alarms = 0;
    const runs = 300;
    for (let run = 0; run < runs; run += 1) {
      const [reference, current] = samples(60, 40, random, 0, 1);
      if (domainClassifier(reference, current, { random })!.interval.lower > 0.5) alarms += 1;
    }
    // Nominal: 2.5% on this side.
    expect(alarms / runs).toBeLessThan(0.025);
  }, 120_000);

  it('finds a change of a mean, and of a spread alone', () => {
    const random = seededRandom([18]);
    for (const [mean, spread] of [
      [0.7, 1],
      [0, 2],
    ] as const) {
      const [reference, current] = samples(400, 300, random, mean, spread);
      expect(domainClassifier(reference, current, { random })!.interval.lower).toBeGreaterThan(0.5);
    }
  });

  it('is the same for the same seed and in any unit', () => {
    const [reference, current] = samples(80, 90, seededRandom([19]), 0.5, 1);
    const auc = (scale: number, shift: number) =>
      domainClassifier(
        reference.map((column) => column.map((x) => x * scale + shift)),
        current.map((column) => column.map((x) => x * scale + shift)),
        { random: seededRandom([4]) },
      )!;
    expect(auc(1, 0)).toEqual(auc(1, 0));
    expect(auc(1024, 512).estimate).toBeCloseTo(auc(1, 0).estimate, 9);
  });

  it('says nothing of too few rows, and half of constants', () => {
    const few = [Float64Array.of(1, 2, 3)];
    expect(domainClassifier(few, few, { random: seededRandom([1]) })).toBeNull();
    const constant = [new Float64Array(20).fill(1)];
    const same = domainClassifier(constant, constant, { random: seededRandom([1]) });
    expect(same?.estimate ?? 0.5).toBe(0.5);
    expect(() => domainClassifier(few, [], { random: seededRandom([1]) })).toThrow(RangeError);
    expect(() => domainClassifier(few, few, { random: seededRandom([1]), folds: 1 })).toThrow(
      RangeError,
    );
  });
});
