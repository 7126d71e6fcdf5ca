import { scoreBins } from '@sluice/evaluation/scores';
import { numberSql, type Dialect } from './dialect.js';
import {
  codeName,
  fixedSql,
  scoreExponent,
  massSql,
  rowsSql,
  weightedTotal,
  type ScoredRelation,
  type Units,
} from './scored-relation.js';

/** Whose scores are looked at: as `rowsSql` names them. */
export type ScoreName = 's' | 't';

/**
 * Counts rows by codes, label and bin of a score: `c0` … , `y`, `bin`, `n` Σ w, `s1` Σ w·score and `s2` Σ w·score² in units of 2^−60 more,
 * with amounts `a1` Σ w·a.
 */
export const histogramSql = (
  relation: ScoredRelation,
  score: ScoreName,
  units: Units,
  dialect: Dialect,
): string => {
  const codes = relation.codes.map((_, position) => codeName(position));
  const bin = dialect.floor(`${score} * ${numberSql(scoreBins)}`);
  const sums = [
    `${massSql(units, dialect)} AS n`,
    `${weightedTotal(fixedSql(score, scoreExponent, dialect), units, dialect)} AS s1`,
    `${weightedTotal(fixedSql(`${score} * ${score}`, scoreExponent, dialect), units, dialect)} AS s2`,
    ...(units.amount === null
      ? []
      : [`${weightedTotal(fixedSql('a', units.amount.plain, dialect), units, dialect)} AS a1`]),
  ];
  return `SELECT ${[...codes, 'y', 'bin', ...sums].join(', ')}
FROM (
  SELECT *, greatest(0, least(${scoreBins - 1}, ${bin})) AS bin
  FROM (${rowsSql(relation, units, dialect)}) AS rows_
) AS binned
GROUP BY ${[...codes, 'y', 'bin'].join(', ')}`;
};
