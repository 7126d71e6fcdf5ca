import { mostRowsHere } from '../here-handle.js';
import { panelsOf } from '../assembly/layout.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { unitsOf } from '../sql/scored-relation.js';
import { SqlSums } from '../sql/sql-sums.js';
import { cellsOf } from './counted-cells.js';
import { addPairs, countedOf } from './pair-results.js';
import { bytesOf, type PairShapes } from './pair-arena.js';
import { mostPaired } from './pair-products.js';
import { PairRounds, type PairOptions } from './pair-rounds.js';
import { countsAsItRanks, marksOf, type ScoredTable } from './rank-scores.js';
import type { ScoreSource } from './score-source.js';
import { addWalks } from './walk-results.js';

/** More threads would wait for the one that reads. */
const usualOptions: PairOptions = { threads: 2, rowsPerBucket: 2 ** 13 };
const optionsHere: PairOptions = { ...usualOptions, threads: 1, isHere: true };

/** What rows may take in memory together. The same on every machine: SQL has other logarithms, to the last digit. */
const mostBytes = 2 ** 30;

/** Whether rows have two scores, and fit into memory to be ranked by both at once. */
export const ranksAsPair = (
  table: Pick<ScoredTable, 'relation' | 'layout' | 'rows'>,
  most = mostBytes,
): boolean => {
  const { relation, rows } = table;
  if (relation.score === null || relation.champion?.score == null) return false;
  const { read, ranked } = shapesOf(table);
  return rows <= mostPaired && rows * Math.max(bytesOf(read), bytesOf(ranked)) <= most;
};

/**
 * Counts a table's cells, and takes ranks, histograms and losses of the version's scores and the champion's, and what
 * both have in common: differences of losses and covariances of ranks. Each row is read once.
 *
 * @param onRows told how many rows were read so far
 */
export const rankPair = async (
  table: ScoredTable,
  onRows: (done: number) => void = () => undefined,
  options = table.rows <= mostRowsHere ? optionsHere : usualOptions,
): Promise<SqlSums> => {
  const { dataset, relation, layout, rows } = table;
  const query = (sql: string) => dataset.query(sql);
  const counts = countsAsItRanks(relation);
  const known = counts ? undefined : await SqlSums.of(query, duckdbDialect, relation, layout, rows);
  const source: ScoreSource = {
    ...table,
    units: unitsOf(relation, rows),
    score: relation.score as string,
    rival: relation.champion?.score as string,
    marks: counts ? marksOf(relation) : relation.label,
    predictsAtHalf: false,
    positions: null,
  };
  const rounds = new PairRounds(source, shapesOf(table), onRows, options);
  const { sums, version, champion, ...both } = await rounds.run(
    (counted) =>
      known ??
      SqlSums.counted(
        query,
        duckdbDialect,
        relation,
        layout,
        rows,
        cellsOf(source, counted.map(countedOf)),
      ),
  );
  addWalks(sums, 'version', version);
  addWalks(sums, 'champion', champion);
  addPairs(sums, both);
  return sums;
};

const shapesOf = ({ relation, layout }: Pick<ScoredTable, 'relation' | 'layout'>): PairShapes => {
  const panels = panelsOf(layout).length;
  const wide = relation.weight !== null;
  const numbers = wide ? 2 : 1;
  return {
    read: { numbers: numbers + 1, components: 0, panels, wide },
    ranked: { numbers, components: layout.groupings.length + 1, panels, wide },
  };
};
