import type { ClassCurves, TaskFigures } from '@sluice/contracts';
import { calibrationCurve } from '../curves/calibration-curve.js';
import { scoreCurves } from '../curves/score-curves.js';
import { effectiveHistogram } from '../quality/score-estimates.js';
import { tallyOf } from '../quality/tally.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import { confidenceSlice, oneAgainstAll, ownClasses } from './one-against-all.js';

/** As many classes as a report has pictures of. */
const mostClasses = 6;

/** The curves of the classes that rank worst, and the calibration of what is predicted; nothing without scores. */
export const classFigures = (
  slice: MulticlassSlice,
): Pick<TaskFigures, 'classCurves' | 'confidence'> => {
  const all = ownClasses(slice)
    .map((name) => curvesOf(slice, name))
    .filter((each) => each !== null);
  // Those whose order isn't told, for lack of rows, come last; what is alike keeps the order of classes.
  const area = ({ curves }: ClassCurves): number => curves.version.roc?.auc ?? Infinity;
  const sorted = all.toSorted((one, other) =>
    area(one) === area(other) ? 0 : area(one) - area(other),
  );
  const version = effectiveHistogram(confidenceSlice(slice), 'version');
  const champion = effectiveHistogram(confidenceSlice(slice), 'champion');
  return {
    ...(all.length > 0 && {
      classCurves: {
        classes: sorted.slice(0, mostClasses),
        left: Math.max(0, all.length - mostClasses),
      },
    }),
    ...(version !== null && {
      confidence: {
        version: calibrationCurve(version),
        champion: champion && calibrationCurve(champion),
      },
    }),
  };
};

const curvesOf = (slice: MulticlassSlice, name: string): ClassCurves | null => {
  const own = oneAgainstAll(slice, name);
  const curves = scoreCurves(own);
  const { rows } = tallyOf(own.cells.filter(({ label }) => label));
  return curves && { name, rows, curves };
};
