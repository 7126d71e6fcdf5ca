import {
  drawMultinomial,
  percentileInterval,
  seededRandom,
  type Estimate,
} from '@sluice/statistics';
import type { ClassCell } from './multiclass-slice.js';
import type { WeighedRows } from './weighed-mean.js';

export type ClassPredictor = 'version' | 'champion';

/** What all figures of a confusion are functions of; lists are by class, in the order of the classes. */
export interface Margins {
  readonly total: number;
  /** Rows with the label. */
  readonly labels: readonly number[];
  /** Rows predicted so. */
  readonly predicted: readonly number[];
  /** Rows of which both hold. */
  readonly hits: readonly number[];
}

export const predictedBy = (cell: ClassCell, predictor: ClassPredictor): string => {
  if (predictor === 'version') return cell.prediction;
  if (cell.champion === null) throw new TypeError('The profile holds no champion’s predictions.');
  return cell.champion;
};

/** Σ w of a cell; its rows where they aren't weighted. */
export const massOf = ({ count, weight }: Pick<ClassCell, 'count' | 'weight'>): number =>
  weight?.sum ?? count;

/** Rows that weigh nothing tell nothing, and are none. */
export const weighed = (cells: readonly Pick<ClassCell, 'count' | 'weight'>[]): WeighedRows => ({
  count: cells.reduce((sum, cell) => sum + (massOf(cell) > 0 ? cell.count : 0), 0),
  weight: {
    sum: cells.reduce((sum, cell) => sum + massOf(cell), 0),
    squares: cells.reduce((sum, { count, weight }) => sum + (weight?.squares ?? count), 0),
  },
});

/** Cells with classes as positions, for counting often. */
interface PlacedCells {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly predictions: Readonly<Record<ClassPredictor, readonly number[]>>;
}

const place = (cells: readonly ClassCell[], classes: readonly string[]): PlacedCells => {
  const at = new Map(classes.map((name, index) => [name, index]));
  const of = (name: string): number => at.get(name) as number;
  const predictions = (predictor: ClassPredictor): number[] =>
    cells.map((cell) => of(predictedBy(cell, predictor)));
  const champion = cells.every((cell) => cell.champion !== null);
  return {
    classes: classes.length,
    labels: cells.map(({ label }) => of(label)),
    predictions: {
      version: predictions('version'),
      champion: champion ? predictions('champion') : [],
    },
  };
};

const marginsOf = (
  { classes, labels, predictions }: PlacedCells,
  masses: readonly number[],
  predictor: ClassPredictor,
): Margins => {
  const byLabel = new Array<number>(classes).fill(0);
  const byPrediction = new Array<number>(classes).fill(0);
  const hits = new Array<number>(classes).fill(0);
  let total = 0;
  masses.forEach((mass, index) => {
    const label = labels[index] as number;
    const prediction = predictions[predictor][index] as number;
    total += mass;
    byLabel[label] = (byLabel[label] as number) + mass;
    byPrediction[prediction] = (byPrediction[prediction] as number) + mass;
    if (label === prediction) hits[label] = (hits[label] as number) + mass;
  });
  return { total, labels: byLabel, predicted: byPrediction, hits };
};

/** Rows by label and prediction, of those that are weighted their weights. */
export const classMargins = (
  cells: readonly ClassCell[],
  classes: readonly string[],
  predictor: ClassPredictor,
): Margins => marginsOf(place(cells, classes), cells.map(massOf), predictor);

/** A figure of one confusion; NaN where it is 0/0. */
export type MarginStatistic = (margins: Margins) => number;

interface Draws {
  readonly placed: PlacedCells;
  readonly tables: readonly (readonly number[])[];
  readonly margins: Partial<Record<ClassPredictor, readonly Margins[]>>;
}

/** Metrics of one slice share the draws: drawing takes longer than what follows. */
const drawn = new WeakMap<readonly ClassCell[], Draws>();

/** Beyond so many cells fewer replicates have to do. */
const cellsOfFewReplicates = 400;

/**
 * Rows added to what tables are drawn from, over cells of errors and of disagreement: or the interval of a model without
 * an error would be a point, as if so many rows could show that there is never one. As `multinomialBootstrap` has it.
 */
const rowsUnseen = 2;

const unseenCells = (cells: readonly ClassCell[], classes: readonly string[]): ClassCell[] => {
  const champion = cells.some((cell) => cell.champion !== null);
  return classes.flatMap((label, at) => {
    const other = classes[(at + 1) % classes.length] as string;
    return [
      { label, prediction: other, champion: champion ? label : null, count: 0 },
      { label, prediction: label, champion: champion ? other : null, count: 0 },
    ];
  });
};

/**
 * Tables of as many rows drawn from the cells; of weighted rows, of their effective number. The same cells give the same
 * draws.
 */
const drawsOf = (cells: readonly ClassCell[], classes: readonly string[]): Draws => {
  const known = drawn.get(cells);
  if (known) return known;
  const { weight } = weighed(cells);
  const rows = Math.max(1, Math.round((weight.sum * weight.sum) / weight.squares));
  const random = seededRandom([cells.length, rows, ...cells.map(({ count }) => count)]);
  const replicates = cells.length > cellsOfFewReplicates ? 500 : 2000;
  const scale = rows / weight.sum;
  const unseen = unseenCells(cells, classes);
  const masses = [
    ...cells.map((cell) => scale * massOf(cell)),
    ...unseen.map(() => rowsUnseen / unseen.length),
  ];
  const made: Draws = {
    placed: place([...cells, ...unseen], classes),
    tables: Array.from({ length: replicates }, () => drawMultinomial(rows, masses, random)),
    margins: {},
  };
  drawn.set(cells, made);
  return made;
};

const drawnMargins = (draws: Draws, predictor: ClassPredictor): readonly Margins[] => {
  const margins = draws.margins as Partial<Record<ClassPredictor, readonly Margins[]>>;
  return (margins[predictor] ??= draws.tables.map((table) =>
    marginsOf(draws.placed, table, predictor),
  ));
};

/**
 * A figure of the confusion, or of version − champion, with an interval from tables drawn from the cells.
 *
 * @param range of the figure that is asked for
 */
export const resampledFigure = (
  cells: readonly ClassCell[],
  classes: readonly string[],
  of: ClassPredictor | 'difference',
  statistic: MarginStatistic,
  { level, range }: { readonly level: number; readonly range: readonly [number, number] },
): Estimate => {
  const draws = drawsOf(cells, classes);
  const predictors: readonly ClassPredictor[] =
    of === 'difference' ? ['version', 'champion'] : [of];
  const combined = (values: readonly number[]): number =>
    values.length === 2 ? (values[0] as number) - (values[1] as number) : (values[0] as number);
  const estimate = combined(
    predictors.map((predictor) => statistic(classMargins(cells, classes, predictor))),
  );
  const replicates = predictors.map((predictor) => drawnMargins(draws, predictor).map(statistic));
  const values = draws.tables.map((_, index) =>
    combined(replicates.map((list) => list[index] as number)),
  );
  // The figures are drawn already: of each table, which is named by its position, its own.
  const positions = values.map((_, index) => [index]);
  const { interval } = percentileInterval(
    { counts: [-1], tables: positions, smoothing: 1 },
    ([position = -1]) => (position === -1 ? estimate : (values[position] as number)),
    { range: [range[0], range[1]], level },
  );
  return { estimate, interval, n: weighed(cells).count };
};
