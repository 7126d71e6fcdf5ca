import { delong, mergePairedScores, mergeScoreRuns, type ScoreRuns } from '@sluice/statistics';
import {
  gainShares,
  mostRuns,
  type BinarySlice,
  type Cell,
  type LossProfile,
  type Losses,
  type Moments,
  type BinaryProfile as Profile,
  type ProtectedProfile,
  type RankedScores,
  type RankingProfile,
  type RunProfile,
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
  /** 1 unless told otherwise; a table names weights, and amounts, in all of its rows or in none. */
  readonly weight?: number;
  readonly amount?: number;
  readonly groups: Readonly<Record<string, string>>;
}

/** The profile of a table, made row by row: slow and plain, beside the engine's. */
export const profileOf = (
  rows: readonly Row[],
  columns: readonly string[],
  privileged: Readonly<Record<string, string>> = {},
  mergeable = false,
): Profile => ({
  task: 'binary-classification',
  rows: rows.length,
  overall: sliceOf(rows, mergeable),
  byColumn: columns.map((column) =>
    groupingOf(rows, [column], privileged[column] ?? null, null, mergeable),
  ),
});

/** The groups of a column, or of the intersection of several, by themselves. */
export const groupingOf = (
  rows: readonly Row[],
  columns: readonly string[],
  privileged: string | null = null,
  within: ProtectedProfile['within'] = null,
  mergeable = false,
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
    ...(within === null ? {} : { overall: sliceOf(looked, mergeable) }),
    groups: [...new Set(looked.map(joined))].sort().map((group) => ({
      group,
      ...sliceOf(
        looked.filter((row) => joined(row) === group),
        mergeable,
      ),
    })),
  };
};

/** @param mergeable whether it keeps what ranks of merged profiles need */
export const sliceOf = (rows: readonly Row[], mergeable = false): BinarySlice => ({
  cells: cellsOf(rows),
  ranking: rankingOf(rows),
  scores: scoresOf(rows, mergeable),
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
  for (const { label, prediction, champion = null, weight, amount } of rows) {
    const key = `${label} ${prediction} ${champion}`;
    const known = cells.get(key);
    const w = weight ?? 1;
    cells.set(key, {
      label,
      prediction,
      champion,
      count: (known?.count ?? 0) + 1,
      ...(weight !== undefined && { weight: plus(known?.weight, w, w * w) }),
      ...(amount !== undefined && { amount: plus(known?.amount, w * amount, w * amount ** 2) }),
    });
  }
  return [...cells.values()];
};

const plus = (known: Moments | undefined, sum: number, squares: number): Moments => ({
  sum: (known?.sum ?? 0) + sum,
  squares: (known?.squares ?? 0) + squares,
});

const weigh = ({ weight = 1 }: Row): number => weight;
const weightIn = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + weigh(row), 0);
const hasWeights = (rows: readonly Row[]): boolean =>
  rows.some(({ weight }) => weight !== undefined);

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
  if (hasWeights(rows)) return weightedRankingOf(rows);
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

