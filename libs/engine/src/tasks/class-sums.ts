import type { LossSums } from '../assembly/profile-sums.js';
import type { Dialect } from '../sql/dialect.js';
import { logLossSql, type LossKind } from '../sql/losses-sql.js';
import { fixedSql, lossExponent, weightedTotal, type Units } from '../sql/scored-relation.js';
import type { ResultRow } from '../sql/sql-sums.js';
import { codesSql, groupedBy, integerOf, selected } from './panel-query.js';
import type { ClassRelation } from './task-relations.js';

/** The queries of a table of several classes, beside those that are of each class as of two. */
export class ClassSums {
  readonly classKeys: readonly string[];
  private readonly rows: string;
  private readonly scored: readonly ('s' | 't')[];

  constructor(
    private readonly relation: ClassRelation,
    private readonly units: Units,
    private readonly dialect: Dialect,
  ) {
    const { champion } = relation;
    this.classKeys = champion === null ? ['y', 'p'] : ['y', 'p', 'q'];
    this.scored = champion?.scores == null ? ['s'] : ['s', 't'];
    this.rows = this.rowsSql();
  }

  cells(codes: readonly number[], keys: readonly string[]): string {
    return `SELECT ${selected(codes, keys)}${this.counts()} FROM (${this.rows}) AS rows_${groupedBy(codes, keys)}`;
  }

  /** Rows by the place of the label: one more than the other classes that score as high. */
  places(codes: readonly number[]): string {
    const keys = this.scored.map((score) => `place_${score}`);
    const places = this.scored.map((score) => {
      const others = this.scoresOf(score).map(
        (_, at) => `CASE WHEN y <> ${at} AND ${score}${at} >= g${score} THEN 1 ELSE 0 END`,
      );
      return `1 + ${others.join(' + ')} AS place_${score}`;
    });
    return `SELECT ${selected(codes, keys)}${this.counts()}
FROM (SELECT *, ${places.join(', ')} FROM (${this.given()}) AS given_) AS placed_${groupedBy(codes, keys)}`;
  }

  losses(codes: readonly number[]): string {
    const losses = this.scored.flatMap((score) => {
      const squares = this.scoresOf(score).map((_, at) => `${score}${at} * ${score}${at}`);
      return [
        `${logLossSql(`g${score}`)} AS l${score}`,
        // A square of a sum in another order than the terms: below 0 by a rounding at most.
        `greatest(0, ${squares.join(' + ')} - 2 * g${score} + 1) AS b${score}`,
      ];
    });
    const sums = this.sumsOfLosses('');
    return `SELECT ${selected(codes, [])}${sums.join(', ')}
FROM (SELECT *, ${losses.join(', ')} FROM (${this.given()}) AS given_) AS charged_${groupedBy(codes, [])}`;
  }

  /** Of each of some classes against all others; `lossesIn` tells a row's. */
  lossesByClass(codes: readonly number[], classes: readonly number[]): string {
    const scores = classes.flatMap((at) => this.scored.map((score) => `${score}${at}`));
    const given = classes.flatMap((at) =>
      this.scored.map(
        (score) =>
          `CASE WHEN y = ${at} THEN ${score}${at} ELSE 1 - ${score}${at} END AS g${score}${at}`,
      ),
    );
    const losses = scores.flatMap((score) => [
      `${logLossSql(`g${score}`)} AS l${score}`,
      `(1 - g${score}) * (1 - g${score}) AS b${score}`,
    ]);
    const sums = classes.flatMap((at) => this.sumsOfLosses(at));
    return `SELECT ${selected(codes, [])}${sums.join(', ')}
FROM (
  SELECT *, ${losses.join(', ')}
  FROM (SELECT *, ${given.join(', ')} FROM (${this.rows}) AS rows_) AS given_
) AS charged_${groupedBy(codes, [])}`;
  }

  /** The losses of a class against all others, in a row of `lossesByClass`. */
  lossesIn(row: ResultRow, at: number): [kind: LossKind, losses: LossSums][] {
    const moments = (name: string) => ({
      sum: integerOf(row[`${name}1`]),
      squares: integerOf(row[`${name}2`]),
    });
    return this.whose.map((kind) => [
      kind,
      { log: moments(`${kind}_l${at}_`), brier: moments(`${kind}_b${at}_`) },
    ]);
  }

  /** Σ of losses and Σ of their squares, of whom there are scores. */
  private sumsOfLosses(suffix: number | ''): string[] {
    const of: Readonly<Record<LossKind, (loss: 'l' | 'b') => string>> = {
      version: (loss) => `${loss}s${suffix}`,
      champion: (loss) => `${loss}t${suffix}`,
      difference: (loss) => `(${loss}s${suffix} - ${loss}t${suffix})`,
    };
    const total = (number: string): string =>
      weightedTotal(fixedSql(number, lossExponent, this.dialect), this.units, this.dialect);
    const tail = suffix === '' ? '' : `${suffix}_`;
    return this.whose.flatMap((each) =>
      (['l', 'b'] as const).flatMap((loss) => {
        const value = of[each](loss);
        return [
          `${total(value)} AS ${each}_${loss}${tail}1`,
          `${total(`${value} * ${value}`)} AS ${each}_${loss}${tail}2`,
        ];
      }),
    );
  }

  private get whose(): readonly LossKind[] {
    return this.scored.length > 1 ? ['version', 'champion', 'difference'] : ['version'];
  }

  private scoresOf(score: 's' | 't'): readonly string[] {
    const { version, champion } = this.relation;
    return (score === 's' ? version.scores : champion?.scores) ?? [];
  }

  /** Rows with the score of their label, `gs` and `gt`. */
  private given(): string {
    const given = this.scored.map((score) => {
      const cases = this.scoresOf(score).map((_, at) => `WHEN ${at} THEN ${score}${at}`);
      return `CASE y ${cases.join(' ')} END AS g${score}`;
    });
    return `SELECT *, ${given.join(', ')} FROM (${this.rows}) AS rows_`;
  }

  private rowsSql(): string {
    const { from, label, version, champion, weight, codes } = this.relation;
    const listed = (score: 's' | 't'): string[] =>
      this.scoresOf(score).map((sql, at) => `${sql} AS ${score}${at}`);
    const columns = [
      `${label} AS y`,
      `${version.prediction} AS p`,
      ...(champion === null ? [] : [`${champion.prediction} AS q`]),
      ...listed('s'),
      ...listed('t'),
      ...(weight === null || this.units.weight === null
        ? []
        : [`${fixedSql(weight.sql, this.units.weight, this.dialect)} AS w`]),
    ];
    return `SELECT ${columns.join(', ')}${codesSql(codes)} FROM ${from}`;
  }

  private counts(): string {
    if (this.units.weight === null) return 'count(*) AS n';
    const wide = this.dialect.wide('w');
    return `count(*) AS n, ${this.dialect.total('w')} AS w1, sum(${wide} * ${wide}) AS w2`;
  }
}
