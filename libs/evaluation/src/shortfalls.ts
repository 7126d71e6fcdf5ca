import { metricDefinition } from '@sluice/contracts';
import { acrossShortfalls } from './fairness/across.js';
import { conditionalDisparityShortfalls } from './fairness/demographic-disparity.js';
import { fairnessShortfalls, isFairness } from './fairness/fairness-measure.js';
import { individualShortfalls } from './fairness/individual-measure.js';
import { groupStatisticShortfalls, isGroupStatistic } from './fairness/group-statistics.js';
import type { MeasureRequest, Shortfall } from './measure.js';
import { columnOf, overallOf, sliceOf, strataOf } from './measure-profile.js';
import type { Profile, Slice } from './profile.js';
import { qualityShortfalls } from './quality/quality-measure.js';
import { spelledOut } from './tasks/across-forms.js';
import { taskShortfalls } from './tasks/task-measure.js';
import { valueShortfalls } from './value/value-measure.js';

/** The rows that a figure lacks, by group or stratum; none when there are rows enough. */
export const shortfallsOf = (profile: Profile, asked: MeasureRequest): Shortfall[] => {
  const request = spelledOut(profile.task, asked);
  const { metric, by, within, across } = request;
  if (across !== undefined)
    return acrossShortfalls({ ...request, across }, columnOf<Slice>(profile, by, within), () =>
      overallOf<Slice>(profile, request),
    );
  if (profile.task !== 'binary-classification') return taskShortfalls(profile, request);
  if (metricDefinition(metric).needsControl)
    return conditionalDisparityShortfalls(request, strataOf(profile, by, within?.column));
  if (isGroupStatistic(metric))
    return groupStatisticShortfalls(request, metric, columnOf(profile, by, within));
  if (metricDefinition(metric).kind === 'individual') return individualShortfalls(request, profile);
  if (metricDefinition(metric).kind === 'value')
    return valueShortfalls(request, sliceOf(profile, request), request.group);
  return isFairness(metric)
    ? fairnessShortfalls(request, columnOf(profile, by, within))
    : qualityShortfalls(request, sliceOf(profile, request), request.group);
};
