import { acrossDefinitions, definitionOf, type Across, type Measure } from '@sluice/contracts';
import {
  differenceOfEstimates,
  disparityDifference,
  extremeOf,
  largestAbsolute,
  largestDifferenceOf,
  linearCombination,
  ratioOfEstimates,
  remembered,
  smallestBothWays,
  smallestRatioOf,
  type Bounds,
  type Estimate,
  type Estimator,
} from '@sluice/statistics';
import { lacking, levelOf, withoutValue, type MeasureRequest, type Shortfall } from '../measure.js';
import { mergeCells } from '../merge-cells.js';
import type { Grouping, Slice } from '../profile.js';
import {
  isOfPredicted,
  isRate,
  pairedCountsOf,
  predictionOf,
  predictorsOf,
  rates,
  type Predictor,
  type Rate,
  type RateName,
} from '../quality/rates.js';
import { acrossBounds, farthestFrom, rangeAcross, widened } from './across-bounds.js';
import {
  changeOf,
  distanceFrom,
  measuredIfBounded,
  sidesOf,
  whyNotAgainstPrivileged,
} from './compared.js';
import { weightOf } from '../quality/tally.js';

import { sliceMeasure, sliceShortfalls } from '../tasks/slice-measure.js';
import { isBinary, rowsOfSlice } from '../tasks/task-slices.js';

export type AcrossRequest = MeasureRequest & { readonly across: Across };

/** Some rows by the name of their group. */
type Named = Slice & { readonly group: string };

/** What is compared: groups, and what each of them is compared with if not with each other. */
interface Compared {
  readonly groups: readonly Named[];
  readonly reference: Named | null;
}

/**
 * What `across` makes of the values of a quality metric in the groups of a column, of any metric: each group has its own
 * estimate and interval, and the disparity and its interval follow from those (see `largestDifferenceOf`). Groups have
 * different rows, so their estimates are independent.
 *
 * All rows together hold each group's own. Of a rate, m(g) − m = (1 − w)(m(g) − m(rest)) with w the group's share of the
 * denominator, which is taken as given: two independent estimates. Of other metrics both are taken as if they were
 * independent, which is too wide rather than too narrow.
 *
 * It has a value only if the metric has one in every group that is compared. n sums what those rest on.
 *
 * @param overall all rows: of the table, or of the stratum
 */
export const acrossMeasure = (
  request: AcrossRequest,
  whole: Grouping<Slice>,
  overall: () => Slice,
): Measure => {
  const compared = comparedBy(request, whole, overall);
  if (typeof compared === 'string') return withoutValue(request, 'undefined', 0, compared);
  const n = compared.groups
    .concat(isOwnRows(request) && compared.reference ? [compared.reference] : [])
    .reduce((sum, slice) => sum + valueIn(request, slice, counted(request)).n, 0);
  const lack =
    lacking(request, n, shortfallsAcross(request, compared)) ?? withoutOwn(request, n, compared);
  if (lack) return lack;
  const nothing = whyNoRatio(request, compared);
  if (nothing !== null) return withoutValue(request, 'undefined', n, nothing);
  const estimate = { ...estimateOf(request, compared), n };
  const errorBound = errorBoundOf(request, compared);
  if (errorBound === null) return measuredIfBounded(request, estimate);
  if (!Number.isFinite(errorBound))
    return withoutValue(request, 'undefined', n, 'the figure that it divides by may be 0');
  const range = request.of === 'difference' ? undefined : rangeAcross(request.across);
  return measuredIfBounded(
    request,
    widened(estimate, errorBound, range ?? [-Infinity, Infinity]),
    errorBound,
  );
};

/** How far the disparity may be from that of the rows, when figures of groups are known within bounds; null when it is exact. */
const errorBoundOf = (request: AcrossRequest, { groups, reference }: Compared): number | null => {
  const slices = reference === null ? groups : [...groups, reference];
  const bounds = predictorsOf(request.of).map((of) => {
    const figures = slices.map((slice): Bounds & { readonly isExact: boolean } => {
      const { value, errorBound = 0 } = valueIn(request, slice, of);
      const figure = value as number;
      return { lower: figure - errorBound, upper: figure + errorBound, isExact: errorBound === 0 };
    });
    if (figures.every(({ isExact }) => isExact)) return null;
    const [own, other] = [figures.slice(0, groups.length), figures[groups.length] ?? null];
    const { estimate } = figureOf(request, { groups, reference }, of);
    return farthestFrom(estimate, acrossBounds(request.across, own, other));
  });
  const known = bounds.filter((bound) => bound !== null);
  // A distance from the ideal is off by no more than the disparity is.
  return known.length === 0 ? null : known.reduce((sum, bound) => sum + bound, 0);
};

