import type { ModelCurves, ScoreCurves, ValuePolicy } from '@sluice/contracts';
import type { BinarySlice } from '../profile.js';
import type { Predictor } from '../quality/rates.js';
import { effectiveHistogram } from '../quality/score-estimates.js';
import { valueCurve } from '../value/value-by-threshold.js';
import { calibrationCurve } from './calibration-curve.js';
import { gainCurve } from './gain-curve.js';
import { precisionRecallCurve } from './precision-recall-curve.js';
import { rocCurve } from './roc-curve.js';
import { scoreDistribution } from './score-distribution.js';

/**
 * The curves of all rows, of the version and the champion; null when the data holds predictions only. Weighted rows are
 * counted as effective ones, so that intervals are as wide as they have to be.
 *
 * @param worths what outcomes are worth by the policy, for the value by threshold
 */
export const scoreCurves = (
  slice: Pick<BinarySlice, 'cells' | 'scores'>,
  worths?: ValuePolicy,
): ScoreCurves | null => {
  const version = curvesOf(slice, 'version', worths);
  return version && { version, champion: curvesOf(slice, 'champion', worths) };
};

const curvesOf = (
  slice: Pick<BinarySlice, 'cells' | 'scores'>,
  predictor: Predictor,
  worths: ValuePolicy | undefined,
): ModelCurves | null => {
  const histogram = effectiveHistogram(slice, predictor);
  return (
    histogram && {
      roc: rocCurve(histogram),
      calibration: calibrationCurve(histogram),
      distribution: scoreDistribution(histogram),
      precisionRecall: precisionRecallCurve(histogram),
      gain: gainCurve(histogram),
      value: worths ? valueCurve(slice, predictor, worths) : null,
    }
  );
};
