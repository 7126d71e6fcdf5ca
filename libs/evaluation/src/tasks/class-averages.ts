import { averageOf, type AverageName } from '@sluice/contracts';
import type { Estimate } from '@sluice/statistics';
import type { MeasureRequest, Shortfall } from '../measure.js';
import { qualityDenominators } from '../quality/quality-measure.js';
import { weighed } from './class-confusion.js';
import { withoutScores, type ClassFigure } from './class-figure.js';
import { classMeasure } from './class-measure.js';
import { classShown, wordsOfClass } from './class-words.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import { massOfClass, oneAgainstAll, ownClasses } from './one-against-all.js';

/**
 * The average over classes of a figure of the scores of each against all others. Of a macro average all count alike, of a
 * weighted one by their rows; of a micro average by the rows that the figure divides by, which makes it that of all together.
 *
 * Its limits are the average limits, as if classes were wrong together: too wide rather than too narrow.
 */
export const averageOfScores = (
  request: MeasureRequest,
  name: AverageName,
  slice: MulticlassSlice,
): ClassFigure | string => {
  if (slice.rankings === null && slice.scores === null) return withoutScores;
  const known = slice.scores?.filter((each) => each !== null) ?? [];
  if (request.of !== 'version' && known.some(({ champion }) => champion === null))
    return 'there are no scores of the champion';
  const { metric, averaging } = averageOf(name);
  const total = weighed(slice.cells).weight.sum;
  const terms = ownClasses(slice).map((own) => {
    const mass = massOfClass(slice, own);
    const all = { macro: 1, weighted: mass, micro: microWeights[metric]?.(mass, total) ?? 1 };
    return { class: own, weight: all[averaging] };
  });
  const measureAt = (level: number | undefined) =>
    terms.map(({ class: own, weight }) => ({
      class: own,
      weight,
      // Rows that lack are told of all classes together.
      measure: classMeasure({ ...request, metric, class: own, minimumRows: 0, level }, slice),
    }));
  const usual = measureAt(request.level);
  const mass = terms.reduce((sum, { weight }) => sum + weight, 0);
  const bounds = usual.map(({ measure }) => measure.errorBound);
  return {
    n: weighed(slice.cells).count,
    denominators: denominatorsOf({ ...request, metric }, slice, terms),
    undefinedBecause: () => {
      const without = usual.find(({ measure }) => measure.value === null);
      return without === undefined
        ? null
        : `of the class ${classShown(without.class)}, ${without.measure.reason}`;
    },
    estimate: (level) => {
      const measures = level === request.level ? usual : measureAt(level);
      return averagedLimits(
        measures.map(({ measure, weight }) => ({
          estimate: {
            estimate: measure.value as number,
            interval: measure.interval as Estimate['interval'],
            n: measure.n,
          },
          weight,
        })),
      );
    },
    ...(bounds.some((bound) => bound !== undefined) && {
      errorBound: usual.reduce(
        (sum, { measure, weight }) => sum + (weight * (measure.errorBound ?? 0)) / mass,
        0,
      ),
    }),
  };
};

/** The rows that a mean over some of them divides by; those of the others are all rows. */
const microWeights: Readonly<Record<string, (mass: number, total: number) => number>> = {
  generalized_true_positive_rate: (mass) => mass,
  generalized_false_negative_rate: (mass) => mass,
  generalized_false_positive_rate: (mass, total) => total - mass,
  generalized_true_negative_rate: (mass, total) => total - mass,
};

/** Those of all classes; what they have in common, such as all rows, once. */
const denominatorsOf = (
  request: MeasureRequest,
  slice: MulticlassSlice,
  terms: readonly { readonly class: string }[],
): Omit<Shortfall, 'group'>[] => {
  const all = terms.flatMap(({ class: own }) =>
    qualityDenominators(request, oneAgainstAll(slice, own)).map((denominator) => ({
      ...denominator,
      rows: wordsOfClass(denominator.rows, own),
    })),
  );
  return [...new Map(all.map((each) => [each.rows[0], each])).values()];
};

/** As if classes were wrong together. */
const averagedLimits = (
  terms: readonly { readonly estimate: Estimate; readonly weight: number }[],
): Estimate => {
  const [first] = terms;
  if (!first) throw new TypeError('There are no classes.');
  const mass = terms.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (estimate: Estimate) => number): number =>
    terms.reduce((sum, { estimate, weight }) => sum + weight * of(estimate), 0) / mass;
  const { level, method } = first.estimate.interval;
  return {
    estimate: mean(({ estimate }) => estimate),
    interval: {
      lower: mean(({ interval }) => interval.lower),
      upper: mean(({ interval }) => interval.upper),
      level,
      method: `${method}-averaged`,
    },
    n: first.estimate.n,
  };
};
