import type { DriftMetricName } from '@sluice/contracts';
import {
  andersonDarling,
  chiSquareHomogeneity,
  cramerVonMises,
  energyDistance,
  eppsSingleton,
  evidentlyBins,
  evidentlyHellingerBins,
  fisherExact,
  gHomogeneity,
  hellinger,
  jensenShannon,
  kolmogorovSmirnov,
  kullbackLeibler,
  mannWhitney,
  numericDiscrepancy,
  populationStabilityIndex,
  proportionsZ,
  seededRandom,
  studentT,
  wasserstein,
  type BinnedSamples,
  type Proportion,
  type TwoSampleDistance,
  type TwoSampleTest,
} from '@sluice/statistics';
import { isBounded, movedWithin } from './bin-bounds.js';
import { type CategoricalDrift, type ColumnDrift, type NumericDrift } from './drift-profile.js';

/** What a test or distance says of a column's values; missing ones are left out. */
export interface ColumnFinding {
  readonly value: number | null;
  readonly method: string;
  readonly undefinedBecause: string | null;
  /** How far the value may be from that of the rows: of distances over bins, whose typical values stand for their rows. */
  readonly within?: number | undefined;
}

/**
 * Tests of numbers. Of a binned column they take a typical value of each bin for all of its rows, and have \`binned\` in their
 * method: they then are tests of the bins that rows fall in, and as such keep their level.
 */
const numericTests = {
  kolmogorov_smirnov_p_value: ({ samples }) => kolmogorovSmirnov(samples),
  anderson_darling_p_value: ({ samples }) => andersonDarling(samples),
  cramer_von_mises_p_value: ({ samples }) => cramerVonMises(samples),
  mann_whitney_p_value: ({ samples }) => mannWhitney(samples),
  t_test_p_value: ({ samples }) => studentT(samples),
  epps_singleton_p_value: ({ samples }) => eppsSingleton(samples),
  // Always the same draws: the same data gives the same verdict.
  mmd_p_value: ({ samples }) => numericDiscrepancy(samples, { random: seededRandom([1]) }),
} satisfies Partial<Record<DriftMetricName, (column: NumericDrift) => TwoSampleTest>>;

const numericDistances = {
  wasserstein_distance: ({ samples }) => wasserstein(samples, { normalised: true }),
  energy_distance: ({ samples }) => energyDistance(samples),
} satisfies Partial<Record<DriftMetricName, (column: NumericDrift) => TwoSampleDistance>>;

const categoricalTests = {
  chi_square_p_value: (column) => chiSquareHomogeneity(column.samples),
  g_test_p_value: (column) => gHomogeneity(column.samples),
  z_test_p_value: (column) => ofTwo(column, proportionsZ),
  fisher_exact_p_value: (column) => ofTwo(column, fisherExact),
} satisfies Partial<Record<DriftMetricName, (column: CategoricalDrift) => TwoSampleTest>>;

const distances = {
  population_stability_index: populationStabilityIndex,
  kullback_leibler_divergence: kullbackLeibler,
  jensen_shannon_distance: jensenShannon,
  hellinger_distance: hellinger,
} satisfies Partial<Record<DriftMetricName, (samples: BinnedSamples) => TwoSampleDistance>>;

const has = <Table extends object>(table: Table, name: PropertyKey): name is keyof Table =>
  Object.hasOwn(table, name);

/** Metrics that compare two proportions, which columns of more categories don't have. */
export const isOfTwoCategories = (metric: DriftMetricName): boolean =>
  metric === 'z_test_p_value' || metric === 'fisher_exact_p_value';

/** Which tests and distances are taken without an interval; all must suit the kind of the column. */
export const columnFinding = (metric: DriftMetricName, column: ColumnDrift): ColumnFinding => {
  if (has(distances, metric)) return binnedFinding(metric, column);
  const result = runTest(metric, column);
  if ('pValue' in result)
    // Whatever a test makes of it: of 20 against 30 equal rows, Cramér and von Mises's has p = 0.013.
    return hasOneValue(column)
      ? { value: 1, method: `${result.method}-one-value`, undefinedBecause: null }
      : finding(result.pValue, result, column);
  const found = finding(result.distance, result, column);
  return isBounded(metric) && column.kind === 'numeric' && found.value !== null
    ? { ...found, within: movedWithin(metric, column) }
    : found;
};

const runTest = (
  metric: DriftMetricName,
  column: ColumnDrift,
): TwoSampleTest | TwoSampleDistance => {
  if (column.kind === 'numeric' && has(numericTests, metric)) return numericTests[metric](column);
  if (column.kind === 'numeric' && has(numericDistances, metric))
    return numericDistances[metric](column);
  if (column.kind === 'categorical' && has(categoricalTests, metric))
    return categoricalTests[metric](column);
  throw new TypeError(`${metric} is no test of a ${column.kind} column.`);
};

const finding = (
  value: number | null,
  { method, undefinedBecause }: { method: string; undefinedBecause?: string },
  column: ColumnDrift,
): ColumnFinding => ({
  value,
  method: column.kind === 'numeric' && column.bins !== null ? `${method}-binned` : method,
  undefinedBecause: value === null ? (undefinedBecause ?? 'its formula is 0/0') : null,
});

/** Numbers in Evidently's bins, categories by themselves. */
const binnedFinding = (metric: keyof typeof distances, column: ColumnDrift): ColumnFinding => {
  const samples = binned(metric, column);
  if (samples === null)
    return { value: null, method: metric, undefinedBecause: 'A value is infinite.' };
  const result = distances[metric](samples);
  return finding(result.distance, result, column);
};

const binned = (metric: keyof typeof distances, column: ColumnDrift): BinnedSamples | null => {
  if (column.kind === 'categorical') return column.samples;
  const options = { integerType: column.integers };
  return metric === 'hellinger_distance'
    ? evidentlyHellingerBins(column.samples, options)
    : evidentlyBins(column.samples, options);
};

/** Whether both tables have rows, all of one and the same value: nothing can differ, and every test has p = 1. */
const hasOneValue = (column: ColumnDrift): boolean => {
  const { reference, current } = column.kind === 'numeric' ? column.samples : column.samples;
  const occurring: number[] = [];
  for (let index = 0; index < reference.length; index += 1)
    if ((reference[index] as number) + (current[index] as number) > 0) occurring.push(index);
  const [only] = occurring;
  return (
    only !== undefined &&
    occurring.length === 1 &&
    (reference[only] as number) > 0 &&
    (current[only] as number) > 0
  );
};

const ofTwo = (
  column: CategoricalDrift,
  test: (reference: Proportion, current: Proportion) => TwoSampleTest,
): TwoSampleTest => {
  const { reference, current } = column.samples;
  const of = (counts: readonly number[]): Proportion => ({
    successes: counts[0] ?? 0,
    trials: counts.reduce((sum, count) => sum + count, 0),
  });
  return test(of(reference), of(current));
};
