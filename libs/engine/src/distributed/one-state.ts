import { SluiceError } from '@sluice/contracts';
import {
  rowsOfSlice,
  type BinarySlice,
  type Grouping,
  type MulticlassSlice,
  type Profile,
  type RegressionSlice,
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
    .every(({ groups }) => total(groups.map(rowsOfSlice)) === profile.rows);
  if (rowsOfSlice(profile.overall) === profile.rows && whole && slices.every(agrees)) return;
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

const agrees = (slice: Slice): boolean => {
  if (!('kind' in slice)) return binaryAgrees(slice);
  return slice.kind === 'regression' ? regressionAgrees(slice) : multiclassAgrees(slice);
};

const binaryAgrees = ({ cells, scores }: BinarySlice): boolean =>
  scores === null ||
  isSame(massOf(cells), total([...scores.version.positives, ...scores.version.negatives]));

const multiclassAgrees = ({ cells, places, rankings }: MulticlassSlice): boolean =>
  (places === null || isSame(massOf(cells), massOf(places))) &&
  (rankings ?? [])
    .filter((ranking) => ranking !== null)
    .every(
      ({ positives, negatives }) =>
        positives + negatives === total(cells.map(({ count }) => count)),
    );

const regressionAgrees = ({ weight, version }: RegressionSlice): boolean => {
  const { zero, positive, negative } = version.sketch;
  return isSame(weight.sum, zero + total(positive.masses) + total(negative.masses));
};

const massOf = (
  cells: readonly { readonly count: number; readonly weight?: { readonly sum: number } }[],
): number => total(cells.map(({ count, weight }) => weight?.sum ?? count));

const isSame = (counted: number, again: number): boolean =>
  Math.abs(counted - again) <= 1e-9 * counted;

const total = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);
