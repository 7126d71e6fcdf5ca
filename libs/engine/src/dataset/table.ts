import type { Column } from './column.js';
import type { ColumnDialect } from './sql.js';

/** A value of a small result. Integers of 64 bits may come as text. */
export type TableValue = unknown;

/** A table behind an SQL engine, wherever its rows are. */
export interface Table {
  /** What the user calls it. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** What stands after FROM. */
  readonly relation: string;
  readonly dialect: ColumnDialect;
  /** The column that a policy means by a name. */
  column(name: string): Column | undefined;
  /** The rows of a small result. */
  query(sql: string): Promise<readonly Readonly<Record<string, TableValue>>[]>;
}
