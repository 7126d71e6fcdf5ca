import { gainShares } from '@sluice/evaluation/scores';
import type { ScoreName } from './histogram-sql.js';
import { numberSql, type Dialect } from './dialect.js';
import {
  codeName,
  fixedSql,
  precisionExponent,
  massSql,
  rowsSql,
  type ScoredRelation,
  type Units,
} from './scored-relation.js';

/** Structural components of weighted rows in units of 2^−36; twice their numerator where each row counts 1. */
export const componentExponent = 36;

/** The groups that rows are ranked within: the codes that tell them apart; none for all rows together. */
export type RankedBy = readonly number[];

/**
 * Rank statistics of a score within each group, from the distinct scores alone: codes, then
 * `pt`, `nt` Σ w of positives and negatives; `wins` Σ w·(twice the negatives below and half of those level) over
 * positives; `p1`, `p2` and `n1`, `n2` Σ w·x and Σ w·x² of the structural components x of positives and negatives;
 * `ap` Σ w·precision over positives in units of 2^−44; `ks` and `kss` the largest distance of the classes'
 * distributions and the score where it is reached, the highest if there are several; `g0` … the gains.
 */
export const ranksSql = (
  relation: ScoredRelation,
  score: ScoreName,
  by: RankedBy,
  units: Units,
  dialect: Dialect,
): string => {
  const keys = by.map(codeName);
  const partition = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')}`;
  const { double } = dialect;
  const distance = `abs(${double('pa')} / ${double('pt')} - ${double('na')} / ${double('nt')})`;
  // Rows that weigh nothing are at no distance of their own.
  const both = 'pt > 0 AND nt > 0 AND pk + nk > 0';
  const precision = `${double('pa')} / ${double('pa + na')}`;
  const charged = [
    'c.*',
    `CASE WHEN pa + na > 0 THEN ${fixedSql(precision, precisionExponent, dialect)} ELSE 0 END AS pr`,
    `CASE WHEN ${both} THEN ${distance} END AS d`,
  ];
  const sums = [
    'max(pt) AS pt',
    'max(nt) AS nt',
    'sum(pk * up) AS wins',
    'sum(pk * xp) AS p1',
    'sum(pk * xp * xp) AS p2',
    'sum(nk * xn) AS n1',
    'sum(nk * xn * xn) AS n2',
    'sum(pk * pr) AS ap',
    'max(d) AS ks',
    'max(CASE WHEN d = farthest THEN score END) AS kss',
    ...gainShares.map((share, index) => `max(${gainSql(share, dialect)}) AS g${index}`),
  ];
  const groupBy = keys.length === 0 ? '' : `\nGROUP BY ${keys.join(', ')}`;
  return `WITH ${componentsSql(relation, score, by, units, dialect)},
charged_ AS (SELECT ${charged.join(', ')} FROM components_${score} AS c),
farthest_ AS (SELECT *, max(d) OVER (${partition}) AS farthest FROM charged_)
SELECT ${[...keys, ...sums].join(', ')}
FROM farthest_${groupBy}`;
};

/**
 * What the structural components of two scores of the same rows have in common, within each group and class: codes,
 * `y`, `both` Σ w·x·x′.
 */
