import { mostRuns, scoreBins } from '@sluice/evaluation/scores';
import type { HistogramSums, SliceSums } from '../assembly/profile-sums.js';
import type { Dialect } from './dialect.js';
import type { ScoreName } from './histogram-sql.js';
import {
  distinctSql,
  evenRanges,
  logarithm,
  pairCountSql,
  pairsSql,
  partsSql,
  plainPlace,
  scoresSql,
  someRanges,
  type PartedRange,
  type PartedScores,
} from './runs-sql.js';
import type { ScoredRelation, Units } from './scored-relation.js';
import type { ResultRow } from './sql-sums.js';

/** What is asked of a table, and how its rows fall into slices. */
export interface RunSource {
  readonly relation: ScoredRelation;
  readonly units: Units;
  readonly dialect: Dialect;
  readonly rows: number;
  /** Combinations of codes, over all panels. */
  readonly combinations: number;
  /** By slice; the first is of all rows. */
  readonly sums: readonly SliceSums[];
  readonly query: (sql: string) => Promise<readonly ResultRow[]>;
  /** Hands each row of a query that is grouped by codes to the slices that it belongs to. */
  readonly eachRow: (
    sql: (own: ScoredRelation) => string,
    add: (sums: SliceSums, row: ResultRow) => void,
  ) => Promise<void>;
}

/** Σ w of the scores from `low` to `high`, in units of weight. */
export interface RunSum {
  low: number;
  high: number;
  positives: number;
  negatives: number;
}

/** Rows of a result that may be had at once. */
const mostResults = 2 ** 20;
/** Parts that all scores are cut into; each has about as many rows. */
const usualParts = 4096;
/** Ranges that are cut again in one query, and how often. */
const mostRanges = 16;
const mostRounds = 8;
/** Narrower ranges aren't cut: their scales would leave the range of numbers. */
const narrowest = 1e-290;

/**
 * Adds the runs of the version's scores, or the champion's, to each slice.
 *
 * Few distinct scores are counted each by itself. More are cut into parts: each of the histogram's bins into as many as it has
 * rows for, and what is still too heavy again, down to single scores. Each cut is one grouping of the rows by a few thousand
 * parts, without a sort, and the parts are the same in every engine.
 */
export const addRuns = async (source: RunSource, of: 'version' | 'champion'): Promise<void> => {
  const score: ScoreName = of === 'version' ? 's' : 't';
  const runs = (await isFew(source, score))
    ? await singleScores(source, score)
    : await partedScores(source, score, source.sums[0]?.histograms[of] as HistogramSums);
  for (const sums of source.sums) sums.runs[of] = [...(runs.get(sums)?.values() ?? [])];
};

/** Adds the pairs of both scores to each slice, unless there are too many. */
export const addPairs = async (source: RunSource): Promise<void> => {
  const { relation, units, dialect, rows, query } = source;
  if (!(await isFew(source, 's')) || !(await isFew(source, 't'))) return;
  if (rows > mostRuns) {
    const [count] = await query(pairCountSql(relation, units, dialect));
    if (Number(count?.['n']) > mostRuns) return;
  }
  for (const sums of source.sums) sums.runs.pairs = [];
  await source.eachRow(
    (own) => pairsSql(own, units, dialect),
    ({ runs }, row) =>
      runs.pairs?.push({
        first: Number(row['s']),
        second: Number(row['t']),
        positives: Number(row['pk']),
        negatives: Number(row['nk']),
      }),
  );
};

/** Whether scores can be counted each by itself: in every slice, or nearly so. */
const isFew = async (source: RunSource, score: ScoreName): Promise<boolean> => {
  const { relation, units, dialect, rows, combinations, query } = source;
  const most = Math.min(2 * mostRuns, mostResults / combinations);
  if (rows <= 2 * mostRuns) return true;
  const [count] = await query(distinctSql(relation, score, units, dialect));
  return Number(count?.['n']) <= most;
};

