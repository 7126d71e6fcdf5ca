import {
  sketchBin,
  smallestError,
  type ErrorSketch,
  type SketchBins,
} from '../src/tasks/error-sketch.js';
import type { ClassCell, MulticlassSlice, PlaceCell } from '../src/tasks/multiclass-slice.js';
import type { ErrorMoments, RegressionSlice } from '../src/tasks/regression-slice.js';
import type { BinarySlice, Losses, Moments, ScoreProfile } from '../src/profile.js';
import { sliceOf } from './profiles.js';

/** A row of a regression. */
export interface NumberRow {
  readonly label: number;
  readonly version: number;
  readonly champion?: number;
  readonly weight?: number;
}

/** The slice of some rows, summed up one by one: what the engine has SQL for. */
export const regressionSlice = (rows: readonly NumberRow[]): RegressionSlice => {
  const total = (of: (row: NumberRow) => number): number =>
    rows.reduce((sum, row) => sum + (row.weight ?? 1) * of(row), 0);
  const moments = (of: (row: NumberRow) => number): Moments => ({
    sum: total(of),
    squares: total((row) => of(row) ** 2),
  });
  const center = rows[0]?.label ?? 0;
  const over = (d: number): number => Math.max(d, 0);
  const under = (d: number): number => Math.max(-d, 0);
  const share = (d: number, { label }: NumberRow): number =>
    label === 0 ? 0 : Math.abs(d / label);
  const first = (row: NumberRow): number => row.version - row.label;
  const second = (row: NumberRow): number => (row.champion as number) - row.label;
  const errorsOf = (
    d: (row: NumberRow) => number,
    prediction: (row: NumberRow) => number,
  ): ErrorMoments => ({
    prediction: moments((row) => prediction(row) - center),
    over: moments((row) => over(d(row))),
    under: moments((row) => under(d(row))),
    fourth: total((row) => d(row) ** 4),
    squaredByLabel: [
      total((row) => d(row) ** 2 * (row.label - center)),
      total((row) => d(row) ** 2 * (row.label - center) ** 2),
    ],
    relative: moments((row) => share(d(row), row)),
    largest: rows.reduce((most, row) => Math.max(most, Math.abs(d(row))), 0),
    sketch: sketchOf(rows, d),
  });
  const champion = rows.every((row) => row.champion !== undefined)
    ? errorsOf(second, (row) => row.champion as number)
    : null;
  return {
    kind: 'regression',
    count: rows.length,
    weight: {
      sum: total(() => 1),
      squares: rows.reduce((sum, { weight = 1 }) => sum + weight * weight, 0),
    },
    center,
    label: [
      total(({ label }) => label - center),
      total(({ label }) => (label - center) ** 2),
      total(({ label }) => (label - center) ** 3),
      total(({ label }) => (label - center) ** 4),
    ],
    zeroLabels: rows.filter(({ label }) => label === 0).length,
    version: errorsOf(first, (row) => row.version),
    champion,
    shared: champion && {
      overOver: total((row) => over(first(row)) * over(second(row))),
      overUnder: total((row) => over(first(row)) * under(second(row))),
      underOver: total((row) => under(first(row)) * over(second(row))),
      underUnder: total((row) => under(first(row)) * under(second(row))),
      squared: total((row) => first(row) ** 2 * second(row) ** 2),
      relative: total((row) => share(first(row), row) * share(second(row), row)),
      predictions: total((row) => (row.version - center) * ((row.champion as number) - center)),
    },
  };
};

const sketchOf = (rows: readonly NumberRow[], d: (row: NumberRow) => number): ErrorSketch => {
  const binned = (sign: 1 | -1): SketchBins => {
    const masses = new Map<number, number>();
    for (const row of rows) {
      const size = sign * d(row);
      if (size < smallestError) continue;
      const bin = sketchBin(size);
      masses.set(bin, (masses.get(bin) ?? 0) + (row.weight ?? 1));
    }
    const bins = [...masses.keys()].sort((a, b) => a - b);
    return { bins, masses: bins.map((bin) => masses.get(bin) as number) };
  };
  const none = rows.filter((row) => Math.abs(d(row)) < smallestError);
  return {
    zero: none.reduce((sum, { weight = 1 }) => sum + weight, 0),
    positive: binned(1),
    negative: binned(-1),
  };
};

