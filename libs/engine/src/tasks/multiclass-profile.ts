import type {
  BinaryProfile,
  BinarySlice,
  ClassCell,
  LossProfile,
  Losses,
  Moments,
  MulticlassProfile,
  MulticlassSlice,
  PlaceCell,
} from '@sluice/evaluation';
import { assembleProfile } from '../assembly/assemble-profile.js';
import { inUnits } from '../assembly/exact-ratio.js';
import type { Layout, SlicedGrouping } from '../assembly/layout.js';
import { numberSql, truthSql, type Dialect } from '../sql/dialect.js';
import {
  fixedSql,
  lossExponent,
  weightedTotal,
  weightExponent,
  type ScoredRelation,
  type Units,
} from '../sql/scored-relation.js';
import { SqlSums, type Query, type ResultRow } from '../sql/sql-sums.js';
import { codesSql, groupedBy, integerOf, PanelQuery, selected } from './panel-query.js';
import type { ClassPredictions, ClassRelation } from './task-relations.js';

/** What is told while a profile is made, and what is wanted of it. */
export interface ClassProfileOptions {
  readonly onStep?: (done: number, total: number) => void;
  /** Whether it keeps what ranks of merged profiles need. */
  readonly mergeable?: boolean;
}

/** The profile of a table with labels and predictions of several classes, by SQL alone. */
export const multiclassProfile = async (
  query: Query,
  dialect: Dialect,
  relation: ClassRelation,
  classes: readonly string[],
  layout: Layout,
  rows: number,
  { onStep = () => undefined, mergeable = false }: ClassProfileOptions = {},
): Promise<MulticlassProfile> => {
  const scored = relation.version.scores !== null;
  const steps = 1 + (scored ? 2 + classes.length : 0);
  const units: Units = {
    weight: relation.weight && weightExponent(relation.weight.largest, rows),
    amount: null,
  };
  const of = new ClassSums(relation, units, dialect);
  const panels = await PanelQuery.of(query, layout, (codes) => of.cells(codes, []));
  const slices = Array.from({ length: panels.slices.count }, () => new SliceCounts());
  await panels.each(
    (codes) => of.cells(codes, of.classKeys),
    (slice, row) => (slices[slice] as SliceCounts).addCell(row),
  );
  onStep(1, steps);
  const byClass: (readonly BinarySlice[])[] = [];
  if (scored) {
    await panels.each(
      (codes) => of.places(codes),
      (slice, row) => (slices[slice] as SliceCounts).addPlace(row),
    );
    onStep(2, steps);
    await panels.each(
      (codes) => of.losses(codes),
      (slice, row) => (slices[slice] as SliceCounts).addLosses(row),
    );
    onStep(3, steps);
    const ranked: BinaryProfile[] = [];
    for (const [at] of classes.entries()) {
      const own = oneAgainstAll(relation, at);
      ranked.push(await rankedClass(query, dialect, own, layout, rows, mergeable));
      onStep(4 + at, steps);
    }
    byClass.push(...classesBySlice(ranked, panels.slices.groupings));
  }
  const slice = (index: number): MulticlassSlice =>
    (slices[index] as SliceCounts).slice(classes, relation, units, byClass[index] ?? null);
  return {
    task: 'multiclass-classification',
    rows,
    classes,
    overall: slice(0),
    byColumn: panels.slices.groupings.map(({ groups, overall, ...about }) => ({
      ...about,
      ...(overall === null ? {} : { overall: slice(overall) }),
      groups: groups.map(({ group, slice: index }) => ({ group, ...slice(index) })),
    })),
  };
};

/** The slices of all classes, by slice: of all rows, of whole strata and of groups. */
const classesBySlice = (
  ranked: readonly BinaryProfile[],
  groupings: readonly SlicedGrouping[],
): BinarySlice[][] => {
  const bySlice: BinarySlice[][] = [];
  for (const { overall, byColumn } of ranked) {
    const add = (slice: number, own: BinarySlice, known: Set<number>): void => {
      // Groupings share their strata.
      if (known.has(slice)) return;
      known.add(slice);
      (bySlice[slice] ??= []).push(own);
    };
    const known = new Set<number>();
    add(0, overall, known);
    groupings.forEach((grouping, index) => {
      const own = byColumn[index] as (typeof byColumn)[number];
      if (grouping.overall !== null) add(grouping.overall, own.overall as BinarySlice, known);
      grouping.groups.forEach(({ slice }, at) => add(slice, own.groups[at] as BinarySlice, known));
    });
  }
  return bySlice;
};

/** A class against all others, with its score: two classes of their own. */
const oneAgainstAll = (
  { from, label, version, champion, weight, codes }: ClassRelation,
  at: number,
): ScoredRelation => {
  const scoreOf = ({ scores }: ClassPredictions): string | null => scores?.[at] ?? null;
  return {
    from,
    label: truthSql(`${label} = ${at}`),
    prediction: truthSql(`${version.prediction} = ${at}`),
    score: scoreOf(version),
    champion: champion && {
      prediction: truthSql(`${champion.prediction} = ${at}`),
      score: scoreOf(champion),
    },
    weight,
    amount: null,
    codes,
  };
};

