import { SluiceError } from '@sluice/contracts';
import type { BinarySlice, BinaryProfile } from '@sluice/evaluation';

/**
 * Each query of a profile sees the table as it is then. What several of them count must agree: a table that is written
 * to meanwhile gives figures that no state of it has.
 *
 * @throws SluiceError `invalid_data` when rows, groups or score bins don't add up to the same
 */
export const requireOneState = (profile: BinaryProfile, file: string): void => {
  const slices = [profile.overall, ...profile.byColumn.flatMap(({ groups }) => groups)];
  const rowsOf = ({ cells }: BinarySlice): number => total(cells.map(({ count }) => count));
  const agrees = ({ cells, scores }: BinarySlice): boolean => {
    if (scores === null) return true;
    const counted = total(cells.map(({ count, weight }) => weight?.sum ?? count));
    const binned = total([...scores.version.positives, ...scores.version.negatives]);
    return Math.abs(counted - binned) <= 1e-9 * counted;
  };
  const whole = profile.byColumn
    .filter(({ within }) => within === null)
    .every(({ groups }) => total(groups.map(rowsOf)) === profile.rows);
  if (rowsOf(profile.overall) === profile.rows && whole && slices.every(agrees)) return;
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

const total = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);
