import type { Rows } from './sandbox-rows.js';
import { parquetSql, quoteText } from './sql.js';

/** Enough that beginning a piece takes little beside it, few enough that a few of them fit into memory. */
const rowsPerPiece = 2 ** 19;
/** A file of groups larger than this would be read again for each of its pieces. */
const largestGroup = 2 * rowsPerPiece;

/** Some of the rows of a file that lie together. */
export interface Piece {
  /** What stands after FROM; its column `file_row_number` is that of a row in its file, from 0. */
  readonly relation: string;
  readonly rows: number;
}

/**
 * The rows of Parquet files in pieces, one after another: of whole row groups, which is what DuckDB can read without the
 * rest of a file.
 *
 * @returns none where the groups of a file are too large for that
 */
export const parquetPieces = async (rows: Rows, paths: readonly string[]): Promise<Piece[]> => {
  const pieces: Piece[] = [];
  for (const path of paths) {
    const groups = await rows.query(
      `SELECT row_group_num_rows AS "rows" FROM parquet_metadata(${quoteText(path)}) WHERE column_id = 0 ORDER BY row_group_id`,
    );
    const counts = groups.map((group) => Number(group['rows']));
    if (counts.some((count) => count > largestGroup)) return [];
    const numbered = parquetSql([path], 'file_row_number = true');
    for (const [from, to] of ranges(counts))
      pieces.push({
        relation: `(FROM ${numbered} WHERE file_row_number BETWEEN ${from} AND ${to - 1})`,
        rows: to - from,
      });
  }
  return pieces;
};

/** Rows of consecutive groups: from one up to, but without, another. */
const ranges = (counts: readonly number[]): [from: number, to: number][] => {
  const found: [number, number][] = [];
  let [from, to] = [0, 0];
  counts.forEach((count, group) => {
    to += count;
    if (to - from < rowsPerPiece && group < counts.length - 1) return;
    if (to > from) found.push([from, to]);
    from = to;
  });
  return found;
};