export const covarianceSql = (
  relation: ScoredRelation,
  by: RankedBy,
  units: Units,
  dialect: Dialect,
): string => {
  const keys = by.map(codeName);
  const given = keys.map((key) => `r_.${key}`);
  // By another type for the one of them: an optimizer that knows the codes of both components to be equal may join these first.
  const codeOf = (score: ScoreName, key: string): string =>
    score === 's' ? `r_.${key}` : `CAST(r_.${key} AS BIGINT)`;
  const joined = (score: ScoreName): string =>
    `JOIN components_${score} AS k${score} ON ${[
      ...keys.map((key) => `${codeOf(score, key)} = k${score}.${key}`),
      `r_.${score} = k${score}.score`,
    ].join(' AND ')}`;
  const component = (score: ScoreName): string =>
    `CASE WHEN y = 1 THEN k${score}.xp ELSE k${score}.xn END`;
  return `WITH ${componentsSql(relation, 's', by, units, dialect)},
${componentsSql(relation, 't', by, units, dialect)},
pairs_ AS (
  SELECT ${[...keys, 'y', 's', 't'].join(', ')}, ${dialect.wide(massSql(units, dialect))} AS mass
  FROM (${rowsSql(relation, units, dialect, by)}) AS rows_
  GROUP BY ${[...keys, 'y', 's', 't'].join(', ')}
)
SELECT ${[...given, 'y'].join(', ')}, sum(mass * (${component('s')}) * (${component('t')})) AS "both"
FROM pairs_ AS r_
${joined('s')}
${joined('t')}
GROUP BY ${[...given, 'y'].join(', ')}`;
};

/**
 * One row for each group and distinct score, as `components_s` or `components_t`: `pk`, `nk` Σ w of positives and
 * negatives with that score, `pt`, `nt` of all, `pa`, `na` of those with it or a higher one; `up` the numerator of a
 * positive row's component, which is twice the negatives below and those level; `xp` and `xn` the components.
 */
const componentsSql = (
  relation: ScoredRelation,
  score: ScoreName,
  by: RankedBy,
  units: Units,
  dialect: Dialect,
): string => {
  const keys = by.map(codeName);
  const partition = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')}`;
  const mass = (condition: string): string => dialect.wide(massSql(units, dialect, condition));
  const { double } = dialect;
  const component = (numerator: string, others: string): string =>
    units.weight === null
      ? numerator
      : `CASE WHEN ${others} > 0 THEN ${dialect.wide(
          fixedSql(`${double(numerator)} / (2 * ${double(others)})`, componentExponent, dialect),
        )} ELSE 0 END`;
  const lists = (names: readonly string[]): string => [...keys, 'score', ...names].join(', ');
  const up = '(2 * (nt - na) + nk)';
  const un = '(2 * pa - pk)';
  return `ties_${score} AS (
  SELECT ${[...keys, `${score} AS score`].join(', ')}, ${mass('y = 1')} AS pk, ${mass('y = 0')} AS nk
  FROM (${rowsSql(relation, units, dialect, by)}) AS rows_
  GROUP BY ${[...keys, score].join(', ')}
),
running_${score} AS (
  SELECT ${lists(['pk', 'nk'])},
    ${dialect.wide(`sum(pk) OVER (${partition})`)} AS pt,
    ${dialect.wide(`sum(nk) OVER (${partition})`)} AS nt,
    ${dialect.wide(`sum(pk) OVER (${partition} ORDER BY score DESC ROWS UNBOUNDED PRECEDING)`)} AS pa,
    ${dialect.wide(`sum(nk) OVER (${partition} ORDER BY score DESC ROWS UNBOUNDED PRECEDING)`)} AS na
  FROM ties_${score}
),
components_${score} AS (
  SELECT ${lists(['pk', 'nk', 'pt', 'nt', 'pa', 'na'])}, ${up} AS up,
    ${component(up, 'nt')} AS xp, ${component(un, 'pt')} AS xn
  FROM running_${score}
)`;
};

/** The share of positives among the highest-ranked share of rows, NULL but for the score at which it is reached. */
const gainSql = (share: number, { double }: Dialect): string => {
  const wanted = `${numberSql(share)} * ${double('pt + nt')}`;
  const before = double('pa - pk + na - nk');
  const after = double('pa + na');
  const part = `(${wanted} - ${before}) / ${double('pk + nk')}`;
  return `CASE WHEN pt > 0 AND ${before} < ${wanted} AND ${wanted} <= ${after} THEN (${double('pa - pk')} + ${part} * ${double('pk')}) / ${double('pt')} END`;
};
