import { delong } from '@sluice/statistics';
import type {
  Cell,
  Profile,
  RankingProfile,
  ScoreHistogram,
  ScoreProfile,
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
  rows: rows.length,
  overall: cellsOf(rows),
  ranking: rankingOf(rows),
  scores: scoresOf(rows),
  byColumn: columns.map((column) => ({
    column,
    privileged: privileged[column] ?? null,
    groups: [...new Set(rows.map(({ groups }) => groups[column] as string))].sort().map((group) => {
      const own = rows.filter(({ groups }) => groups[column] === group);
      return { group, cells: cellsOf(own), ranking: rankingOf(own), scores: scoresOf(own) };
    }),
  })),
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

const rankingOf = (rows: readonly Row[]): RankingProfile | null => {
  if (rows.some(({ score }) => score === undefined)) return null;
  const of = (label: boolean, score: (row: Row) => number | undefined): Float64Array =>
    Float64Array.from(
      rows.filter((row) => row.label === label),
      (row) => score(row) as number,
    );
  const byClass = (score: (row: Row) => number | undefined) => ({
    positives: of(true, score),
    negatives: of(false, score),
  });
  const championToo = rows.every(({ championScore }) => championScore !== undefined);
  const { positives, negatives, first, second, covariance } = delong(
    byClass(({ score }) => score),
    championToo ? byClass(({ championScore }) => championScore) : undefined,
  );
  return { positives, negatives, version: first, champion: second, covariance };
};

const scoresOf = (rows: readonly Row[]): ScoreProfile | null => {
  if (rows.some(({ score }) => score === undefined)) return null;
  return {
    version: histogramOf(rows, ({ score }) => score),
    champion: rows.every(({ championScore }) => championScore !== undefined)
      ? histogramOf(rows, ({ championScore }) => championScore)
      : null,
  };
};

/** Bin by bin over all rows. */
const histogramOf = (
  rows: readonly Row[],
  score: (row: Row) => number | undefined,
): ScoreHistogram => {
  const counted = Array.from({ length: 1000 }, (_, bin) => {
    const inside = rows.filter((row) => {
      const scaled = (score(row) as number) * 1000;
      return scaled >= bin && (bin === 999 ? scaled <= 1000 : scaled < bin + 1);
    });
    const positives = inside.filter(({ label }) => label).length;
    return { bin, positives, negatives: inside.length - positives };
  }).filter(({ positives, negatives }) => positives + negatives > 0);
  return {
    bins: counted.map(({ bin }) => bin),
    positives: counted.map(({ positives }) => positives),
    negatives: counted.map(({ negatives }) => negatives),
  };
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
    overall: cellsOfConfusion(overall),
    ranking: null,
    scores: null,
    byColumn: [
      {
        column,
        privileged,
        groups: Object.entries(groups).map(([group, confusion]) => ({
          group,
          cells: cellsOfConfusion(confusion),
          ranking: null,
          scores: null,
        })),
      },
    ],
  };
};

/** Each row several times over. */
export const repeated = (rows: readonly Row[], times: number): Row[] =>
  Array.from({ length: times }, () => rows).flat();
