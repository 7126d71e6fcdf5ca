import type { Measure } from '@sluice/contracts';
import {
  calibrationError,
  linearCombination,
  maximumCalibrationError,
  pooledAucDifference,
  pooledAucInterval,
  type Estimate,
} from '@sluice/statistics';
import { minimumRows, type MeasureRequest } from '../measure.js';
import type { BinarySlice } from '../profile.js';
import { binnedAucOf } from '../quality/binned-auc-measure.js';
import { boundsOfRanks } from '../quality/bounded-ranks.js';
import { predictorsOf, type Predictor } from '../quality/rates.js';
import {
  areaUnderPrecisionRecall,
  calibrationErrorOf,
  type BoundedEstimate,
} from '../quality/score-estimates.js';
import { effectiveClasses } from '../quality/tally.js';
import { weighed } from './class-confusion.js';
import { rowsWord, withoutScores, type ClassFigure } from './class-figure.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import { confidenceSlice, ownClasses, pooledHistograms, pooledSlice } from './one-against-all.js';

type CalibrationName = 'expected_calibration_error' | 'maximum_calibration_error';
type PooledName = 'roc_auc' | 'pr_auc' | CalibrationName;

/**
 * The calibration of the score of the class that a row is predicted to be of: whether it is right as often as it says.
 *
 * Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, On calibration of modern neural networks, ICML (2017).
 */
export const confidenceFigure = (
  request: MeasureRequest,
  metric: CalibrationName,
  slice: MulticlassSlice,
): ClassFigure | string =>
  slice.scores === null
    ? withoutScores
    : figureOf(request, slice, confidenceSlice(slice), (own, predictor, level) =>
        calibrationOf(metric, own, predictor, level),
      );

/**
 * A micro average of scores: that of one list of the scores of all classes, C of each row.
 *
 * The scores of a row go together, so that they are no more rows than one. Calibration errors have the interval of as many
 * rows as there are, and areas that of `pooledAucInterval` and of `averagePrecisionInterval` with so many negatives of a row.
 */
export const pooledFigure = (
  request: MeasureRequest,
  metric: PooledName,
  slice: MulticlassSlice,
): ClassFigure | string => {
  if (slice.scores === null) return withoutScores;
  if (metric !== 'roc_auc' && metric !== 'pr_auc') {
    const own = pooledHistograms(slice);
    return own === null
      ? 'a part of the merged profile lacks the scores of some class'
      : figureOf(request, slice, own, (histograms, predictor, level) =>
          calibrationOf(metric, histograms, predictor, level),
        );
  }
  const pooled = pooledSlice(slice);
  if (pooled === null)
    return 'the profile holds no ranks of the scores of all classes together: it was made without a check that asks for them, or its parts have other classes';
  const negatives = ownClasses(slice).length - 1;
  const figure = figureOf(request, slice, pooled, (own, predictor, level) =>
    metric === 'roc_auc'
      ? areaOf(own, predictor, level)
      : areaUnderPrecisionRecall(own, predictor, level, negatives),
  );
  const paired = metric === 'roc_auc' && request.of === 'difference' && pairedAreas(pooled);
  return typeof figure === 'string' || !paired ? figure : { ...figure, estimate: paired };
};

const calibrationOf = (
  metric: CalibrationName,
  own: BinarySlice,
  predictor: Predictor,
  level: number,
): BoundedEstimate | null => {
  const error =
    metric === 'expected_calibration_error' ? calibrationError : maximumCalibrationError;
  const estimate = calibrationErrorOf(own, predictor, error, level);
  return estimate && { estimate };
};

/** Of one predictor, or of two as if they were of different rows: too wide, as models of the same rows agree more. */
const figureOf = (
  { of }: Pick<Measure, 'of'>,
  slice: MulticlassSlice,
  own: BinarySlice,
  ofPredictor: (own: BinarySlice, predictor: Predictor, level: number) => BoundedEstimate | null,
): ClassFigure | string => {
  if (own.scores === null) return 'the profile is an old one, and holds no such scores';
  if (of !== 'version' && own.scores.champion === null)
    return 'there are no scores of the champion';
  const { count } = weighed(slice.cells);
  const usual = predictorsOf(of).map((predictor) => ofPredictor(own, predictor, 0.95));
  const bounds = usual.flatMap((each) => each?.errorBound ?? []);
  return {
    n: count,
    denominators: [{ have: count, need: minimumRows, rows: rowsWord }],
    undefinedBecause: () =>
      usual.includes(null) ? 'scores cannot be ranked: the rows of a label weigh nothing' : null,
    estimate: (level) => {
      const found = predictorsOf(of).map(
        (predictor) => (ofPredictor(own, predictor, level) as BoundedEstimate).estimate,
      );
      const [first, second] = found as [Estimate, Estimate?];
      const estimate =
        second === undefined
          ? first
          : linearCombination([
              { weight: 1, estimate: first },
              { weight: -1, estimate: second },
            ]);
      return allowingFor(
        estimate,
        bounds.length === 0 ? null : bounds.reduce((sum, bound) => sum + bound, 0),
        of === 'difference' ? -1 : 0,
      );
    },
    ...(bounds.length > 0 && { errorBound: bounds.reduce((sum, bound) => sum + bound, 0) }),
  };
};

const allowingFor = (
  { estimate, interval, n }: Estimate,
  errorBound: number | null,
  lowest: number,
): Estimate => ({
  estimate,
  interval: {
    ...interval,
    lower: Math.max(lowest, interval.lower - (errorBound ?? 0)),
    upper: Math.min(1, interval.upper + (errorBound ?? 0)),
    method: errorBound === null ? interval.method : `${interval.method}-binned`,
  },
  n,
});

const areaOf = (own: BinarySlice, predictor: Predictor, level: number): BoundedEstimate | null => {
  if (own.ranking !== null) {
    const ranked = own.ranking[predictor];
    if (!ranked || ranked.auc === null) return null;
    return {
      estimate: pooledAucInterval(ranked, effectiveClasses(own.ranking).positives, { level }),
    };
  }
  const bounds = boundsOfRanks(own, predictor);
  if (bounds === null) return null;
  const { model, sizes, errorBound } = binnedAucOf(bounds, own.cells);
  return { estimate: pooledAucInterval(model, sizes.positives, { level }), errorBound };
};

/** Of two areas of the same rows, where there are ranks; null where they are known within bounds only. */
const pairedAreas = ({ ranking }: BinarySlice): ClassFigure['estimate'] | null => {
  if (ranking === null) return null;
  const { version, champion, covariance } = ranking;
  if (champion === null) return null;
  return (level) =>
    pooledAucDifference(version, champion, covariance, effectiveClasses(ranking).positives, {
      level,
    });
};