/** What a check across groups lacks, by group; none when there are rows enough or nothing can be compared. */
export const acrossShortfalls = (
  request: AcrossRequest,
  whole: Grouping<Slice>,
  overall: () => Slice,
): Shortfall[] => {
  const compared = comparedBy(request, whole, overall);
  return typeof compared === 'string' ? [] : shortfallsAcross(request, compared);
};

/** The value of the metric in a group, as reasons and advice tell it. */
export interface GroupValue {
  readonly group: string;
  readonly value: number;
  readonly n: number;
}

/** The two values that decide a figure across groups, the lower or the one that is compared first; one of extremes. */
export const decidingValues = (
  request: AcrossRequest,
  whole: Grouping<Slice>,
  overall: () => Slice,
  predictor: Predictor,
): readonly [GroupValue, ...GroupValue[]] => {
  const compared = comparedBy(request, whole, overall);
  if (typeof compared === 'string') throw new TypeError(compared);
  const told = (slice: Named): GroupValue => {
    const { value, n } = valueIn(request, slice, predictor);
    return { group: slice.group, value: value ?? NaN, n };
  };
  const values = compared.groups.map(told);
  const best = (among: GroupValue[], score: (value: GroupValue) => number): GroupValue =>
    among.reduce((first, each) => (score(each) > score(first) ? each : first));
  if (compared.reference !== null) {
    const reference = told(compared.reference);
    const ratio = acrossDefinitions[request.across].kind === 'ratio';
    return [
      best(values, ({ value }) =>
        ratio
          ? -Math.min(value / reference.value, reference.value / value)
          : Math.abs(value - reference.value),
      ),
      reference,
    ];
  }
  const low = best(values, ({ value }) => -value);
  // Where all are alike, another group all the same.
  const others = values.filter((each) => each !== low);
  const high = best(others.length > 0 ? others : values, ({ value }) => value);
  if (request.across === 'group_min') return [low];
  return request.across === 'group_max' ? [best(values, ({ value }) => value)] : [low, high];
};

const comparedBy = (
  { across, group }: AcrossRequest,
  whole: Grouping<Slice>,
  overall: () => Slice,
): Compared | string => {
  const { reference, perGroup, kind } = acrossDefinitions[across];
  const { groups } = whole;
  if (groups.length < (kind === 'extreme' ? 1 : 2))
    return 'there is one group only, and nothing to compare';
  if (reference === null) return { groups, reference: null };
  if (reference === 'overall') return { groups, reference: { group: 'all rows', ...overall() } };
  const named =
    reference === 'privileged'
      ? groups.find((each) => each.group === whole.privileged)
      : groups.reduce((most, each) => (rowsOfSlice(each) > rowsOfSlice(most) ? each : most));
  if (!named) return whyNotAgainstPrivileged(whole) ?? 'the privileged group has no row';
  if (!perGroup) return { groups: sidesOf(whole).groups.slice(0, 1), reference: named };
  const own = groups.filter((each) => each.group === group);
  return { groups: own, reference: named };
};

/** The largest group of a column, the first of equals: what the majority's figures are. */
export const majorityOf = ({ groups }: Grouping<Slice>): string | undefined =>
  groups.toSorted((a, b) => rowsOfSlice(b) - rowsOfSlice(a))[0]?.group;

/** Whether the reference has rows of its own, rather than those of the groups again. */
const isOwnRows = ({ across }: AcrossRequest): boolean =>
  acrossDefinitions[across].reference !== 'overall';

const counted = ({ of }: AcrossRequest): Predictor => (of === 'champion' ? 'champion' : 'version');

/** Resampled figures take a while, and each is asked for several times: kept as long as there is the slice. */
const known = new WeakMap<Slice, Map<string, Measure>>();