type RunsBySlice = Map<SliceSums, Map<string, RunSum>>;

const singleScores = async (source: RunSource, score: ScoreName): Promise<RunsBySlice> => {
  const runs: RunsBySlice = new Map();
  await source.eachRow(
    (own) => scoresSql(own, score, source.units, source.dialect),
    (sums, row) => add(runs, sums, String(row['lo']), row),
  );
  return runs;
};

const partedScores = async (
  source: RunSource,
  score: ScoreName,
  { mass }: HistogramSums,
): Promise<RunsBySlice> => {
  const runs: RunsBySlice = new Map();
  const all = mass.reduce((sum, each) => sum + each, 0);
  const parts = Math.max(1, Math.min(usualParts, Math.floor(mostResults / source.combinations)));
  let cut: PartedScores | null = {
    ranges: Array.from({ length: scoreBins }, (_, bin): PartedRange => {
      const own = (mass[bin] as number) + (mass[scoreBins + bin] as number);
      return range(bin / scoreBins, 1 / scoreBins, Math.ceil((parts * own) / all));
    }),
    rangeOf: evenRanges(scoreBins),
    placeOf: plainPlace,
  };
  for (let round = 1; cut !== null; round += 1) {
    const now: PartedScores = cut;
    await source.eachRow(
      (own) => partsSql(own, score, now, source.units, source.dialect),
      (sums, row) => add(runs, sums, `${round} ${row['i']} ${row['j']}`, row),
    );
    cut = round < mostRounds ? cutAgain(runs, source.sums[0] as SliceSums, all / parts) : null;
  }
  return runs;
};

/**
 * What of all rows is heavier than twice what a part should be, taken out to be cut again; null when nothing is. First what
 * spans orders of magnitude, by logarithms: those of two engines may differ in the last digit, and so may the cuts, but not
 * what the runs between them say.
 */
const cutAgain = (runs: RunsBySlice, whole: SliceSums, usual: number): PartedScores | null => {
  const heavy = [...(runs.get(whole) ?? [])]
    .filter(([, run]) => run.high - run.low > narrowest && massOf(run) > 2 * usual)
    .toSorted(([, a], [, b]) => massOf(b) - massOf(a));
  const wide = heavy.filter(([, { low, high }]) => high > 8 * Math.max(0, low));
  const [chosen, place] = wide.length > 0 ? [wide, logarithm] : [heavy, plain];
  const taken = chosen.slice(0, mostRanges);
  if (taken.length === 0) return null;
  for (const own of runs.values()) for (const [key] of taken) own.delete(key);
  return {
    ranges: taken.map(([, run]) => {
      const [low, high] = [place.of(run.low), place.of(run.high)];
      return range(low, Math.max(narrowest, high - low), Math.ceil(massOf(run) / usual));
    }),
    rangeOf: someRanges(taken.map(([, { low, high }]) => [low, high])),
    placeOf: place.sql,
  };
};

const plain = { sql: plainPlace, of: (score: number): number => score };
const massOf = ({ positives, negatives }: RunSum): number => positives + negatives;

const range = (low: number, width: number, parts: number): PartedRange => ({
  low,
  scale: Math.max(1, parts) / width,
});

const add = (runs: RunsBySlice, sums: SliceSums, key: string, row: ResultRow): void => {
  const ofSlice = runs.get(sums) ?? new Map<string, RunSum>();
  runs.set(sums, ofSlice);
  const run = {
    low: Number(row['lo']),
    high: Number(row['hi']),
    positives: Number(row['pk']),
    negatives: Number(row['nk']),
  };
  const known = ofSlice.get(key);
  if (known === undefined) {
    ofSlice.set(key, run);
    return;
  }
  known.low = Math.min(known.low, run.low);
  known.high = Math.max(known.high, run.high);
  known.positives += run.positives;
  known.negatives += run.negatives;
};
