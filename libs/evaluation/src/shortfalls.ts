import { metricDefinition } from '@sluice/contracts';
import { acrossShortfalls } from './fairness/across.js';
import { conditionalDisparityShortfalls } from './fairness/demographic-disparity.js';
import { fairnessShortfalls, isFairness } from './fairness/fairness-measure.js';
import { groupStatisticShortfalls, isGroupStatistic } from './fairness/group-statistics.js';
import type { MeasureRequest, Shortfall } from './measure.js';
import { columnOf, overallOf, sliceOf, strataOf } from './measure-profile.js';
import type { Profile } from './profile.js';
import { qualityShortfalls } from './quality/quality-measure.js';
import { valueShortfalls } from './value/value-measure.js';

/** The rows that a figure lacks, by group or stratum; none when there are rows enough. */
export const shortfallsOf = (profile: Profile, request: MeasureRequest): Shortfall[] => {
  const { metric, by, within, across } = request;
  if (across !== undefined)
    return acrossShortfalls({ ...request, across }, columnOf(profile, by, within), () =>
      overallOf(profile, request),
    );
  if (metricDefinition(metric).needsControl)
    return conditionalDisparityShortfalls(request, strataOf(profile, by, within?.column));
  if (isGroupStatistic(metric))
    return groupStatisticShortfalls(request, metric, columnOf(profile, by, within));
  if (metricDefinition(metric).kind === 'value')
    return valueShortfalls(request, sliceOf(profile, request), request.group);
  return isFairness(metric)
    ? fairnessShortfalls(request, columnOf(profile, by, within))
    : qualityShortfalls(request, sliceOf(profile, request), request.group);
};