/** As DeLong has it, with each row counted by its weight; variances are those of weighted components. */
const weightedRankingOf = (rows: readonly Row[]): RankingProfile => {
  const [positives, negatives] = [
    rows.filter((row) => row.label),
    rows.filter((row) => !row.label),
  ];
  const momentsOf = (some: readonly Row[]): Moments =>
    some.map(weigh).reduce((known, w) => plus(known, w, w * w), { sum: 0, squares: 0 });
  const components = (scored: Scored): [number[], number[]] => {
    const won = (up: Row, down: Row): number =>
      (Math.sign((scored(up) as number) - (scored(down) as number)) + 1) / 2;
    const mean = (some: readonly Row[], of: (row: Row) => number): number =>
      some.reduce((sum, row) => sum + weigh(row) * of(row), 0) / weightIn(some);
    return [
      positives.map((up) => mean(negatives, (down) => won(up, down))),
      negatives.map((down) => mean(positives, (up) => won(up, down))),
    ];
  };
  const bothWeigh = weightIn(positives) > 0 && weightIn(negatives) > 0;
  const covary = (some: readonly Row[], a: readonly number[], b: readonly number[]) => {
    const all = weightIn(some);
    const { squares } = momentsOf(some);
    const size = (all * all) / squares;
    const mean = (of: (index: number) => number): number =>
      some.reduce((sum, row, index) => sum + weigh(row) * of(index), 0) / all;
    const [ma, mb] = [mean((i) => a[i] as number), mean((i) => b[i] as number)];
    // One row alone is a size of 1, but for rounding.
    return size > 1 + 1e-12 && bothWeigh
      ? (mean((i) => ((a[i] as number) - ma) * ((b[i] as number) - mb)) * size) / (size - 1)
      : null;
  };
  const version = components(byVersion);
  const champion = allHave(rows, byChampion) ? components(byChampion) : null;
  const ranked = ([up, down]: [number[], number[]], scored: Scored): RankedScores => ({
    auc: bothWeigh
      ? up.reduce((sum, v, i) => sum + weigh(positives[i] as Row) * v, 0) / weightIn(positives)
      : null,
    variance: { positive: covary(positives, up, up), negative: covary(negatives, down, down) },
    ...rankedOf(rows, scored),
  });
  return {
    positives: positives.length,
    negatives: negatives.length,
    weights: { positives: momentsOf(positives), negatives: momentsOf(negatives) },
    version: ranked(version, byVersion),
    champion: champion && ranked(champion, byChampion),
    covariance: champion && {
      positive: covary(positives, version[0], champion[0]),
      negative: covary(negatives, version[1], champion[1]),
    },
  };
};

/** Threshold by threshold over all rows. */
const rankedOf = (rows: readonly Row[], scored: Scored): Omit<RankedScores, 'auc' | 'variance'> => {
  const score = (row: Row): number => scored(row) as number;
  const [allPositive, allNegative] = [true, false].map((label) =>
    weightIn(rows.filter((row) => row.label === label)),
  ) as [number, number];
  const all = allPositive + allNegative;
  // From the highest score down, with what weighs as much and more.
  let [found, selected] = [0, 0];
  const points: { threshold: number; found: number; selected: number; distance: number }[] = [];
  const weighing = rows.filter((row) => weigh(row) > 0);
  for (const row of weighing.toSorted((a, b) => score(b) - score(a))) {
    found += row.label ? weigh(row) : 0;
    selected += weigh(row);
    if (points.at(-1)?.threshold === score(row)) points.pop();
    const distance = Math.abs(found / allPositive - (selected - found) / allNegative);
    points.push({ threshold: score(row), found, selected, distance });
  }
  const farthest = points.reduce((best, point) => (point.distance > best.distance ? point : best), {
    threshold: NaN,
    distance: -1,
  });
  const captured = (share: number): number => {
    const wanted = share * all;
    const index = points.findIndex(({ selected }) => selected >= wanted - 1e-9 * all);
    const { found, selected } = points[index] as (typeof points)[number];
    const before = points[index - 1] ?? { found: 0, selected: 0 };
    const part = (wanted - before.selected) / (selected - before.selected);
    return (before.found + part * (found - before.found)) / allPositive;
  };
  return {
    averagePrecision:
      allPositive === 0
        ? null
        : points.reduce(
            (sum, { found, selected }, index) =>
              sum + ((found - (points[index - 1]?.found ?? 0)) / allPositive) * (found / selected),
            0,
          ),
    kolmogorovSmirnov:
      allPositive === 0 || allNegative === 0
        ? null
        : { statistic: farthest.distance, score: farthest.threshold },
    gains: allPositive === 0 ? null : gainShares.map(captured),
  };
};

const scoresOf = (rows: readonly Row[], mergeable: boolean): ScoreProfile | null => {
  if (!allHave(rows, byVersion)) return null;
  return {
    version: histogramOf(rows, byVersion),
    champion: allHave(rows, byChampion) ? histogramOf(rows, byChampion) : null,
    ...(mergeable && { runs: runsOf(rows) }),
  };
};

