import { numberSql, type Dialect } from './dialect.js';
import {
  codeName,
  fixedSql,
  lossExponent,
  rowsSql,
  weightedTotal,
  type ScoredRelation,
  type Units,
} from './scored-relation.js';

/** Whose losses: the version's, the champion's, or the difference version − champion of each row. */
export type LossKind = 'version' | 'champion' | 'difference';

const clipped = 2 ** -52;

/** The log loss of a probability that is given to the label; both ends are 2⁻⁵² from 0 and 1. */
export const logLossSql = (given: string): string =>
  `-ln(least(${numberSql(1 - clipped)}, greatest(${numberSql(clipped)}, ${given})))`;

/**
 * Sums of losses over the rows that agree in all codes: `c0` … , then for each kind `<kind>_log1` Σ w·l, `<kind>_log2`
 * Σ w·l², `<kind>_brier1` and `<kind>_brier2`, in units of 2^−52 more.
 */
export const lossesSql = (
  relation: ScoredRelation,
  kinds: readonly LossKind[],
  units: Units,
  dialect: Dialect,
): string => {
  const codes = relation.codes.map((_, position) => codeName(position));
  const scores = relation.champion?.score == null ? (['s'] as const) : (['s', 't'] as const);
  const given = scores.map(
    (score) => `CASE WHEN y = 1 THEN ${score} ELSE 1 - ${score} END AS g${score}`,
  );
  // 1 − s of the clipped score, as the formula has it.
  const losses = scores.flatMap((score) => [
    `${logLossSql(`g${score}`)} AS l${score}`,
    `(1 - g${score}) * (1 - g${score}) AS b${score}`,
  ]);
  const of: Readonly<Record<LossKind, (loss: 'l' | 'b') => string>> = {
    version: (loss) => `${loss}s`,
    champion: (loss) => `${loss}t`,
    difference: (loss) => `(${loss}s - ${loss}t)`,
  };
  const sums = kinds.flatMap((kind) =>
    (['l', 'b'] as const).flatMap((loss) => {
      const value = of[kind](loss);
      const name = `${kind}_${loss === 'l' ? 'log' : 'brier'}`;
      const sum = (number: string): string =>
        weightedTotal(fixedSql(number, lossExponent, dialect), units, dialect);
      return [`${sum(value)} AS ${name}1`, `${sum(`${value} * ${value}`)} AS ${name}2`];
    }),
  );
  const groupBy = codes.length === 0 ? '' : `\nGROUP BY ${codes.join(', ')}`;
  return `SELECT ${[...codes, ...sums].join(', ')}
FROM (
  SELECT *, ${losses.join(', ')}
  FROM (SELECT *, ${given.join(', ')} FROM (${rowsSql(relation, units, dialect)}) AS rows_) AS given
) AS charged${groupBy}`;
};
