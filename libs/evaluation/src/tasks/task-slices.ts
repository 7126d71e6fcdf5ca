import type { BinaryProfile, BinarySlice, Profile, Slice } from '../profile.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import type { RegressionSlice } from './regression-slice.js';

/** Slices of two classes have no kind: they came first. */
export const isRegression = (slice: Slice): slice is RegressionSlice =>
  'kind' in slice && slice.kind === 'regression';
export const isMulticlass = (slice: Slice): slice is MulticlassSlice =>
  'kind' in slice && slice.kind === 'multiclass';

/** @throws TypeError for the profile of another task */
export const binaryOf = (profile: Profile): BinaryProfile => {
  if (profile.task !== 'binary-classification')
    throw new TypeError(`A profile of ${profile.task} has no rates of two classes.`);
  return profile;
};

/** Keeps the type of a slice that has a name. */
export const isBinary = <Some extends Slice>(slice: Some): slice is Some & BinarySlice =>
  !isRegression(slice) && !isMulticlass(slice);

/** Rows of a slice, whatever they weigh. */
export const rowsOfSlice = (slice: Slice): number =>
  isRegression(slice)
    ? slice.count
    : (slice.cells as readonly { readonly count: number }[]).reduce(
        (sum, { count }) => sum + count,
        0,
      );

/** Whether a slice holds figures of a champion. */
export const hasChampionIn = (slice: Slice): boolean =>
  isRegression(slice)
    ? slice.champion !== null
    : (slice.cells as readonly { readonly champion: unknown }[]).every(
        ({ champion }) => champion !== null,
      );