const runsOf = (rows: readonly Row[]): RunProfile => {
  const massOf = (label: boolean): number[] =>
    rows.map((row) => (row.label === label ? weigh(row) : 0));
  const [positives, negatives] = [massOf(true), massOf(false)];
  const of = (scored: Scored): ScoreRuns => {
    const scores = rows.map((row) => scored(row) as number);
    return mergeScoreRuns([{ low: scores, high: scores, positives, negatives }], mostRuns);
  };
  if (!allHave(rows, byChampion)) return { version: of(byVersion), champion: null, pairs: null };
  const pairs = {
    first: rows.map((row) => row.score as number),
    second: rows.map((row) => row.championScore as number),
    positives,
    negatives,
  };
  return {
    version: of(byVersion),
    champion: of(byChampion),
    pairs: mergePairedScores([pairs], mostRuns),
  };
};

const inBin = (score: number, bin: number, bins: number): boolean => {
  const scaled = score * bins;
  return (
    bin >= 0 &&
    bin < bins &&
    scaled >= bin &&
    (bin === bins - 1 ? scaled <= bins : scaled < bin + 1)
  );
};

/** Bin by bin over all rows. */
const histogramOf = (rows: readonly Row[], score: Scored): ScoreHistogram => {
  const byBin = new Map<number, Row[]>();
  for (const row of rows) {
    const near = Math.floor((score(row) as number) * 1000);
    const bin = [near - 1, near, near + 1].find((each) => inBin(score(row) as number, each, 1000));
    // A score that misses [0, 1] belongs to the bin at that end.
    const place = bin ?? (near < 0 ? 0 : 999);
    const inside = byBin.get(place) ?? [];
    inside.push(row);
    byBin.set(place, inside);
  }
  const counted = [...byBin.entries()]
    .filter(([, inside]) => weightIn(inside) > 0)
    .sort(([one], [other]) => one - other)
    .map(([bin, inside]) => ({
      bin,
      positives: inside.filter(({ label }) => label),
      negatives: inside.filter(({ label }) => !label),
    }));
  const amountIn = (some: readonly Row[]): number =>
    some.reduce((sum, row) => sum + weigh(row) * (row.amount ?? 0), 0);
  return {
    bins: counted.map(({ bin }) => bin),
    positives: counted.map(({ positives }) => weightIn(positives)),
    negatives: counted.map(({ negatives }) => weightIn(negatives)),
    sums: Array.from({ length: 20 }, (_, bin) =>
      [...byBin]
        .flatMap(([place, inside]) => (Math.floor(place / 50) === bin ? inside : []))
        .reduce((sum, row) => sum + weigh(row) * (score(row) as number), 0),
    ),
    ...(rows.some(({ amount }) => amount !== undefined) && {
      amounts: {
        positives: counted.map(({ positives }) => amountIn(positives)),
        negatives: counted.map(({ negatives }) => amountIn(negatives)),
      },
    }),
    byLabel: {
      positives: scoreMoments(rows, score, true),
      negatives: scoreMoments(rows, score, false),
    },
  };
};

const scoreMoments = (rows: readonly Row[], score: Scored, label: boolean): Moments => {
  const own = rows.filter((row) => row.label === label);
  return {
    sum: own.reduce((sum, row) => sum + weigh(row) * (score(row) as number), 0),
    squares: own.reduce((sum, row) => sum + weigh(row) * (score(row) as number) ** 2, 0),
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
    sum: rows.reduce((sum, row) => sum + weigh(row) * of(row, loss), 0),
    squares: rows.reduce((sum, row) => sum + weigh(row) * of(row, loss) ** 2, 0),
  });
  return { log: moments(logLoss), brier: moments(brierLoss) };
};

export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** @param weights of the rows of each outcome, where they are weighted */
export const cellsOfConfusion = (
  { tp, fp, fn, tn }: Confusion,
  weights?: Readonly<Record<keyof Confusion, Moments>>,
): Cell[] =>
  [
    { label: true, prediction: true, champion: null, count: tp, weight: weights?.tp },
    { label: false, prediction: true, champion: null, count: fp, weight: weights?.fp },
    { label: true, prediction: false, champion: null, count: fn, weight: weights?.fn },
    { label: false, prediction: false, champion: null, count: tn, weight: weights?.tn },
  ]
    .filter(({ count }) => count > 0)
    .map(({ weight, ...cell }) => ({ ...cell, ...(weight && { weight }) }));

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

/** For tests that make profiles elsewhere. */
export { measureProfile } from '../src/measure-profile.js';
