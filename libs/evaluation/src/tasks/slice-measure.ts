import type { Measure } from '@sluice/contracts';
import type { MeasureRequest, Shortfall } from '../measure.js';
import type { Slice } from '../profile.js';
import { qualityMeasure, qualityShortfalls } from '../quality/quality-measure.js';
import { multiclassMeasure, multiclassShortfalls } from './multiclass-measure.js';
import { regressionMeasure, regressionShortfalls } from './regression-measure.js';
import { isMulticlass, isRegression } from './task-slices.js';

/** A metric of quality on a slice, whatever the task. */
export const sliceMeasure = (request: MeasureRequest, slice: Slice): Measure => {
  if (isRegression(slice)) return regressionMeasure(request, slice);
  return isMulticlass(slice) ? multiclassMeasure(request, slice) : qualityMeasure(request, slice);
};

/** What a metric of quality lacks on a slice, whatever the task. */
export const sliceShortfalls = (
  request: MeasureRequest,
  slice: Slice,
  group: string | null,
): Shortfall[] => {
  if (isRegression(slice)) return regressionShortfalls(request, slice, group);
  return isMulticlass(slice)
    ? multiclassShortfalls(request, slice, group)
    : qualityShortfalls(request, slice, group);
};
