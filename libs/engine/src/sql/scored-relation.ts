import { numberSql, truthSql, type Dialect } from './dialect.js';

/**
 * The rows of a table with all that a profile needs of them, as SQL expressions over the columns of `from`. None is
 * ever NULL: what is missing was a fault before.
 */
export interface ScoredRelation {
  /** What stands after FROM. */
  readonly from: string;
  /** 1 for the favorable label, 0 for any other. */
  readonly label: string;
  /** 1 where the favorable label is predicted, else 0. */
  readonly prediction: string;
  /** A number of 64 bits; null when the data holds predictions only. */
  readonly score: string | null;
  readonly champion: { readonly prediction: string; readonly score: string | null } | null;
  readonly weight: FixedColumn | null;
  readonly amount: FixedColumn | null;
  /** For each protected column and control column, the row's position among its values. */
  readonly codes: readonly string[];
}

/**
 * A column of numbers that are summed up. Sums of floating-point numbers depend on their order, and with several
 * threads no order is kept; so numbers are taken in units of 2^−exponent, whose sums are exact.
 */
export interface FixedColumn {
  readonly sql: string;
  /** The largest of the column's absolute values. */
  readonly largest: number;
}

/**
 * Where a row's values are in lists of those that its columns are taken to have, all in one number: 1 for the favorable
 * label or 2 for the other, and twice each code's position, from 1, times the column's stride.
 */
export interface Positions {
  /** As an SQL expression of 32 bits; NULL where a value isn't listed. */
  readonly sql: string;
  /** How many codes each column has. */
  readonly sizes: readonly number[];
}

/** The prediction of the favorable label where its score is ½ or more. */
export const predictionAtHalf = (score: string): string =>
  truthSql(`${score} >= ${numberSql(0.5)}`);

/** Losses in units of 2^−52: squares of losses stay below 2^11, and so fit 64 bits. */
export const lossExponent = 52;

/** Sums of scores in units of 2^−60, which holds all bits of a score down to 2^−8. */
export const scoreExponent = 60;

/** Precisions in units of 2^−44: times the rows of one score, they mostly stay below 2^53. */
export const precisionExponent = 44;

/** Weights are taken so that all of them together stay below 2^53, and any of their sums is exact even in JavaScript. */
export const weightExponent = (largest: number, rows: number): number =>
  52 - Math.ceil(Math.log2(largest * rows));

/** Amounts and their squares are taken so that each stays below 2^62. */
export const amountExponent = (largest: number): number =>
  largest === 0 ? 0 : Math.min(1000, 61 - Math.ceil(Math.log2(largest)));

/** What sums of a profile are counted in. */
export interface Units {
  /** null where rows aren't weighted: each counts 1. */
  readonly weight: number | null;
  /** null without amounts. */
  readonly amount: { readonly plain: number; readonly squared: number } | null;
}

export const unitsOf = ({ weight, amount }: ScoredRelation, rows: number): Units => ({
  weight: weight && weightExponent(weight.largest, rows),
  amount: amount && {
    plain: amountExponent(amount.largest),
    squared: amountExponent(amount.largest ** 2),
  },
});

/** The columns that `rowsSql` gives to every definition. */
export const codeName = (position: number): string => `c${position}`;

/**
 * The rows as every definition reads them: `y` label, `p` prediction, `s` score, `q` and `t` those of the champion,
 * `w` weight as a whole number of units, `a` amount, `c0`, `c1` … codes.
 */
export const rowsSql = (
  relation: ScoredRelation,
  units: Units,
  dialect: Dialect,
  codes: readonly number[] = relation.codes.map((_, position) => position),
): string => {
  const { champion, weight, amount } = relation;
  const columns = [
    `${relation.label} AS y`,
    `${relation.prediction} AS p`,
    ...(relation.score === null ? [] : [`${relation.score} AS s`]),
    ...(champion === null ? [] : [`${champion.prediction} AS q`]),
    ...(champion?.score == null ? [] : [`${champion.score} AS t`]),
    ...(weight === null || units.weight === null
      ? []
      : [`${fixedSql(weight.sql, units.weight, dialect)} AS w`]),
    ...(amount === null ? [] : [`${amount.sql} AS a`]),
    ...codes.map((position) => `${relation.codes[position] as string} AS ${codeName(position)}`),
  ];
  return `SELECT ${columns.join(', ')} FROM ${relation.from}`;
};

/** A number as a whole number of units of 2^−exponent. */
export const fixedSql = (number: string, exponent: number, dialect: Dialect): string =>
  dialect.whole(`(${number}) * ${numberSql(2 ** exponent)}`);

/** Σ w·x over rows, of an integer of 64 bits. */
export const weightedTotal = (integer: string, units: Units, dialect: Dialect): string =>
  units.weight === null
    ? dialect.total(integer)
    : `sum(${dialect.wide('w')} * ${dialect.wide(integer)})`;

/** Σ w over the rows where a condition holds; their number when rows aren't weighted. */
export const massSql = (units: Units, dialect: Dialect, condition?: string): string => {
  if (condition === undefined && units.weight === null) return 'count(*)';
  const one = units.weight === null ? '1' : 'w';
  return dialect.total(
    condition === undefined ? one : `CASE WHEN ${condition} THEN ${one} ELSE 0 END`,
  );
};
