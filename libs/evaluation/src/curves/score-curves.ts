import type { ModelCurves, ScoreCurves } from '@sluice/contracts';
import type { BinarySlice, ScoreHistogram } from '../profile.js';
import { calibrationCurve } from './calibration-curve.js';
import { rocCurve } from './roc-curve.js';
import { scoreDistribution } from './score-distribution.js';

/** The curves of all rows, of the version and the champion; null when the data holds predictions only. */
export const scoreCurves = ({ scores }: Pick<BinarySlice, 'scores'>): ScoreCurves | null =>
  scores && {
    version: curvesOf(scores.version),
    champion: scores.champion && curvesOf(scores.champion),
  };

const curvesOf = (histogram: ScoreHistogram): ModelCurves => ({
  roc: rocCurve(histogram),
  calibration: calibrationCurve(histogram),
  distribution: scoreDistribution(histogram),
});
