import type { Sides } from '@sluice/evaluation';

/** What the rows of both tables weigh, counted in whole numbers of one unit, whose sums are exact in any order. */
export interface RowWeights {
  /** The weight of a row in units. */
  readonly sql: Sides<string>;
  /** Σ w of the tables in units. */
  readonly totals: Sides;
  /** A power of 2. */
  readonly unit: number;
}

/** What is counted of two tables: rows, or the weight of rows. */
export interface CountedRows {
  /** Rows of the tables. */
  readonly rows: Sides;
  /** Null where each row counts 1; otherwise what is counted are units of weight. */
  readonly weights: RowWeights | null;
}

/** What is counted of the tables in all. */
export const totalsOf = ({ rows, weights }: CountedRows): Sides =>
  weights === null ? rows : weights.totals;

/** The sum of what rows count, of one of the tables. */
export const countSql = ({ weights }: Pick<CountedRows, 'weights'>, side: keyof Sides): string =>
  weights === null ? 'count(*)' : `sum(${weights.sql[side]})`;
