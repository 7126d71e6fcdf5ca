import { delong } from '@sluice/statistics';
import {
  gainShares,
  type BinarySlice,
  type Cell,
  type LossProfile,
  type Losses,
  type Moments,
  type Profile,
  type ProtectedProfile,
  type RankedScores,
  type RankingProfile,
  type ScoreHistogram,
  type ScoreProfile,
} from '../src/profile.js';

/** A row as an engine would count it. True stands for the favorable value. */
export interface Row {
  readonly label: boolean;
  readonly prediction: boolean;
  readonly champion?: boolean;
  readonly score?: number;
  readonly championScore?: number;
  readonly groups: Readonly<Record<string, string>>;
}

/** The profile of a table, made row by row: slow and plain, beside the engine's. */
export const profileOf = (
  rows: readonly Row[],
  columns: readonly string[],
  privileged: Readonly<Record<string, string>> = {},
): Profile => ({
  task: 'binary-classification',
  rows: rows.length,
  overall: sliceOf(rows),
  byColumn: columns.map((column) => groupingOf(rows, [column], privileged[column] ?? null)),
});

/** The groups of a column, or of the intersection of several, by themselves. */
export const groupingOf = (
  rows: readonly Row[],
  columns: readonly string[],
  privileged: string | null = null,
  within: ProtectedProfile['within'] = null,
): ProtectedProfile => {
  const joined = ({ groups }: Row): string =>
    columns.map((column) => groups[column] as string).join(' × ');
  const looked = rows.filter(
    ({ groups }) => within === null || groups[within.column] === within.value,
  );
  return {
    column: columns.join(' × '),
    privileged,
    within,
    groups: [...new Set(looked.map(joined))].sort().map((group) => ({
      group,
      ...sliceOf(looked.filter((row) => joined(row) === group)),
    })),
  };
};

export const sliceOf = (rows: readonly Row[]): BinarySlice => ({
  cells: cellsOf(rows),
  ranking: rankingOf(rows),
  scores: scoresOf(rows),
  losses: lossesOf(rows),
});

/** A slice of which only the predictions are known. */
export const predictionsOnly = (cells: readonly Cell[]): BinarySlice => ({
  cells,
  ranking: null,
  scores: null,
  losses: null,
});

const cellsOf = (rows: readonly Row[]): Cell[] => {
  const cells = new Map<string, Cell>();
  for (const { label, prediction, champion = null } of rows) {
    const key = `${label} ${prediction} ${champion}`;
    const count = (cells.get(key)?.count ?? 0) + 1;
    cells.set(key, { label, prediction, champion, count });
  }
  return [...cells.values()];
};

type Scored = (row: Row) => number | undefined;
const byVersion: Scored = ({ score }) => score;
const byChampion: Scored = ({ championScore }) => championScore;
const allHave = (rows: readonly Row[], scored: Scored): boolean =>
  rows.every((row) => scored(row) !== undefined);

const rankingOf = (rows: readonly Row[]): RankingProfile | null => {
  if (!allHave(rows, byVersion)) return null;
  const of = (label: boolean, score: Scored): Float64Array =>
    Float64Array.from(
      rows.filter((row) => row.label === label),
      (row) => score(row) as number,
    );
  const byClass = (score: Scored) => ({ positives: of(true, score), negatives: of(false, score) });
  const { positives, negatives, first, second, covariance } = delong(
    byClass(byVersion),
    allHave(rows, byChampion) ? byClass(byChampion) : undefined,
  );
  return {
    positives,
    negatives,
    version: { ...first, ...rankedOf(rows, byVersion) },
    champion: second && { ...second, ...rankedOf(rows, byChampion) },
    covariance,
  };
};

/** Threshold by threshold over all rows. */
const rankedOf = (rows: readonly Row[], scored: Scored): Omit<RankedScores, 'auc' | 'variance'> => {
  const score = (row: Row): number => scored(row) as number;
  const positives = rows.filter(({ label }) => label);
  const negatives = rows.filter(({ label }) => !label);
  const thresholds = [...new Set(rows.map(score))].sort((a, b) => b - a);
  const above = (some: readonly Row[], threshold: number): number =>
    some.filter((row) => score(row) >= threshold).length;
  const points = thresholds.map((threshold) => ({
    threshold,
    found: above(positives, threshold),
    selected: above(rows, threshold),
    distance: Math.abs(
      above(positives, threshold) / positives.length -
        above(negatives, threshold) / negatives.length,
    ),
  }));
  const farthest = points.reduce((best, point) => (point.distance > best.distance ? point : best), {
    threshold: NaN,
    distance: -1,
  });
  const captured = (share: number): number => {
    const wanted = share * rows.length;
    const index = points.findIndex(({ selected }) => selected >= wanted - 1e-9);
    const { found, selected } = points[index] as (typeof points)[number];
    const before = points[index - 1] ?? { found: 0, selected: 0 };
    const part = (wanted - before.selected) / (selected - before.selected);
    return (before.found + part * (found - before.found)) / positives.length;
  };
  return {
    averagePrecision:
      positives.length === 0
        ? null
        : points.reduce(
            (sum, { found, selected }, index) =>
              sum +
              ((found - (points[index - 1]?.found ?? 0)) / positives.length) * (found / selected),
            0,
          ),
    kolmogorovSmirnov:
      positives.length === 0 || negatives.length === 0
        ? null
        : { statistic: farthest.distance, score: farthest.threshold },
    gains: positives.length === 0 ? null : gainShares.map(captured),
  };
};

