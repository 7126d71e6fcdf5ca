import { numberSql, type Dialect } from '../sql/dialect.js';
import { fixedSql, lossExponent, weightedTotal, type Units } from '../sql/scored-relation.js';
import { codesSql, groupedBy, selected } from './panel-query.js';
import type { ClassRelation } from './task-relations.js';

const clipped = 2 ** -52;
export type Whose = 'version' | 'champion' | 'difference';

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
        `-ln(least(${numberSql(1 - clipped)}, greatest(${numberSql(clipped)}, g${score}))) AS l${score}`,
        // A square of a sum in another order than the terms: below 0 by a rounding at most.
        `greatest(0, ${squares.join(' + ')} - 2 * g${score} + 1) AS b${score}`,
      ];
    });
    const of: Readonly<Record<Whose, (loss: 'l' | 'b') => string>> = {
      version: (loss) => `${loss}s`,
      champion: (loss) => `${loss}t`,
      difference: (loss) => `(${loss}s - ${loss}t)`,
    };
    const whose: Whose[] =
      this.scored.length > 1 ? ['version', 'champion', 'difference'] : ['version'];
    const total = (number: string): string =>
      weightedTotal(fixedSql(number, lossExponent, this.dialect), this.units, this.dialect);
    const sums = whose.flatMap((each) =>
      (['l', 'b'] as const).flatMap((loss) => {
        const value = of[each](loss);
        return [
          `${total(value)} AS ${each}_${loss}1`,
          `${total(`${value} * ${value}`)} AS ${each}_${loss}2`,
        ];
      }),
    );
    return `SELECT ${selected(codes, [])}${sums.join(', ')}
FROM (SELECT *, ${losses.join(', ')} FROM (${this.given()}) AS given_) AS charged_${groupedBy(codes, [])}`;
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
