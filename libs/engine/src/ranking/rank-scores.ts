import type { Layout } from '../assembly/layout.js';
import type { CodedCell } from '../assembly/panel-slices.js';
import type { Dataset } from '../dataset/dataset.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import {
  predictionAtHalf,
  unitsOf,
  type Positions,
  type ScoredRelation,
  type Units,
} from '../sql/scored-relation.js';
import { SqlSums } from '../sql/sql-sums.js';
import { cellsOf } from './counted-cells.js';
import type { ScoreSource } from './score-source.js';
import { WalkRounds, type RankOptions } from './walk-rounds.js';
import { addWalks, type CountedTable } from './walk-results.js';

/** A scored table in DuckDB. */
export interface ScoredTable {
  readonly dataset: Dataset;
  readonly relation: ScoredRelation;
  readonly layout: Layout;
  readonly rows: number;
  /** Of a table whose rows may be others than they were taken for, see `guessSurvey`. */
  readonly positions?: Positions;
}

/**
 * Adds ranks, histograms and losses of the version's scores, or the champion's, to a table whose cells are counted.
 *
 * @param onRows told how many rows were read so far
 */
export const rankScores = async (
  table: ScoredTable & CountedTable & { readonly units: Units },
  of: 'version' | 'champion',
  options: RankOptions,
  onRows: (done: number) => void = () => undefined,
): Promise<void> => {
  const { relation } = table;
  const score = (of === 'version' ? relation.score : relation.champion?.score) as string;
  const source: ScoreSource = {
    ...table,
    score,
    marks: relation.label,
    predictsAtHalf: false,
    positions: null,
  };
  const rounds = new WalkRounds(source, false, onRows, options);
  addWalks(table, of, await rounds.run(() => table));
};

/** Whether the rows of a table can be counted as they are ranked: those that count 1 and have no amounts. */
export const countsAsItRanks = ({ score, weight, amount }: ScoredRelation): boolean =>
  score !== null && weight === null && amount === null;

/** What is known of a row that is counted, see `RowBuffer`. */
export const marksOf = ({ label, prediction, champion }: ScoredRelation): string =>
  [label, `2 * ${prediction}`, ...(champion ? [`4 * ${champion.prediction}`] : [])].join(' + ');

/**
 * Counts the cells of a table and ranks the version's scores with one look at the rows.
 *
 * @throws UnexpectedRows if the table was guessed, and wrong
 */
export const countAndRank = async (
  table: ScoredTable,
  options: RankOptions,
  onRows: (done: number) => void = () => undefined,
): Promise<SqlSums> => {
  const { dataset, relation, layout, rows, positions = null } = table;
  const { score, champion } = relation;
  // A look at the score is cheaper here than in SQL, where it takes a column more.
  const predictsAtHalf =
    champion === null && score !== null && relation.prediction === predictionAtHalf(score);
  const source: ScoreSource = {
    ...table,
    units: unitsOf(relation, rows),
    score: score as string,
    marks: predictsAtHalf ? relation.label : marksOf(relation),
    predictsAtHalf,
    positions,
  };
  let sums: SqlSums | undefined;
  const rounds = new WalkRounds(source, true, onRows, options);
  const walks = await rounds.run((counted) => {
    const cells: CodedCell[][] = cellsOf(source, counted);
    const query = (sql: string) => dataset.query(sql);
    sums ??= SqlSums.counted(query, duckdbDialect, relation, layout, rows, cells);
    return sums;
  });
  addWalks(sums as SqlSums, 'version', walks);
  return sums as SqlSums;
};