const valueIn = (
  { across: _, group: __, ...request }: AcrossRequest,
  slice: Named,
  of: Measure['of'],
): Measure => {
  const ofSlice = known.get(slice) ?? new Map<string, Measure>();
  known.set(slice, ofSlice);
  const asked = { ...request, of, group: slice.group };
  const key = JSON.stringify(asked);
  const measure = ofSlice.get(key) ?? sliceMeasure(asked, slice);
  ofSlice.set(key, measure);
  return measure;
};

const slicesOf = ({ groups, reference }: Compared): readonly Named[] =>
  reference === null ? groups : [...groups, reference];

const shortfallsAcross = (request: AcrossRequest, compared: Compared): Shortfall[] =>
  slicesOf(compared).flatMap((slice) => sliceShortfalls(request, slice, slice.group));

/** The first value that is missing although there are rows enough. */
const withoutOwn = (request: AcrossRequest, n: number, compared: Compared): Measure | null => {
  for (const slice of slicesOf(compared))
    for (const of of predictorsOf(request.of)) {
      const { value, state, reason } = valueIn(request, slice, of);
      if (value === null && state !== 'ok')
        return withoutValue(request, state, n, `of ${slice.group}, ${reason}`);
    }
  return null;
};

/** Why a ratio is 0/0 or a division by 0; null when it is neither. */
const whyNoRatio = (request: AcrossRequest, { groups, reference }: Compared): string | null => {
  if (acrossDefinitions[request.across].kind !== 'ratio') return null;
  for (const of of predictorsOf(request.of)) {
    const isZero = (slice: Named): boolean => valueIn(request, slice, of).value === 0;
    if (reference !== null && isZero(reference))
      return `the ${of}'s figure is 0 for ${reference.group}, and there is no ratio to 0`;
    if (reference === null && groups.every(isZero))
      return `the ${of}'s figure is 0 in every group, and 0/0 is no ratio`;
  }
  return null;
};

const estimateOf = (request: AcrossRequest, compared: Compared): Estimate => {
  const { of } = request;
  if (of !== 'difference') return figureOf(request, compared, of);
  const paired = pairedChange(request, compared);
  if (paired !== null) return paired;
  const { ideal } = definitionOf(request);
  const [version, champion] = (['version', 'champion'] as const).map((predictor) =>
    distanceFrom(ideal, figureOf(request, compared, predictor)),
  ) as [Estimate, Estimate];
  return changeOf(version, champion);
};

/** Of a share of the same rows, the change of its disparity takes into account that the predictions are of the same rows. */
const pairedChange = (request: AcrossRequest, { groups, reference }: Compared): Estimate | null => {
  const { metric, across } = request;
  const { kind } = acrossDefinitions[across];
  if (!isRate(metric) || isOfPredicted(metric) || kind === 'extreme' || !isOwnRows(request))
    return null;
  const slices = (reference === null ? groups : [...groups, reference]).filter(isBinary);
  if (slices.length < groups.length) return null;
  const paired = slices.map(({ cells }) => pairedCountsOf(metric, cells));
  const change = disparityDifference([paired], kind, { level: levelOf(request) });
  // A signed ratio is compared by its distance from 1, which falls as the smallest ratio rises.
  return kind === 'ratio' && reference !== null ? negated(change) : change;
};

const negated = ({ estimate, interval, n }: Estimate): Estimate => ({
  estimate: -estimate,
  interval: { ...interval, lower: -interval.upper, upper: -interval.lower },
  n,
});

const figureOf = (request: AcrossRequest, compared: Compared, of: Predictor): Estimate => {
  const level = levelOf(request);
  const { groups, reference } = compared;
  const estimators = groups.map((slice) => estimatorOf(request, slice, of));
  switch (request.across) {
    case 'difference':
      return largestDifferenceOf([estimators], { level });
    case 'ratio':
      return smallestRatioOf([estimators], { level });
    case 'group_min':
      return extremeOf(estimators, 'smallest', { level });
    case 'group_max':
      return extremeOf(estimators, 'largest', { level });
    case 'difference_to_overall':
    case 'ratio_to_overall':
      return toOverall(request, compared, of);
    default: {
      const [own] = estimators;
      if (!own || !reference) throw new TypeError('There are two figures to compare.');
      const other = estimatorOf(request, reference, of);
      return acrossDefinitions[request.across].kind === 'ratio'
        ? ratioOfEstimates(own(level), other(level))
        : differenceOfEstimates(own(level), other(level));
    }
  }
};

