import { metricDefinition, SluiceError, type Measure } from '@sluice/contracts';
import { fairnessMeasure } from './fairness/fairness-measure.js';
import type { MeasureRequest } from './measure.js';
import type { BinarySlice, Profile, ProtectedProfile } from './profile.js';
import { qualityMeasure } from './quality/quality-measure.js';
import { valueMeasure } from './value/value-measure.js';

/**
 * The figure that a request asks for. Always a measure: where there is no value, it says why.
 *
 * @throws SluiceError `invalid_request` when the profile has no such column or group
 */
export const measureProfile = (profile: Profile, request: MeasureRequest): Measure => {
  switch (metricDefinition(request.metric).kind) {
    case 'fairness':
      return fairnessMeasure(request, columnOf(profile, request.by));
    case 'quality':
      return qualityMeasure(request, sliceOf(profile, request));
    case 'value':
      return valueMeasure(request, sliceOf(profile, request), profile.rows);
  }
};

/** The rows of a group, or all rows when the request names none. */
export const sliceOf = (
  profile: Profile,
  { by, group }: Pick<MeasureRequest, 'by' | 'group'>,
): BinarySlice => {
  if (by === null) return profile.overall;
  const slice = columnOf(profile, by).groups.find((candidate) => candidate.group === group);
  if (!slice)
    throw new SluiceError('invalid_request', `The column ${by} has no group ${group} in the data.`);
  return slice;
};

export const columnOf = (profile: Profile, by: string | null): ProtectedProfile => {
  const column = profile.byColumn.find((candidate) => candidate.column === by);
  if (!column)
    throw new SluiceError('invalid_request', `The profile has no protected column ${by}.`);
  return column;
};
