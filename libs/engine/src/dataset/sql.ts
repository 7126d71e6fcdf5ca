import type { Column } from './column.js';

/** A name as an SQL identifier, whatever characters are in it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as an SQL literal. DuckDB's plain literals know no escape but the doubled quote. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The rows of files of Parquet, one after another. */
export const parquetSql = (paths: readonly string[], ...options: string[]): string => {
  const files = `[${paths.map(quoteText).join(', ')}]`;
  return `read_parquet(${[files, 'hive_partitioning = false', ...options].join(', ')})`;
};

/** How an engine spells what is asked of a column. */
export interface ColumnDialect {
  /** Whether a number is NaN. */
  readonly isNaN: (number: string) => string;
  /** A number that isn't NaN as text, such as 0.5 or 1.0, by the name of its type. */
  readonly numberText: (number: string, type: string) => string;
  /** The row's position in its file, from 1; null where rows have none. */
  readonly rowNumber: string | null;
}

export const duckdbColumns: ColumnDialect = {
  isNaN: (number) => `isnan(${number})`,
  numberText: (number) => `CAST(${number} AS VARCHAR)`,
  rowNumber: 'row_number() OVER ()',
};

/** A column's value, with NaN as missing: pandas writes a missing value of a float column so. */
export const presentSql = (column: Column, dialect: ColumnDialect = duckdbColumns): string => {
  const name = quoteName(column.name);
  return column.kind === 'number' ? `CASE WHEN NOT ${dialect.isNaN(name)} THEN ${name} END` : name;
};

/** A column's value as text, which is how groups and labels are told apart. */
export const textSql = (column: Column, dialect: ColumnDialect = duckdbColumns): string => {
  const present = presentSql(column, dialect);
  return column.kind === 'number'
    ? dialect.numberText(present, column.type)
    : `CAST(${present} AS VARCHAR)`;
};

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