const estimatorOf = (request: AcrossRequest, slice: Named, of: Predictor): Estimator =>
  remembered((level) => {
    const { value, interval, n } = valueIn({ ...request, level }, slice, of);
    if (value === null || interval === null) throw new TypeError('The group has no figure.');
    return { estimate: value, interval, n };
  });

const toOverall = (
  request: AcrossRequest,
  { groups, reference }: Compared,
  of: Predictor,
): Estimate => {
  if (!reference) throw new TypeError('There is nothing to compare the groups with.');
  const level = levelOf(request);
  const overall = estimatorOf(request, reference, of);
  const contrasts = groups.map((slice) => {
    const own = estimatorOf(request, slice, of);
    const rest = restOf(request, slice, groups, reference, of);
    return rest === null
      ? independent(own, overall)
      : partAndRest(own, estimatorOf(request, rest.slice, of), rest.share);
  });
  const figure =
    request.across === 'difference_to_overall'
      ? largestAbsolute(
          contrasts.map(({ difference }) => difference),
          { level },
        )
      : smallestBothWays(
          contrasts.map(({ ratios }) => ratios),
          { level },
        );
  return { ...figure, n: 0 };
};

/** A group's figure against that of all rows. */
interface Contrast {
  readonly difference: Estimator;
  /** Group over all, and all over group. */
  readonly ratios: readonly [Estimator, Estimator];
}

const independent = (own: Estimator, overall: Estimator): Contrast => ({
  difference: (level) => differenceOfEstimates(own(level), overall(level)),
  ratios: [
    (level) => ratioOfEstimates(own(level), overall(level)),
    (level) => ratioOfEstimates(overall(level), own(level)),
  ],
});

/** m = w m(g) + (1 − w) m(rest), so m(g) − m = (1 − w)(m(g) − m(rest)) and m / m(g) = w + (1 − w) m(rest) / m(g). */
const partAndRest = (own: Estimator, rest: Estimator, share: number): Contrast => {
  const overOwn: Estimator = (level) => {
    const { estimate, interval, n } = ratioOfEstimates(rest(level), own(level));
    const through = (ratio: number): number => share + (1 - share) * ratio;
    return {
      estimate: through(estimate),
      interval: {
        ...interval,
        lower: through(interval.lower),
        upper: through(interval.upper),
      },
      n,
    };
  };
  return {
    difference: (level) =>
      linearCombination([
        { weight: 1 - share, estimate: own(level) },
        { weight: share - 1, estimate: rest(level) },
      ]),
    ratios: [
      (level) => {
        const { estimate, interval, n } = overOwn(level);
        const { lower, upper } = interval;
        return {
          estimate: 1 / estimate,
          interval: { ...interval, lower: 1 / upper, upper: 1 / lower },
          n,
        };
      },
      overOwn,
    ],
  };
};

/** All rows but a group's, and the group's share of what the rate divides by; null where the groups don't make up all rows. */
const restOf = (
  { metric }: AcrossRequest,
  slice: Named,
  groups: readonly Named[],
  overall: Named,
  of: Predictor,
): { readonly slice: Named; readonly share: number } | null => {
  if (!isRate(metric) || !isBinary(slice)) return null;
  const others = groups.filter((each) => each !== slice).filter(isBinary);
  const own = denominatorOf(metric, slice, of);
  const whole = denominatorOf(metric, overall, of);
  const together = groups.reduce((sum, each) => sum + denominatorOf(metric, each, of), 0);
  if (Math.abs(together - whole) > 1e-9 * whole) return null;
  // A rate needs the cells alone, and to merge the scores of so many groups for each takes long.
  const cells = mergeCells(others.map((each) => each.cells));
  return {
    slice: { group: 'the other groups', cells, ranking: null, scores: null, losses: null },
    share: own / whole,
  };
};

const denominatorOf = (metric: RateName, slice: Slice, of: Predictor): number => {
  if (!isBinary(slice)) throw new TypeError('Other tasks have no rates of two classes.');
  const { cells } = slice;
  const rate: Rate = rates[metric];
  return cells
    .filter((cell) => rate.counts(cell.label, predictionOf(cell, of)))
    .reduce((sum, cell) => sum + weightOf(cell).sum, 0);
};
