import type { LabelValue } from '../favorable.js';
import type { Column } from './column.js';
import { textSql } from './sql.js';
import type { Table } from './table.js';

/** How often each value of a column occurs. */
export interface ValueCounts {
  /** Rows without a value; NaN counts as none. */
  readonly missing: number;
  readonly distinct: number;
  /** The most frequent first; not all of them when there are many. */
  readonly values: readonly {
    readonly text: string;
    readonly value: LabelValue;
    readonly count: number;
  }[];
}

/** Counts a column's values and lists at most `longest` of them. */
export const countValues = async (
  dataset: Table,
  column: Column,
  longest: number,
): Promise<ValueCounts> => {
  // The group of missing values comes first, so that the limit never cuts it off.
  const text = textSql(column, dataset.dialect);
  const rows = await dataset.query(`
    SELECT "text", "rows", count("text") OVER () AS "distinct"
    FROM (SELECT ${text} AS "text", count(*) AS "rows" FROM ${dataset.relation} GROUP BY 1)
    ORDER BY "text" IS NOT NULL, "rows" DESC, "text"
    LIMIT ${longest + 1}`);
  const present = rows.filter((row) => row['text'] !== null);
  return {
    missing: Number(rows.find((row) => row['text'] === null)?.['rows'] ?? 0),
    distinct: Number(rows[0]?.['distinct'] ?? 0),
    values: present.slice(0, longest).map((row) => ({
      text: String(row['text']),
      value: valueOf(column, String(row['text'])),
      count: Number(row['rows']),
    })),
  };
};

const valueOf = (column: Column, text: string): LabelValue => {
  if (column.kind === 'boolean') return text === 'true';
  return column.kind === 'integer' || column.kind === 'number' ? Number(text) : text;
};

/** The first few values for people: `"good" (280 rows), "bad" (120 rows) and 3 more`. */
export const listValues = ({ values, distinct }: ValueCounts): string => {
  const shown = values.slice(0, 5).map(({ value, count }) => `${showValue(value)} (${count} rows)`);
  const more = distinct - shown.length;
  if (shown.length === 0) return 'no value';
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
};

/** A value for people, with quotes around text and no longer than a line bears. */
export const showValue = (value: LabelValue): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

/** "one row", "12 rows" */
export const rowsText = (count: number): string => (count === 1 ? 'one row' : `${count} rows`);