/** A row of several classes, which are numbered, with the scores of each for both models or for neither. */
export interface ClassRow {
  readonly label: number;
  readonly version: readonly number[];
  readonly champion: readonly number[];
}

const best = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));

/** Rows as two classes, of which the first holds or not, with a score for it. */
const asTwo = (
  rows: readonly ClassRow[],
  holds: (label: number, predicted: number) => boolean,
  scoreOf: (scores: readonly number[]) => number,
): BinarySlice =>
  sliceOf(
    rows.map(({ label, version, champion }) => ({
      label: holds(label, best(version)),
      prediction: holds(best(version), best(version)),
      champion: holds(best(champion), best(version)),
      score: scoreOf(version),
      championScore: scoreOf(champion),
      groups: {},
    })),
  );

const highest = (scores: readonly number[]): number => Math.max(...scores);

/** What a slice holds of scores beside those of the label. */
const scoresOf = (
  rows: readonly ClassRow[],
  classes: readonly string[],
): Pick<MulticlassSlice, 'rankings' | 'scores' | 'classLosses' | 'confidence' | 'pooled'> => {
  const own = classes.map((_, at) =>
    asTwo(
      rows,
      (label) => label === at,
      (scores) => scores[at] as number,
    ),
  );
  const sure = (models: readonly ClassRow[]): ScoreProfile =>
    asTwo(models, (label, predicted) => label === predicted, highest).scores as ScoreProfile;
  const theirs = rows.map(({ label, champion }) => ({ label, version: champion, champion }));
  // A row for each class, with the class for the only one.
  const listed = rows.flatMap(({ label, version, champion }) =>
    classes.map((_, at) => ({
      label: Number(label !== at),
      version: [version[at] as number],
      champion: [champion[at] as number],
    })),
  );
  return {
    rankings: own.map(({ ranking }) => ranking),
    scores: own.map(({ scores }) => scores),
    classLosses: own.map(({ losses }) => losses),
    confidence: { version: sure(rows).version, champion: sure(theirs).version },
    pooled: asTwo(listed, (label) => label === 0, highest),
  };
};

/** The slice of some rows. */
export const multiclassSlice = (
  rows: readonly ClassRow[],
  classes: readonly string[],
): MulticlassSlice => {
  const cells = new Map<string, ClassCell>();
  const places = new Map<string, PlaceCell>();
  const placeOf = (scores: readonly number[], label: number): number =>
    1 + scores.filter((s, at) => at !== label && s >= (scores[label] as number)).length;
  for (const { label, version, champion } of rows) {
    const cell = {
      label: classes[label] as string,
      prediction: classes[best(version)] as string,
      champion: classes[best(champion)] as string,
    };
    const place = { version: placeOf(version, label), champion: placeOf(champion, label) };
    const [cellKey, placeKey] = [JSON.stringify(cell), JSON.stringify(place)];
    cells.set(cellKey, { ...cell, count: (cells.get(cellKey)?.count ?? 0) + 1 });
    places.set(placeKey, { ...place, count: (places.get(placeKey)?.count ?? 0) + 1 });
  }
  const log = (scores: readonly number[], label: number): number =>
    -Math.log(scores[label] as number);
  const brier = (scores: readonly number[], label: number): number =>
    scores.reduce((sum, s, at) => sum + (s - Number(at === label)) ** 2, 0);
  const moments = (of: (row: ClassRow) => number): Moments => ({
    sum: rows.reduce((sum, row) => sum + of(row), 0),
    squares: rows.reduce((sum, row) => sum + of(row) ** 2, 0),
  });
  const losses = (of: (row: ClassRow, loss: typeof log) => number): Losses => ({
    log: moments((row) => of(row, log)),
    brier: moments((row) => of(row, brier)),
  });
  return {
    kind: 'multiclass',
    classes,
    cells: [...cells.values()],
    places: [...places.values()],
    losses: {
      version: losses(({ version, label }, loss) => loss(version, label)),
      champion: losses(({ champion, label }, loss) => loss(champion, label)),
      difference: losses(
        ({ version, champion, label }, loss) => loss(version, label) - loss(champion, label),
      ),
    },
    ...scoresOf(rows, classes),
  };
};
