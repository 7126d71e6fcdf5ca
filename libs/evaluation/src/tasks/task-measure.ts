import { metricDefinition, type Measure } from '@sluice/contracts';
import type { MeasureRequest, Shortfall } from '../measure.js';
import { columnOf, sliceOf } from '../measure-profile.js';
import type { Slice } from '../profile.js';
import { classFairnessMeasure, classFairnessShortfalls } from './class-fairness.js';
import type { MulticlassProfile } from './multiclass-slice.js';
import type { RegressionProfile } from './regression-slice.js';
import { sliceMeasure, sliceShortfalls } from './slice-measure.js';

/** The figure that a request asks for, of several classes or of a regression; `across` comes before. */
export const taskMeasure = (
  profile: MulticlassProfile | RegressionProfile,
  request: MeasureRequest,
): Measure =>
  isOverGroups(profile, request)
    ? classFairnessMeasure(request, columnOf(profile, request.by, request.within))
    : sliceMeasure(request, sliceOf<Slice>(profile, request));

/** The rows that it lacks. */
export const taskShortfalls = (
  profile: MulticlassProfile | RegressionProfile,
  request: MeasureRequest,
): Shortfall[] =>
  isOverGroups(profile, request)
    ? classFairnessShortfalls(request, columnOf(profile, request.by, request.within))
    : sliceShortfalls(request, sliceOf<Slice>(profile, request), request.group);

const isOverGroups = (
  profile: MulticlassProfile | RegressionProfile,
  { metric }: MeasureRequest,
): profile is MulticlassProfile =>
  profile.task === 'multiclass-classification' && metricDefinition(metric).kind === 'fairness';
