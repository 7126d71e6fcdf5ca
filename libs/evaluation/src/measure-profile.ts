import {
  acrossDefinitions,
  metricDefinition,
  SluiceError,
  type Across,
  type Measure,
} from '@sluice/contracts';
import { acrossMeasure } from './fairness/across.js';
import { conditionalDisparityMeasure } from './fairness/demographic-disparity.js';
import { fairnessMeasure } from './fairness/fairness-measure.js';
import { individualMeasure } from './fairness/individual-measure.js';
import type { MeasureRequest } from './measure.js';
import { mergedSlices } from './merge-profiles.js';
import type { Grouping, Profile, Slice, TableProfile } from './profile.js';
import { qualityMeasure } from './quality/quality-measure.js';
import { acrossFormOf } from './tasks/across-forms.js';
import { taskMeasure } from './tasks/task-measure.js';
import { valueMeasure } from './value/value-measure.js';

/**
 * The figure that a request asks for. Always a measure: where there is no value, it says why.
 *
 * @throws SluiceError `invalid_request` when the profile has no such column, group or stratum
 */
export const measureProfile = (profile: Profile, request: MeasureRequest): Measure => {
  const { metric, by, within, across } = request;
  const form = acrossFormOf(profile.task, metric);
  if (form !== undefined) {
    const { across: _, ...measure } = measureProfile(profile, { ...request, ...form });
    return { ...measure, metric };
  }
  const { kind, needsControl } = metricDefinition(metric);
  if (across !== undefined)
    return acrossMeasure({ ...request, across }, columnOf<Slice>(profile, by, within), () =>
      overallOf<Slice>(profile, request),
    );
  if (profile.task !== 'binary-classification') return taskMeasure(profile, request);
  if (needsControl)
    return conditionalDisparityMeasure(request, strataOf(profile, by, within?.column));
  switch (kind) {
    case 'fairness':
      return fairnessMeasure(request, columnOf(profile, by, within));
    case 'quality':
      return qualityMeasure(request, sliceOf(profile, request));
    case 'individual':
      return individualMeasure(request, profile);
    case 'value':
      return valueMeasure(request, sliceOf(profile, request), profile.rows);
    case 'drift':
      throw new TypeError(`${metric} compares two tables, and a profile is of one.`);
  }
};

type Place = Pick<MeasureRequest, 'by' | 'group' | 'within'>;

/** The rows of a group, or all rows when the request names none. */
export const sliceOf = <Own extends Slice>(
  profile: TableProfile<string, Own>,
  { by, group, within }: Place,
): Own => {
  if (by === null) return profile.overall;
  const { groups } = columnOf(profile, by, within);
  const slice = groups.find((candidate) => candidate.group === group);
  if (!slice)
    throw new SluiceError('invalid_request', `The column ${by} has no group ${group} in the data.`);
  return slice;
};

/** What groups are compared with when it is all rows: those of the table, or of the stratum. */
export const overallOf = <Own extends Slice>(
  profile: TableProfile<string, Own>,
  { by, within }: Place,
): Own => {
  if (within === undefined) return profile.overall;
  const { overall, groups } = columnOf(profile, by, within);
  return overall ?? (mergedSlices(groups) as Own);
};

export const columnOf = <Own>(
  profile: TableProfile<string, Own>,
  by: string | null,
  within?: Measure['within'],
): Grouping<Own> => {
  const column = profile.byColumn.find(
    (candidate) =>
      candidate.column === by &&
      candidate.within?.column === within?.column &&
      candidate.within?.value === within?.value,
  );
  if (!column)
    throw new SluiceError(
      'invalid_request',
      within === undefined
        ? `The profile has no protected column ${by}.`
        : `The profile has no protected column ${by} within ${within.column} = ${within.value}.`,
    );
  return column;
};

/** The groups of a column among the rows of each value of a control column. */
export const strataOf = <Own>(
  profile: TableProfile<string, Own>,
  by: string | null,
  control: string | undefined,
): Grouping<Own>[] =>
  profile.byColumn.filter(
    ({ column, within }) => column === by && within !== null && within.column === control,
  );

/** Whether a request is for each group of a column rather than for all together. */
export const isPerGroup = (request: {
  readonly metric: Measure['metric'];
  readonly across?: Across | undefined;
}): boolean => {
  const { kind, perGroup } = metricDefinition(request.metric);
  if (request.across !== undefined) return acrossDefinitions[request.across].perGroup === true;
  return kind !== 'fairness' || perGroup === true;
};
