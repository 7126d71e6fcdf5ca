import {
  averageOf,
  isAverage,
  metricDefinition,
  parameterOf,
  type Measure,
} from '@sluice/contracts';
import {
  lacking,
  levelOf,
  measured,
  minimumRows,
  minimumRowsPerClass,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { Moments } from '../profile.js';
import { averageOfScores } from './class-averages.js';
import { classMargins, resampledFigure, weighed, type ClassPredictor } from './class-confusion.js';
import { rowsWord, withoutScores, type ClassFigure } from './class-figure.js';
import { classMeasure, classShortfalls } from './class-measure.js';
import {
  averageOfConfusions,
  confusionFigures,
  shareOfRight,
  type ConfusionFigure,
} from './class-metrics.js';
import { isRight, shareFigure, type Succeeds } from './class-shares.js';
import { classShown } from './class-words.js';
import { isMicroShare, microShare } from './micro-shares.js';
import type { MulticlassSlice, PlaceCell } from './multiclass-slice.js';
import { confidenceFigure, pooledFigure } from './pooled-scores.js';
import { meanOf } from './weighed-mean.js';

/**
 * A metric of several classes on a slice, as the request asks: of the version, of the champion, or version − champion.
 *
 * That of one class is `classMeasure`'s. Shares of rows have Wilson's interval and their paired differences Newcombe's, and
 * micro averages of predictions, which are on a line with the accuracy, its; losses Student's; averages of scores the average
 * limits of the classes. All else is resampled from the cells. n is what the figure divides by: rows, those of a class, or
 * those predicted to be.
 */
export const multiclassMeasure = (request: MeasureRequest, slice: MulticlassSlice): Measure => {
  if (request.class !== undefined) return classMeasure(request, slice);
  const figure = figureOf(request, slice);
  if (typeof figure === 'string') return withoutValue(request, 'undefined', 0, figure);
  const lack = lacking(request, figure.n, shortfallsIn(request, figure, null));
  if (lack) return lack;
  const nothing = figure.undefinedBecause?.() ?? null;
  if (nothing !== null) return withoutValue(request, 'undefined', figure.n, nothing);
  const estimate = { ...figure.estimate(levelOf(request)), n: figure.n };
  return measured(request, estimate, figure.errorBound);
};

/** What a metric of several classes lacks on a slice; none when it can be taken. */
export const multiclassShortfalls = (
  request: MeasureRequest,
  slice: MulticlassSlice,
  group: string | null,
): Shortfall[] => {
  if (request.class !== undefined) return classShortfalls(request, slice, group);
  const figure = figureOf(request, slice);
  return typeof figure === 'string' ? [] : shortfallsIn(request, figure, group);
};

const shortfallsIn = (
  { minimumRows: asked }: MeasureRequest,
  { denominators }: ClassFigure,
  group: string | null,
): Shortfall[] =>
  denominators
    .map(({ have, need, rows }) => ({ group, have, need: asked ?? need, rows }))
    .filter(({ have, need }) => have < need);

/** The figure that a request asks for, or why there is none. */
const figureOf = (request: MeasureRequest, slice: MulticlassSlice): ClassFigure | string => {
  const { metric, of } = request;
  if (of !== 'version' && slice.cells.some(({ champion }) => champion === null))
    return 'there are no predictions of the champion';
  const right = shareOfRight[metric];
  if (right !== undefined) return shareFigure(slice.cells, of, isRight(right));
  if (isAverage(metric)) return averageFigure(request, slice);
  switch (metric) {
    case 'top_k_accuracy':
      return topFigure(request, slice);
    case 'log_loss':
    case 'multiclass_brier_score':
      return lossFigure(request, slice);
    case 'expected_calibration_error':
    case 'maximum_calibration_error':
      return confidenceFigure(request, metric, slice);
    default:
      return confusionFigure(request, slice, confusionFigures[metric]);
  }
};

const averageFigure = (request: MeasureRequest, slice: MulticlassSlice): ClassFigure | string => {
  if (!isAverage(request.metric)) throw new TypeError(`${request.metric} is no average.`);
  const { averaging, name, metric } = averageOf(request.metric);
  if (averaging === 'micro' && isMicroShare(name)) return microShare(name, request.of, slice);
  if (metricDefinition(metric).needs !== 'score')
    return confusionFigure(
      request,
      slice,
      averageOfConfusions(
        averaging === 'weighted' ? averaging : 'macro',
        metric,
        parameterOf(request.metric, request.parameter),
      ),
    );
  const isOneList =
    metric === 'roc_auc' ||
    metric === 'pr_auc' ||
    metric === 'expected_calibration_error' ||
    metric === 'maximum_calibration_error';
  return averaging === 'micro' && isOneList
    ? pooledFigure(request, metric, slice)
    : averageOfScores(request, request.metric, slice);
};

const topFigure = (
  request: MeasureRequest,
  { places, classes }: MulticlassSlice,
): ClassFigure | string => {
  if (places === null) return withoutScores;
  if (request.of !== 'version' && places.some(({ champion }) => champion === null))
    return 'there are no scores of the champion';
  const k = parameterOf(request.metric, request.parameter) ?? 2;
  // scikit-learn warns and says 1, which would pass any check.
  if (k >= classes.length)
    return `there are ${classes.length} classes only, so that every label is among the ${k} that score highest`;
  const isHit: Succeeds<PlaceCell> = (cell, predictor) =>
    (predictor === 'version' ? cell.version : (cell.champion as number)) <= k;
  return shareFigure(places, request.of, isHit);
};

const lossFigure = (
  { metric, of }: MeasureRequest,
  { losses, cells }: MulticlassSlice,
): ClassFigure | string => {
  if (losses === null) return withoutScores;
  const own = losses[of];
  if (own === null) return 'there are no scores of the champion';
  const moments: Moments = metric === 'log_loss' ? own.log : own.brier;
  const rows = weighed(cells);
  const { lowest, highest } = metricDefinition(metric);
  return {
    n: rows.count,
    denominators: [{ have: rows.count, need: minimumRows, rows: rowsWord }],
    estimate: (level) => {
      const { estimate, interval } = meanOf(moments, rows, level);
      if (of === 'difference') return { estimate, interval, n: rows.count };
      return {
        estimate,
        interval: {
          ...interval,
          lower: Math.max(lowest, interval.lower),
          upper: Math.min(highest, interval.upper),
        },
        n: rows.count,
      };
    },
  };
};

const confusionFigure = (
  { metric, of }: MeasureRequest,
  { cells, classes }: MulticlassSlice,
  figure: ConfusionFigure | undefined,
): ClassFigure => {
  if (!figure) throw new TypeError(`${metric} is no metric of several classes.`);
  const { count } = weighed(cells);
  const { lowest, highest } = metricDefinition(metric);
  const reach = highest - lowest;
  const predictors: readonly ClassPredictor[] =
    of === 'difference' ? ['version', 'champion'] : [of];
  return {
    n: count,
    denominators: [
      { have: count, need: minimumRows, rows: rowsWord },
      ...(figure.perClass ? rowsByClass(cells, classes) : []),
    ],
    undefinedBecause: () => {
      for (const predictor of predictors) {
        const why = figure.undefinedBecause(classMargins(cells, classes, predictor), classes);
        if (why !== null) return why;
      }
      return null;
    },
    estimate: (level) =>
      resampledFigure(cells, classes, of, figure.value, {
        level,
        range: of === 'difference' ? [-reach, reach] : [lowest, highest],
      }),
  };
};

/** Those of classes without rows say so themselves. */
const rowsByClass = (
  cells: MulticlassSlice['cells'],
  classes: readonly string[],
): ClassFigure['denominators'] =>
  classes.flatMap((name) => {
    const { count: have } = weighed(cells.filter(({ label }) => label === name));
    const rows = [`row of ${classShown(name)}`, `rows of ${classShown(name)}`] as const;
    return have === 0 ? [] : [{ have, need: minimumRowsPerClass, rows }];
  });
