import type { ScoreName } from './histogram-sql.js';
import { numberSql, type Dialect } from './dialect.js';
import { codeName, massSql, rowsSql, type ScoredRelation, type Units } from './scored-relation.js';

/** A range of scores that is parted evenly: part j holds the scores of x with floor((x − low) · scale) = j. */
export interface PartedRange {
  readonly low: number;
  readonly scale: number;
}

/** Ranges, and which of them a score is in. */
export interface PartedScores {
  readonly ranges: readonly PartedRange[];
  /** The position of a score's range, from 0; NULL for scores that aren't looked at. */
  readonly rangeOf: (score: string, dialect: Dialect) => string;
  /** x of a score s: s itself, or what grows with it. */
  readonly placeOf: (score: string) => string;
}

/** Scores where they are. */
export const plainPlace = (score: string): string => score;

/** Scores that span several orders of magnitude, by their logarithm. */
export const logarithm = {
  sql: (score: string): string => `ln(greatest(${numberSql(smallest)}, ${score}))`,
  of: (score: number): number => Math.log(Math.max(smallest, score)),
};
const smallest = 1e-300;

/** Ranges of equal width over [0, 1]; scores that miss it belong to the range at that end. */
export const evenRanges =
  (count: number): PartedScores['rangeOf'] =>
  (score, dialect) =>
    `greatest(0, least(${count - 1}, ${dialect.floor(`${score} * ${numberSql(count)}`)}))`;

/** A few ranges, with both their limits. */
export const someRanges =
  (limits: readonly (readonly [low: number, high: number])[]): PartedScores['rangeOf'] =>
  (score) =>
    `CASE ${limits
      .map(
        ([low, high], at) =>
          `WHEN ${score} BETWEEN ${numberSql(low)} AND ${numberSql(high)} THEN ${at}`,
      )
      .join(' ')} END`;

/** Σ w of either label, in units of weight. */
const masses = (units: Units, dialect: Dialect): string =>
  `${massSql(units, dialect, 'y = 1')} AS pk, ${massSql(units, dialect, 'y = 0')} AS nk`;

/**
 * Rows by codes and part of a range: codes, `i` and `j` the positions of the range and the part, `lo` and `hi` the lowest and
 * the highest score in it, `pk` and `nk` Σ w of positives and negatives.
 */
export const partsSql = (
  relation: ScoredRelation,
  score: ScoreName,
  { ranges, rangeOf, placeOf }: PartedScores,
  units: Units,
  dialect: Dialect,
): string => {
  const codes = relation.codes.map((_, position) => codeName(position));
  const of = (value: (range: PartedRange) => number): string =>
    dialect.element(
      ranges.map((range) => numberSql(value(range))),
      'i',
    );
  // Rounding may put the ends of a range into parts of their own, which does no harm; no other score is far outside.
  const part = dialect.floor(
    `greatest(-1e9, least(1e9, (${placeOf(score)} - ${of(({ low }) => low)}) * ${of(({ scale }) => scale)}))`,
  );
  const keys = [...codes, 'i', 'j'].join(', ');
  return `SELECT ${keys}, min(${score}) AS lo, max(${score}) AS hi, ${masses(units, dialect)}
FROM (
  SELECT *, ${part} AS j
  FROM (
    SELECT *, ${rangeOf(score, dialect)} AS i FROM (${rowsSql(relation, units, dialect)}) AS rows_
  ) AS ranged_
  WHERE i IS NOT NULL
) AS parted_
GROUP BY ${keys}`;
};

/** Rows by codes and score: codes, `lo` and `hi` both the score, `pk` and `nk`. */
export const scoresSql = (
  relation: ScoredRelation,
  score: ScoreName,
  units: Units,
  dialect: Dialect,
): string => {
  const codes = relation.codes.map((_, position) => codeName(position));
  return `SELECT ${[...codes, `${score} AS lo`, `${score} AS hi`].join(', ')}, ${masses(units, dialect)}
FROM (${rowsSql(relation, units, dialect)}) AS rows_
GROUP BY ${[...codes, score].join(', ')}`;
};

/** Rows by codes and both scores: codes, `s`, `t`, `pk` and `nk`. */
export const pairsSql = (relation: ScoredRelation, units: Units, dialect: Dialect): string => {
  const keys = [...relation.codes.map((_, position) => codeName(position)), 's', 't'].join(', ');
  return `SELECT ${keys}, ${masses(units, dialect)}
FROM (${rowsSql(relation, units, dialect)}) AS rows_
GROUP BY ${keys}`;
};

/** About how many different scores there are, `n`. */
export const distinctSql = (
  relation: ScoredRelation,
  score: ScoreName,
  units: Units,
  dialect: Dialect,
): string =>
  `SELECT ${dialect.distinct(score)} AS n FROM (${rowsSql(relation, units, dialect, [])}) AS rows_`;

/** How many pairs of scores there are, `n`. */
export const pairCountSql = (relation: ScoredRelation, units: Units, dialect: Dialect): string =>
  `SELECT count(*) AS n
FROM (SELECT s, t FROM (${rowsSql(relation, units, dialect, [])}) AS rows_ GROUP BY s, t) AS pairs_`;
