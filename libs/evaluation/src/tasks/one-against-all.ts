import { mergeHistograms } from '../curves/score-histogram.js';
import { mergeCells } from '../merge-cells.js';
import type { BinarySlice, Cell, Moments, ScoreHistogram } from '../profile.js';
import { massOf, weighed } from './class-confusion.js';
import type { ClassCell, MulticlassSlice } from './multiclass-slice.js';

/** Metrics of a class share its slice, and what is remembered of that, as long as there is the whole. */
const known = new WeakMap<MulticlassSlice, Map<string, BinarySlice>>();

const remembered = (slice: MulticlassSlice, key: string, make: () => BinarySlice): BinarySlice => {
  const ofSlice = known.get(slice) ?? new Map<string, BinarySlice>();
  known.set(slice, ofSlice);
  const made = ofSlice.get(key) ?? make();
  ofSlice.set(key, made);
  return made;
};

/**
 * The rows of several classes as two: one class, which takes the place of the favorable label, and all others together. What
 * holds of two classes then holds of each of several.
 */
export const oneAgainstAll = (slice: MulticlassSlice, name: string): BinarySlice =>
  remembered(slice, `class ${name}`, () => {
    const at = slice.classes.indexOf(name);
    return {
      cells: cellsOfClass(slice.cells, name),
      ranking: slice.rankings?.[at] ?? null,
      scores: slice.scores?.[at] ?? null,
      losses: slice.classLosses?.[at] ?? null,
    };
  });

/** Rows by whether they are of a class, and whether they are predicted to be. */
export const cellsOfClass = (cells: readonly ClassCell[], name: string): Cell[] =>
  mergeCells([
    cells.map(({ label, prediction, champion, ...counted }) => ({
      ...counted,
      label: label === name,
      prediction: prediction === name,
      champion: champion === null ? null : champion === name,
    })),
  ]);

/** Classes that labels have or the version knows. */
export const ownClasses = ({ classes, championClasses = [] }: MulticlassSlice): string[] =>
  classes.filter((name) => !championClasses.includes(name));

/** Rows as right, each with the score of the class that it is predicted to be of: its confidence. */
export const confidenceSlice = (slice: MulticlassSlice): BinarySlice =>
  remembered(slice, 'confidence', () => ({
    cells: [wholeCell(slice, 1)],
    ranking: null,
    scores: slice.confidence ?? null,
    losses: null,
  }));

/**
 * A row for each row and class, with the score of the class and whether the row is of it. The ranks of so many scores don't
 * follow from those of the classes, and have a place of their own in the slice; null where that is empty.
 */
export const pooledSlice = (slice: MulticlassSlice): BinarySlice | null => {
  const { pooled } = slice;
  if (pooled == null) return null;
  return remembered(slice, 'pooled', () => ({
    cells: pooledCells(slice.cells, ownClasses(slice).length),
    ranking: pooled.ranking,
    scores: pooled.scores,
    losses: null,
  }));
};

/** Of each row, one of the class that it is of and one of each other. */
export const pooledCells = (cells: readonly ClassCell[], classes: number): Cell[] => {
  const { count, weight } = weighed(cells);
  const times = (label: boolean, factor: number): Cell => ({
    label,
    prediction: label,
    champion: null,
    count: factor * count,
    ...(cells.some((cell) => cell.weight !== undefined) && { weight: scaled(weight, factor) }),
  });
  return [times(true, 1), times(false, classes - 1)];
};

/**
 * The scores of all classes together, for their calibration: histograms of classes add up. The scores of a row go together,
 * so that all of them count as one row. null where those of a class aren't known.
 */
export const pooledHistograms = (slice: MulticlassSlice): BinarySlice | null => {
  const all = ownClasses(slice).map((name) => oneAgainstAll(slice, name).scores);
  const scores = all.filter((each) => each !== null);
  if (scores.length < all.length || all.length === 0) return null;
  return remembered(slice, 'histograms', () => {
    const champions = scores.map(({ champion }) => champion);
    return {
      cells: [wholeCell(slice, scores.length)],
      ranking: null,
      scores: {
        version: mergeHistograms(scores.map(({ version }) => version)),
        champion: champions.includes(null) ? null : mergeHistograms(champions as ScoreHistogram[]),
      },
      losses: null,
    };
  });
};

/** All rows, each as heavy as so many, and no more telling than one. */
const wholeCell = ({ cells }: MulticlassSlice, factor: number): Cell => {
  const { count, weight } = weighed(cells);
  return {
    label: true,
    prediction: true,
    champion: null,
    count,
    weight: { sum: factor * weight.sum, squares: factor * factor * weight.squares },
  };
};

const scaled = ({ sum, squares }: Moments, factor: number): Moments => ({
  sum: factor * sum,
  squares: factor * squares,
});

/** Σ w of the rows of a class. */
export const massOfClass = ({ cells }: MulticlassSlice, name: string): number =>
  cells.filter(({ label }) => label === name).reduce((sum, cell) => sum + massOf(cell), 0);
