import { rowsByLabel, type RowsByLabel } from '../merge-ranking.js';
import type { BinarySlice, Moments, ScoreProfile, Slice } from '../profile.js';
import { isRight } from '../tasks/class-shares.js';
import type { MulticlassSlice } from '../tasks/multiclass-slice.js';
import { cellsOfClass, ownClasses, pooledCells } from '../tasks/one-against-all.js';
import type { ErrorMoments, RegressionSlice } from '../tasks/regression-slice.js';

/**
 * Whether what a slice tells more than once agrees: rows by label are as many, or weigh the same, in counts, bins, runs,
 * rankings and sketches. It doesn't where the rows changed between two queries, or the profile after it was made.
 */
export const sliceAgrees = (slice: Slice): boolean => {
  if (!('kind' in slice)) return binaryAgrees(slice);
  return slice.kind === 'regression' ? regressionAgrees(slice) : multiclassAgrees(slice);
};

const binaryAgrees = ({ cells, scores, ranking }: BinarySlice): boolean => {
  const rows = rowsByLabel(cells);
  return scoresAgree(scores, rows) && rankingAgrees(ranking, rows);
};

const multiclassAgrees = (slice: MulticlassSlice): boolean => {
  const { classes, cells, places, rankings, scores, classLosses = null } = slice;
  const lists = [rankings, scores, classLosses].filter((list) => list !== null);
  if (lists.some((list) => list.length !== classes.length)) return false;
  if (places !== null && !isSame(massOf(places), massOf(cells))) return false;
  const ofClasses = classes.every((name, at) => {
    const rows = rowsByLabel(cellsOfClass(cells, name));
    return scoresAgree(scores?.[at] ?? null, rows) && rankingAgrees(rankings?.[at] ?? null, rows);
  });
  return ofClasses && confidenceAgrees(slice) && pooledAgrees(slice);
};

/** Of each model, by whether it is right. */
const confidenceAgrees = ({ cells, confidence = null }: MulticlassSlice): boolean =>
  (['version', 'champion'] as const).every((predictor) => {
    const scores = confidence?.[predictor] ?? null;
    if (scores === null) return true;
    const right = cells.map((cell) => ({ ...cell, label: isRight(true)(cell, predictor) }));
    return scoresAgree({ version: scores, champion: null }, rowsByLabel(right));
  });

const pooledAgrees = (slice: MulticlassSlice): boolean => {
  const { cells, pooled = null } = slice;
  if (pooled === null) return true;
  const rows = rowsByLabel(pooledCells(cells, ownClasses(slice).length));
  return scoresAgree(pooled.scores, rows) && rankingAgrees(pooled.ranking, rows);
};

const regressionAgrees = ({ weight, version, champion }: RegressionSlice): boolean =>
  [version, ...(champion === null ? [] : [champion])].every(({ sketch }: ErrorMoments) => {
    const { zero, positive, negative } = sketch;
    return isSame(zero + total(positive.masses) + total(negative.masses), weight.sum);
  });

const scoresAgree = (scores: ScoreProfile | null, rows: RowsByLabel): boolean => {
  if (scores === null) return true;
  const { version, champion, runs } = scores;
  const sketches = [version, champion, runs?.version, runs?.champion, runs?.pairs];
  const { positives, negatives } = rows.weights ?? rows;
  return sketches.every(
    (sketch) =>
      sketch == null ||
      (isSame(total(sketch.positives), sumOf(positives)) &&
        isSame(total(sketch.negatives), sumOf(negatives))),
  );
};

const rankingAgrees = (ranking: BinarySlice['ranking'], rows: RowsByLabel): boolean =>
  ranking === null ||
  (ranking.positives === rows.positives && ranking.negatives === rows.negatives);

const sumOf = (mass: number | Moments): number => (typeof mass === 'number' ? mass : mass.sum);

const massOf = (cells: readonly { readonly count: number; readonly weight?: Moments }[]): number =>
  total(cells.map(({ count, weight }) => weight?.sum ?? count));

/** Sums of many weights lose a few digits. */
const isSame = (again: number, counted: number): boolean =>
  Math.abs(counted - again) <= 1e-9 * counted;

const total = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);
