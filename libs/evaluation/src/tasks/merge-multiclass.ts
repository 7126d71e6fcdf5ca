import { SluiceError } from '@sluice/contracts';
import { inAll, mergeLossProfiles, mergeMoments } from '../merge-losses.js';
import { mergeScores, rankingOfRuns, rowsByLabel } from '../merge-ranking.js';
import type { LossProfile, ScoreProfile } from '../profile.js';
import type { ClassCell, MulticlassSlice, PlaceCell } from './multiclass-slice.js';
import { cellsOfClass, ownClasses, pooledCells } from './one-against-all.js';

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
          ? rankingOfRuns(rowsByLabel(cellsOfClass(cells, classes[at] as string)), each.runs)
          : null,
      ),
    scores,
    ...ofAllParts(told, 'classLosses', (parts) => classes.map((name) => lossesOf(parts, name))),
    ...ofAllParts(told, 'confidence', (parts) =>
      mergeScores(parts.map(({ confidence }) => confidence as ScoreProfile)),
    ),
    ...ofAllParts(told, 'pooled', (parts) => pooledOf(parts, cells)),
  };
};

/** What a profile has since it was made to: absent when a part has it not, null when a part has no scores. */
const ofAllParts = <Key extends 'classLosses' | 'confidence' | 'pooled'>(
  parts: readonly MulticlassSlice[],
  key: Key,
  merged: (parts: readonly MulticlassSlice[]) => MulticlassSlice[Key],
): Partial<Pick<MulticlassSlice, Key>> => {
  if (parts.some((part) => part[key] === undefined)) return {};
  const own = parts.every((part) => part[key] !== null) ? merged(parts) : null;
  return { [key]: own } as Partial<Pick<MulticlassSlice, Key>>;
};

/** The losses of a class; null when a part has none for it. */
const lossesOf = (parts: readonly MulticlassSlice[], name: string): LossProfile | null => {
  const own = parts.map(({ classes, classLosses }) => classLosses?.[classes.indexOf(name)] ?? null);
  return inAll(own, mergeLossProfiles);
};

/** One list of the scores of all classes, which have to be the same ones in all parts. */
const pooledOf = (
  parts: readonly MulticlassSlice[],
  cells: readonly ClassCell[],
): MulticlassSlice['pooled'] => {
  const known = new Set(parts.map((part) => JSON.stringify(ownClasses(part))));
  const scores = inAll(
    parts.map(({ pooled }) => pooled?.scores ?? null),
    mergeScores,
  );
  const [first] = parts;
  if (known.size > 1 || scores === null || first === undefined) return null;
  const rows = rowsByLabel(pooledCells(cells, ownClasses(first).length));
  return { ranking: scores.runs ? rankingOfRuns(rows, scores.runs) : null, scores };
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
