import { SluiceError } from '@sluice/contracts';
import { mergeLossProfiles, mergeMoments } from '../merge-losses.js';
import { mergeScores, rankingOfRuns, rowsByLabel } from '../merge-ranking.js';
import type { ScoreProfile } from '../profile.js';
import { rowsOfClass } from './class-auc.js';
import type { ClassCell, MulticlassSlice, PlaceCell } from './multiclass-slice.js';

/**
 * The statistics of the rows of all parts together: cells, places, losses and scores add up, and the
 * ranks of the whole are those of its scores, where these are known each by itself.
 *
 * @throws SluiceError `invalid_data` when some parts have a champion's predictions or weights and others don't
 */
export const mergeMulticlassSlices = (parts: readonly MulticlassSlice[]): MulticlassSlice => {
  const filled = parts.filter(({ cells }) => cells.length > 0);
  const told = filled.length > 0 ? filled : parts.slice(0, 1);
  const kept = [
    ['a champion’s predictions', ({ champion }: ClassCell) => champion !== null],
    ['weights', ({ weight }: ClassCell) => weight !== undefined],
  ] as const;
  for (const [what, has] of kept)
    if (new Set(filled.map(({ cells }) => cells.some(has))).size > 1)
      throw new SluiceError(
        'invalid_data',
        `A profile with ${what} cannot be merged with one without.`,
      );
  const ofVersion = new Set(
    parts.flatMap(({ classes, championClasses = [] }) =>
      classes.filter((name) => !championClasses.includes(name)),
    ),
  );
  const championClasses = [...new Set(parts.flatMap((part) => part.championClasses ?? []))]
    .filter((name) => !ofVersion.has(name))
    .sort(byCodeUnits);
  const classes = [...new Set(parts.flatMap((part) => part.classes))].sort(byCodeUnits);
  const cells = added(
    parts.flatMap((part) => part.cells),
    ({ label, prediction, champion }) => JSON.stringify([label, prediction, champion]),
  );
  const scores = told.every((part) => part.scores !== null)
    ? classes.map((name) => scoresOf(told, name))
    : null;
  return {
    kind: 'multiclass',
    ...(championClasses.length > 0 && { championClasses }),
    classes,
    cells,
    places: told.every(({ places }) => places !== null)
      ? added(
          told.flatMap(({ places }) => places as readonly PlaceCell[]),
          ({ version, champion }) => JSON.stringify([version, champion]),
        )
      : null,
    losses: told.every(({ losses }) => losses !== null)
      ? mergeLossProfiles(told.map(({ losses }) => losses as NonNullable<typeof losses>))
      : null,
    rankings:
      scores &&
      scores.map((each, at) =>
        each?.runs
          ? rankingOfRuns(rowsByLabel(rowsOfClass(cells, classes[at] as string)), each.runs)
          : null,
      ),
    scores,
  };
};

/** The scores of a class; null when a part has none for it. */
const scoresOf = (parts: readonly MulticlassSlice[], name: string): ScoreProfile | null => {
  const own = parts.map(({ classes, scores }) => scores?.[classes.indexOf(name)] ?? null);
  const all = own.filter((each) => each !== null);
  return all.length === own.length ? mergeScores(all) : null;
};

/** In one order, whatever that of the parts. */
const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Counted = Pick<ClassCell, 'count' | 'weight'>;

const added = <Cell extends Counted>(
  cells: readonly Cell[],
  keyOf: (cell: Cell) => string,
): Cell[] => {
  const merged = new Map<string, Cell>();
  for (const cell of cells) {
    const known = merged.get(keyOf(cell));
    merged.set(keyOf(cell), known === undefined ? cell : addedCell(known, cell));
  }
  return [...merged].sort(([a], [b]) => byCodeUnits(a, b)).map(([, cell]) => cell);
};

const addedCell = <Cell extends Counted>(one: Cell, other: Cell): Cell => ({
  ...one,
  count: one.count + other.count,
  ...(one.weight && other.weight && { weight: mergeMoments([one.weight, other.weight]) }),
});
