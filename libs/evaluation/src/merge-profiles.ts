import { SluiceError } from '@sluice/contracts';
import { mergeCells } from './merge-cells.js';
import { inAll, mergeLossProfiles } from './merge-losses.js';
import { mergeScores, rankingOfRuns, rowsByLabel } from './merge-ranking.js';
import type { BinarySlice, Cell, Grouping, Profile, Slice } from './profile.js';
import { mergeMulticlassSlices } from './tasks/merge-multiclass.js';
import { mergePredicted, mergeRegressionSlices } from './tasks/merge-regression.js';
import { isMulticlass, isRegression } from './tasks/task-slices.js';

/**
 * One profile of several tables, as if their rows stood in one: counts add up, and a group that one table lacks is
 * taken from the others.
 *
 * Ranks don't add up: the AUC of a whole isn't known from those of its parts. What adds up are the runs of their scores, and
 * while each is a single score they give the ranking of the whole, exactly. Where there are too many, or a part has none, the
 * ranking is null, and what rests on it is estimated from the runs, or from the bins of the scores, with a bound of the error.
 * Histograms and losses of scores do add up; where a part has rows and no scores, the whole has none either. A single profile
 * is returned as it is.
 *
 * @throws SluiceError `invalid_data` without profiles, when they have different protected columns or privileged
 *   groups, or when some have a champion's predictions, weights or amounts and others don't
 */
export const mergeProfiles = <Own extends Profile>(profiles: readonly Own[]): Own => {
  const [first, ...others] = profiles;
  if (!first) throw new SluiceError('invalid_data', 'There are no profiles to merge.');
  if (others.length === 0) return first;
  for (const other of others) requireAlike(first, other);
  const merged = {
    task: first.task,
    rows: profiles.reduce((sum, { rows }) => sum + rows, 0),
    overall: mergedSlices(profiles.map(({ overall }) => overall)),
    byColumn: groupingsOf(profiles).map(mergeGroupings),
    ...ofTask(profiles),
  };
  // All parts are of one task, and so are the slices that were merged.
  return merged as Profile as Own;
};

/** What a profile holds of all rows beside its slices. */
const ofTask = (profiles: readonly Profile[]) => {
  const predicted = profiles.flatMap((profile) =>
    profile.task === 'regression' ? [profile.predicted] : [],
  );
  const classes = profiles.flatMap((profile) =>
    profile.task === 'multiclass-classification' ? profile.classes : [],
  );
  return {
    ...(predicted.length > 0 && { predicted: mergePredicted(predicted) }),
    ...(classes.length > 0 && { classes: [...new Set(classes)].sort(byCodeUnits) }),
  };
};

const requireAlike = (first: Profile, other: Profile): void => {
  if (first.task !== other.task)
    throw new SluiceError('invalid_data', 'Profiles of different tasks cannot be merged.');
  const columns = ({ byColumn }: Profile): string =>
    JSON.stringify([
      ...new Set(
        byColumn.map(({ column, privileged, within }) =>
          JSON.stringify([column, privileged, within?.column]),
        ),
      ),
    ]);
  if (columns(first) !== columns(other))
    throw new SluiceError(
      'invalid_data',
      'Profiles with different protected columns or privileged groups cannot be merged.',
    );
  // Slices of other tasks see to it themselves.
  if (first.task !== 'binary-classification' || other.task !== 'binary-classification') return;
  const kept = [
    ['a champion’s predictions', ({ champion }: Cell) => champion !== null],
    ['weights', ({ weight }: Cell) => weight !== undefined],
    ['amounts', ({ amount }: Cell) => amount !== undefined],
  ] as const;
  const filled = [first, other].filter(({ overall }) => overall.cells.length > 0);
  for (const [what, has] of kept)
    if (new Set(filled.map(({ overall }) => overall.cells.some(has))).size > 1)
      throw new SluiceError(
        'invalid_data',
        `A profile with ${what} cannot be merged with one without.`,
      );
};

/** The parts of each grouping: strata of a control column are in some parts and not in others. */
const groupingsOf = (profiles: readonly Profile[]): Grouping<Slice>[][] => {
  const parts = new Map<string, Grouping<Slice>[]>();
  for (const grouping of profiles.flatMap<Grouping<Slice>>(({ byColumn }) => byColumn)) {
    const key = JSON.stringify([grouping.column, grouping.within]);
    parts.set(key, [...(parts.get(key) ?? []), grouping]);
  }
  return [...parts.values()];
};

const mergeGroupings = (parts: readonly Grouping<Slice>[]): Grouping<Slice> => {
  const { column, privileged, within } = parts[0] as Grouping<Slice>;
  const groups = new Set(parts.flatMap((part) => part.groups.map(({ group }) => group)));
  const wholes = parts.map(({ overall }) => overall).filter((each) => each !== undefined);
  return {
    column,
    privileged,
    within,
    ...(within !== null && wholes.length === parts.length && { overall: mergedSlices(wholes) }),
    groups: [...groups].toSorted(byCodeUnits).map((group) => {
      const own = parts.flatMap((part) =>
        part.groups.filter((candidate) => candidate.group === group),
      );
      return { group, ...mergedSlices(own) };
    }),
  };
};

/** The statistics of the rows of all parts together, whatever their task, which is the same for all. */
export const mergedSlices = (parts: readonly Slice[]): Slice => {
  if (parts.every(isRegression)) return mergeRegressionSlices(parts);
  return parts.every(isMulticlass)
    ? mergeMulticlassSlices(parts)
    : mergeSlices(parts as readonly BinarySlice[]);
};

/** The rows of several slices together. */
export const mergeSlices = (parts: readonly BinarySlice[]): BinarySlice => {
  // A part without rows has nothing to say, not even whether there are scores.
  const filled = parts.filter(({ cells }) => cells.length > 0);
  const told = filled.length > 0 ? filled : parts.slice(0, 1);
  const cells = mergeCells(parts.map((part) => part.cells));
  const scores = inAll(
    told.map((part) => part.scores),
    mergeScores,
  );
  return {
    cells,
    ranking: scores?.runs ? rankingOfRuns(rowsByLabel(cells), scores.runs) : null,
    scores,
    losses: inAll(
      told.map(({ losses }) => losses),
      mergeLossProfiles,
    ),
  };
};

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
