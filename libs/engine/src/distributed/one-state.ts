import { SluiceError } from '@sluice/contracts';
import {
  rowsOfSlice,
  sliceAgrees,
  type Grouping,
  type Profile,
  type Slice,
} from '@sluice/evaluation';

/**
 * Each query of a profile sees the table as it is then. What several of them count must agree: a table that is written
 * to meanwhile gives figures that no state of it has.
 *
 * @throws SluiceError `invalid_data` when rows, groups, score bins, places or errors don't add up to the same
 */
export const requireOneState = (profile: Profile, file: string): void => {
  const groupings = profile.byColumn as readonly Grouping<Slice>[];
  const slices: Slice[] = [profile.overall, ...groupings.flatMap(({ groups }) => groups)];
  const whole = groupings
    .filter(({ within }) => within === null)
    .every(
      ({ groups }) => groups.reduce((sum, slice) => sum + rowsOfSlice(slice), 0) === profile.rows,
    );
  if (rowsOfSlice(profile.overall) === profile.rows && whole && slices.every(sliceAgrees)) return;
  const message = 'the table changed while it was being read';
  throw new SluiceError('invalid_data', `The dataset cannot be evaluated: ${message}.`, {
    faults: [
      {
        file,
        path: 'data.evaluation',
        message,
        hint: 'Evaluate a table that nothing writes to meanwhile.',
      },
    ],
  });
};
