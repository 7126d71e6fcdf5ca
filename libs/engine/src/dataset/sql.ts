import type { Column } from './column.js';

/** A name as an SQL identifier, whatever characters are in it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as an SQL literal. DuckDB's plain literals know no escape but the doubled quote. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A column's value, with NaN as missing: pandas writes a missing value of a float column so. */
export const presentSql = (column: Column): string => {
  const name = quoteName(column.name);
  return column.kind === 'number' ? `CASE WHEN NOT isnan(${name}) THEN ${name} END` : name;
};

/** A column's value as text, which is how groups and labels are told apart. */
export const textSql = (column: Column): string => `CAST(${presentSql(column)} AS VARCHAR)`;

/** The storage of a column's values once they are read: a typed array, or texts. */
export type Storage = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'text';

/** DuckDB's types of the same values. */
export const sqlTypes: Readonly<Record<Storage, string>> = {
  float32: 'FLOAT',
  float64: 'DOUBLE',
  int32: 'INTEGER',
  int64: 'BIGINT',
  uint8: 'BOOLEAN',
  text: 'VARCHAR',
};

/**
 * A column's value converted, NULL where it is missing or can't be. Text becomes a whole number only if it is one:
 * DuckDB alone would round '2.7' to 3.
 */
export const convertedSql = (column: Column, storage: Storage): string => {
  const name = quoteName(column.name);
  const converted = `TRY_CAST(${name} AS ${sqlTypes[storage]})`;
  if (column.kind !== 'text' || (storage !== 'int32' && storage !== 'int64')) return converted;
  return `CASE WHEN TRY_CAST(${name} AS DOUBLE) = ${converted} THEN ${converted} END`;
};
