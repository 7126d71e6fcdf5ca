import { quoteName, quoteText } from '../dataset/sql.js';
import { truthSql, type Dialect } from '../sql/dialect.js';

/** Decimals of 38 digits are Trino's widest integers. */
const wide = 'DECIMAL(38, 0)';

export const trinoDialect: Dialect = {
  name: quoteName,
  text: quoteText,
  // The position is 0 where there is none.
  code: (text, names) =>
    `CAST(nullif(array_position(ARRAY[${names.map(quoteText).join(', ')}], ${text}), 0) - 1 AS INTEGER)`,
  at: (position, numbers) =>
    `CAST(element_at(ARRAY[${numbers.join(', ')}], ${position} + 1) AS INTEGER)`,
  isOneOf: (text, texts) =>
    texts.length === 0 ? '0' : truthSql(`${text} IN (${texts.map(quoteText).join(', ')})`),
  floor: (number) => `CAST(floor(${number}) AS INTEGER)`,
  // The cast itself rounds, halves away from 0 where DuckDB takes the even one: one unit in the last place of a sum.
  whole: (number) => `CAST(${number} AS BIGINT)`,
  wide: (integer) => `CAST(${integer} AS ${wide})`,
  // Sums of bigint are bigint, and overflow.
  total: (integer) => `sum(CAST(${integer} AS ${wide}))`,
  double: (integer) => `CAST(${integer} AS DOUBLE)`,
  largestAt: (numbers) =>
    `CAST(array_position(ARRAY[${numbers.join(', ')}], greatest(${numbers.join(', ')})) - 1 AS INTEGER)`,
  element: (numbers, position) => `element_at(ARRAY[${numbers.join(', ')}], ${position} + 1)`,
  unnested: (from, lists) => {
    const arrays = Object.values(lists).map((numbers) => `ARRAY[${numbers.join(', ')}]`);
    const names = Object.keys(lists).join(', ');
    return `SELECT * FROM ${from} CROSS JOIN UNNEST(${arrays.join(', ')}) AS lists_ (${names})`;
  },
  distinct: (number) => `approx_distinct(${number})`,
};