const rankedClass = async (
  query: Query,
  dialect: Dialect,
  relation: ScoredRelation,
  layout: Layout,
  rows: number,
  mergeable: boolean,
): Promise<BinaryProfile> => {
  const sums = await SqlSums.of(query, dialect, relation, layout, rows);
  const paired = relation.champion !== null && relation.champion.score !== null;
  for (const of of paired ? (['version', 'champion'] as const) : (['version'] as const)) {
    await sums.addHistograms(of);
    await sums.addRanks(of);
    if (mergeable) await sums.addRuns(of);
  }
  if (paired) await sums.addCovariances();
  if (paired && mergeable) await sums.addPairs();
  return assembleProfile(rows, sums.slices, sums.sums, sums.units) as BinaryProfile;
};

const clipped = 2 ** -52;
type Whose = 'version' | 'champion' | 'difference';

/** The queries of one table. */
class ClassSums {
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

interface Counted {
  rows: number;
  readonly weight: { sum: bigint; squares: bigint };
}

/** The counts of one slice. */
class SliceCounts {
  private readonly cells = new Map<string, Counted>();
  private readonly places = new Map<string, Counted>();
  private readonly losses = new Map<string, bigint>();

  addCell(row: ResultRow): void {
    add(this.cells, [row['y'], row['p'], row['q'] ?? ''].join(), row);
  }

  addPlace(row: ResultRow): void {
    add(this.places, [row['place_s'], row['place_t'] ?? ''].join(), row);
  }

  addLosses(row: ResultRow): void {
    for (const [name, value] of Object.entries(row))
      if (!/^c\d+$/.test(name))
        this.losses.set(name, (this.losses.get(name) ?? 0n) + integerOf(value));
  }

  slice(
    classes: readonly string[],
    { version, champion, championClasses = [] }: ClassRelation,
    units: Units,
    byClass: readonly BinarySlice[] | null,
  ): MulticlassSlice {
    const named = (at: string | undefined): string => classes[Number(at)] as string;
    return {
      kind: 'multiclass',
      classes,
      ...(championClasses.length > 0 && { championClasses }),
      cells: listed(this.cells, units, ([label, prediction, theirs]): Omit<ClassCell, 'count'> => ({
        label: named(label),
        prediction: named(prediction),
        champion: champion === null ? null : named(theirs),
      })),
      places:
        version.scores === null
          ? null
          : listed(this.places, units, ([ours, theirs]): Omit<PlaceCell, 'count'> => ({
              version: Number(ours),
              champion: champion?.scores == null ? null : Number(theirs),
            })),
      losses: version.scores === null ? null : this.lossProfile(units, champion?.scores != null),
      rankings: byClass && byClass.map(({ ranking }) => ranking),
      scores: byClass && byClass.map(({ scores }) => scores),
    };
  }

  private lossProfile(units: Units, paired: boolean): LossProfile {
    const exponent = lossExponent + (units.weight ?? 0);
    const moments = (name: string): Moments => ({
      sum: inUnits(this.losses.get(`${name}1`) ?? 0n, exponent),
      squares: inUnits(this.losses.get(`${name}2`) ?? 0n, exponent),
    });
    const losses = (whose: Whose): Losses => ({
      log: moments(`${whose}_l`),
      brier: moments(`${whose}_b`),
    });
    return {
      version: losses('version'),
      champion: paired ? losses('champion') : null,
      difference: paired ? losses('difference') : null,
    };
  }
}

const add = (counts: Map<string, Counted>, key: string, row: ResultRow): void => {
  const known = counts.get(key) ?? { rows: 0, weight: { sum: 0n, squares: 0n } };
  known.rows += Number(row['n']);
  known.weight.sum += integerOf(row['w1']);
  known.weight.squares += integerOf(row['w2']);
  counts.set(key, known);
};

const listed = <Cell extends object>(
  counts: ReadonlyMap<string, Counted>,
  units: Units,
  cellOf: (key: readonly string[]) => Cell,
): (Cell & { count: number; weight?: Moments })[] =>
  [...counts]
    .map(([key, counted]) => ({ key: key.split(','), counted }))
    .sort((a, b) => byNumbers(a.key, b.key))
    .map(({ key, counted: { rows, weight } }) => ({
      ...cellOf(key),
      count: rows,
      ...(units.weight !== null && {
        weight: {
          sum: inUnits(weight.sum, units.weight),
          squares: inUnits(weight.squares, 2 * units.weight),
        },
      }),
    }));

const byNumbers = (a: readonly string[], b: readonly string[]): number =>
  a.reduce((order, part, index) => order || Number(part) - Number(b[index]), 0);
