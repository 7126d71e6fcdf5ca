import type { Measure } from '@sluice/contracts';
import {
  largestDifferenceOf,
  remembered,
  smallestRatioOf,
  wilson,
  type Estimate,
  type Estimator,
} from '@sluice/statistics';
import { changeOf, measuredIfBounded } from '../fairness/compared.js';
import {
  lacking,
  levelOf,
  minimumRows,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { Grouping } from '../profile.js';
import { proportionOf, type RateName } from '../quality/rates.js';
import type { ClassPredictor } from './class-confusion.js';
import { classShown } from './class-words.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import { oneAgainstAll } from './one-against-all.js';

interface ClassFairness {
  readonly rates: readonly RateName[];
  readonly disparity: 'difference' | 'ratio';
}

/** Each over all classes, and the worst of them: with two classes it is what it is with a favorable one. */
const classFairness: Readonly<Record<string, ClassFairness>> = {
  demographic_parity_difference: { rates: ['selection_rate'], disparity: 'difference' },
  demographic_parity_ratio: { rates: ['selection_rate'], disparity: 'ratio' },
  equalized_odds_difference: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'difference',
  },
  equalized_odds_ratio: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'ratio',
  },
};
export const isClassFairness = (metric: string): boolean => Object.hasOwn(classFairness, metric);

type ClassGrouping = Grouping<MulticlassSlice>;

/** A rate of a class in a group, with Wilson's interval. */
interface RateOfGroup {
  readonly n: number;
  readonly estimate: Estimator;
}

/** One rate of one class in every group. */
interface Family {
  readonly rate: RateName;
  readonly class: string;
  readonly shares: readonly RateOfGroup[];
}

/**
 * A metric of fairness over the groups of a column and all classes: the largest difference between two groups of a rate of
 * a class against all others, or the smallest ratio.
 *
 * It has a value only if each of its rates can be taken in every group for every class. A class that nobody is predicted
 * to be of has no ratio and is left out; when that is so of all, there is none.
 */
export const classFairnessMeasure = (request: MeasureRequest, column: ClassGrouping): Measure => {
  const { disparity } = fairnessOf(request);
  const { of } = request;
  const predictors: readonly ClassPredictor[] =
    of === 'difference' ? ['version', 'champion'] : [of];
  if (predictors.includes('champion') && lacksChampion(column))
    return withoutValue(request, 'undefined', 0, 'there are no predictions of the champion');
  if (column.groups.length < 2)
    return withoutValue(request, 'undefined', 0, 'there is one group only, and nothing to compare');
  const counted = familiesOf(request, column, predictors[0] as ClassPredictor);
  const n = counted.flatMap(({ shares }) => shares).reduce((sum, { n: trials }) => sum + trials, 0);
  const lack = lacking(request, n, classFairnessShortfalls(request, column));
  if (lack) return lack;
  const level = levelOf(request);
  const figures = predictors.map((predictor): Estimate | null => {
    const families = familiesOf(request, column, predictor).map(({ shares }) =>
      shares.map(({ estimate }) => remembered(estimate)),
    );
    if (disparity === 'difference') return largestDifferenceOf(families, { level });
    const told = families.filter((family) => family.some((each) => each(level).estimate > 0));
    return told.length === 0 ? null : smallestRatioOf(told, { level });
  });
  const [first, second] = figures;
  if (!first || second === null)
    return withoutValue(
      request,
      'undefined',
      n,
      'every rate is 0 in every group, and 0/0 is no ratio',
    );
  return measuredIfBounded(request, {
    ...(second === undefined ? first : changeOf(first, second)),
    n,
  });
};

/** What it lacks, by group; none when every rate of every class has rows enough in each. */
export const classFairnessShortfalls = (
  request: MeasureRequest,
  column: ClassGrouping,
): Shortfall[] => {
  const need = request.minimumRows ?? minimumRows;
  if (lacksChampion(column) && request.of !== 'version') return [];
  return familiesOf(request, column, request.of === 'champion' ? 'champion' : 'version').flatMap(
    ({ rate, class: named, shares }) =>
      shares
        .map(({ n: have }, index): Shortfall => {
          const name = classShown(named);
          const of = rate === 'true_positive_rate' ? `of ${name}` : `not of ${name}`;
          return {
            group: column.groups[index]?.group as string,
            have,
            need,
            rows: rate === 'selection_rate' ? ['row', 'rows'] : [`row ${of}`, `rows ${of}`],
          };
        })
        .filter(({ have }) => have < need),
  );
};

const fairnessOf = ({ metric }: MeasureRequest): ClassFairness => {
  const fairness = classFairness[metric];
  if (!fairness) throw new TypeError(`${metric} doesn't compare groups of several classes.`);
  return fairness;
};

const lacksChampion = ({ groups }: ClassGrouping): boolean =>
  groups.some(({ cells }) => cells.some(({ champion }) => champion === null));

const familiesOf = (
  request: MeasureRequest,
  { groups }: ClassGrouping,
  predictor: ClassPredictor,
): Family[] =>
  fairnessOf(request).rates.flatMap((rate) =>
    classesOf(groups).map((name) => ({
      rate,
      class: name,
      shares: groups.map((group) => rateIn(group, name, rate, predictor)),
    })),
  );

const rateIn = (
  group: MulticlassSlice,
  name: string,
  rate: RateName,
  predictor: ClassPredictor,
): RateOfGroup => {
  const proportion = proportionOf(rate, oneAgainstAll(group, name).cells, predictor);
  return { n: proportion.rows, estimate: (level) => wilson(proportion, { level }) };
};

const classesOf = (groups: readonly MulticlassSlice[]): readonly string[] => [
  ...new Set(groups.flatMap(({ classes }) => classes)),
];
