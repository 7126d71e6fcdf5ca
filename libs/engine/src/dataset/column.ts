/** What can be done with a column, which is less than DuckDB's types tell apart. */
export type ColumnKind = 'integer' | 'number' | 'boolean' | 'text' | 'other';

/** A column of a dataset. */
export interface Column {
  readonly name: string;
  /** DuckDB's name of its type, for people. */
  readonly type: string;
  readonly kind: ColumnKind;
  /** CSV holds text alone: what a value is, is decided by what it is needed as, never guessed from a sample. */
  readonly untyped: boolean;
}

/** Makes a column of what DuckDB's DESCRIBE says of it. */
export const columnOf = (name: string, type: string, untyped: boolean): Column => ({
  name,
  type: type.startsWith('ENUM(') ? 'ENUM' : type,
  kind: kindOf(type),
  untyped,
});

/** What can be done with values of a type of DuckDB's. */
export const kindOf = (type: string): ColumnKind => {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  return type === 'VARCHAR' || type.startsWith('ENUM(') ? 'text' : 'other';
};