const scoresOf = (rows: readonly Row[]): ScoreProfile | null => {
  if (!allHave(rows, byVersion)) return null;
  return {
    version: histogramOf(rows, byVersion),
    champion: allHave(rows, byChampion) ? histogramOf(rows, byChampion) : null,
  };
};

const inBin = (score: number, bin: number, bins: number): boolean => {
  const scaled = score * bins;
  return scaled >= bin && (bin === bins - 1 ? scaled <= bins : scaled < bin + 1);
};

/** Bin by bin over all rows. */
const histogramOf = (rows: readonly Row[], score: Scored): ScoreHistogram => {
  const counted = Array.from({ length: 1000 }, (_, bin) => {
    const inside = rows.filter((row) => inBin(score(row) as number, bin, 1000));
    const positives = inside.filter(({ label }) => label).length;
    return { bin, positives, negatives: inside.length - positives };
  }).filter(({ positives, negatives }) => positives + negatives > 0);
  return {
    bins: counted.map(({ bin }) => bin),
    positives: counted.map(({ positives }) => positives),
    negatives: counted.map(({ negatives }) => negatives),
    sums: Array.from({ length: 20 }, (_, bin) =>
      rows
        .map((row) => score(row) as number)
        .filter((value) => inBin(value, bin, 20))
        .reduce((sum, value) => sum + value, 0),
    ),
  };
};

const lossesOf = (rows: readonly Row[]): LossProfile | null => {
  if (!allHave(rows, byVersion)) return null;
  const champion = allHave(rows, byChampion);
  return {
    version: lossesBy(rows, (row, loss) => loss(row, byVersion)),
    champion: champion ? lossesBy(rows, (row, loss) => loss(row, byChampion)) : null,
    difference: champion
      ? lossesBy(rows, (row, loss) => loss(row, byVersion) - loss(row, byChampion))
      : null,
  };
};

type Loss = (row: Row, scored: Scored) => number;
const logLoss: Loss = (row, scored) => {
  const clipped = Math.min(1 - 2 ** -52, Math.max(2 ** -52, scored(row) as number));
  return -Math.log(row.label ? clipped : 1 - clipped);
};
const brierLoss: Loss = (row, scored) => ((scored(row) as number) - Number(row.label)) ** 2;

const lossesBy = (rows: readonly Row[], of: (row: Row, loss: Loss) => number): Losses => {
  const moments = (loss: Loss): Moments => ({
    sum: rows.reduce((sum, row) => sum + of(row, loss), 0),
    squares: rows.reduce((sum, row) => sum + of(row, loss) ** 2, 0),
  });
  return { log: moments(logLoss), brier: moments(brierLoss) };
};

export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

export const cellsOfConfusion = ({ tp, fp, fn, tn }: Confusion): Cell[] =>
  [
    { label: true, prediction: true, champion: null, count: tp },
    { label: false, prediction: true, champion: null, count: fp },
    { label: true, prediction: false, champion: null, count: fn },
    { label: false, prediction: false, champion: null, count: tn },
  ].filter(({ count }) => count > 0);

/** A profile of predictions only, of which the confusion is known in each group of one column. */
export const profileOfConfusions = (
  column: string,
  groups: Readonly<Record<string, Confusion>>,
  privileged: string | null = null,
): Profile => {
  const all = Object.values(groups);
  const sum = (key: keyof Confusion): number => all.reduce((total, c) => total + c[key], 0);
  const overall = { tp: sum('tp'), fp: sum('fp'), fn: sum('fn'), tn: sum('tn') };
  return {
    rows: overall.tp + overall.fp + overall.fn + overall.tn,
    task: 'binary-classification',
    overall: predictionsOnly(cellsOfConfusion(overall)),
    byColumn: [
      {
        column,
        privileged,
        within: null,
        groups: Object.entries(groups).map(([group, confusion]) => ({
          group,
          ...predictionsOnly(cellsOfConfusion(confusion)),
        })),
      },
    ],
  };
};

/** Each row several times over. */
export const repeated = (rows: readonly Row[], times: number): Row[] =>
  Array.from({ length: times }, () => rows).flat();
