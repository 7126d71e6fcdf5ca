import type { Dialect } from './dialect.js';
import {
  codeName,
  fixedSql,
  rowsSql,
  weightedTotal,
  type ScoredRelation,
  type Units,
} from './scored-relation.js';

/**
 * Counts the rows that agree in all codes, in label and predictions: `c0` … , `y`, `p`, `q` with a champion, `n` rows;
 * with weights `w1` Σ w and `w2` Σ w² in units of 2^−k and 2^−2k; with amounts `a1` Σ w·a and `a2` Σ w·a².
 */
export const cellsSql = (relation: ScoredRelation, units: Units, dialect: Dialect): string => {
  const keys = [
    ...relation.codes.map((_, position) => codeName(position)),
    'y',
    'p',
    ...(relation.champion === null ? [] : ['q']),
  ];
  const wide = dialect.wide('w');
  const { amount } = units;
  const sums = [
    'count(*) AS n',
    ...(units.weight === null
      ? []
      : [`${dialect.total('w')} AS w1`, `sum(${wide} * ${wide}) AS w2`]),
    ...(amount === null
      ? []
      : [
          `${weightedTotal(fixedSql('a', amount.plain, dialect), units, dialect)} AS a1`,
          `${weightedTotal(fixedSql('a * a', amount.squared, dialect), units, dialect)} AS a2`,
        ]),
  ];
  return `SELECT ${[...keys, ...sums].join(', ')}
FROM (${rowsSql(relation, units, dialect)}) AS rows_
GROUP BY ${keys.join(', ')}`;
};
