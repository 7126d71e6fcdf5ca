import { quoteName, quoteText } from '../dataset/sql.js';
import type { Dialect } from './dialect.js';

/** Where a text is among names, from 1; NULL where it isn't. DuckDB works it out once for each entry of a Parquet dictionary. */
export const positionSql = (text: string, names: readonly string[]): string =>
  `list_position([${names.map(quoteText).join(', ')}], ${text})`;

export const duckdbDialect: Dialect = {
  name: quoteName,
  text: quoteText,
  // A cast to ENUM, which may fail, is made for each row: some six times as slow.
  code: (text, names) => `CAST(${positionSql(text, names)} - 1 AS USMALLINT)`,
  at: (position, numbers) =>
    `CAST(list_extract([${numbers.join(', ')}], ${position} + 1) AS USMALLINT)`,
  isOneOf: (text, texts) =>
    texts.length === 0
      ? '0'
      : `CAST(list_contains([${texts.map(quoteText).join(', ')}], ${text}) AS UTINYINT)`,
  floor: (number) => `CAST(floor(${number}) AS INTEGER)`,
  // The cast itself rounds.
  whole: (number) => `CAST(${number} AS BIGINT)`,
  wide: (integer) => `CAST(${integer} AS HUGEINT)`,
  total: (integer) => `sum(${integer})`,
  double: (integer) => `CAST(${integer} AS DOUBLE)`,
  largestAt: (numbers) =>
    `(list_position([${numbers.join(', ')}], greatest(${numbers.join(', ')})) - 1)`,
  element: (numbers, position) => `list_extract([${numbers.join(', ')}], ${position} + 1)`,
  unnested: (from, lists) => {
    const columns = Object.entries(lists).map(
      ([name, numbers]) => `unnest([${numbers.join(', ')}]) AS ${name}`,
    );
    return `SELECT *, ${columns.join(', ')} FROM ${from}`;
  },
  distinct: (number) => `approx_count_distinct(${number})`,
};
