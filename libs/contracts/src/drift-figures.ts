/** What a report draws of drift. Plain figures; no check is decided on them. */
export interface DriftFigures {
  readonly rows: { readonly reference: number; readonly current: number };
  /** Those that drift most first. */
  readonly columns: readonly ColumnFigure[];
  /** Columns that are not drawn. */
  readonly others: number;
}

/** A column's distribution in both tables, in bars that are shares of all rows of a table. */
export interface ColumnFigure {
  readonly column: string;
  readonly kind: 'numeric' | 'categorical';
  readonly bars: readonly DriftBar[];
}

export interface DriftBar {
  /** A range of numbers, such as `12 to 18`, a category, or what stands for all others or for no value. */
  readonly label: string;
  readonly role: 'value' | 'others' | 'missing';
  readonly reference: number;
  readonly current: number;
}
