import type { BinaryProfile, BinarySlice, MulticlassSlice } from '@sluice/evaluation';
import { assembleProfile } from '../assembly/assemble-profile.js';
import type { Layout, SlicedGrouping } from '../assembly/layout.js';
import { truthSql, type Dialect } from '../sql/dialect.js';
import type { ScoredRelation } from '../sql/scored-relation.js';
import { SqlSums, type Query } from '../sql/sql-sums.js';
import type { ClassPredictions, ClassRelation } from './task-relations.js';

/** Where scores of several classes are, and what is wanted of them. */
export interface ScoredTable {
  readonly query: Query;
  readonly dialect: Dialect;
  readonly relation: ClassRelation;
  readonly classes: readonly string[];
  readonly layout: Layout;
  readonly rows: number;
  readonly mergeable: boolean;
  /** Whether ranks of the scores of all classes together are wanted, which take as long as those of all classes do. */
  readonly pooled: boolean;
}

/** What a slice holds of scores, beside what is of the score of the label. */
export type SliceScores = Required<
  Pick<MulticlassSlice, 'rankings' | 'scores' | 'classLosses' | 'confidence'>
> &
  Pick<MulticlassSlice, 'pooled'>;

/** The steps that `classScores` tells. */
export const scoreSteps = (classes: readonly string[], pooled: boolean): number =>
  classes.length + (pooled ? 2 : 1);

/**
 * What slices hold of scores, by slice: each class against all others, then how sure models are of what they predict, then the
 * scores of all classes as one list. Each is a table of two classes, of which there is one definition.
 */
export const classScores = async (
  table: ScoredTable,
  groupings: readonly SlicedGrouping[],
  onStep: () => void,
): Promise<SliceScores[]> => {
  const { relation, classes, rows } = table;
  const byClass: BinaryProfile[] = [];
  for (const [at] of classes.entries()) {
    byClass.push(await ranked(table, oneAgainstAll(relation, at), rows, true));
    onStep();
  }
  const confidences = [await binned(table, confidenceIn(relation, relation.version))];
  if (relation.champion?.scores != null)
    confidences.push(await binned(table, confidenceIn(relation, relation.champion)));
  onStep();
  const pooled = table.pooled ? [await rankedAsOne(table)] : [];
  if (table.pooled) onStep();
  return slicesOf([...byClass, ...confidences, ...pooled], groupings).map((slices) => {
    const own = slices.slice(0, classes.length);
    const [version, champion = null] = slices
      .slice(classes.length, classes.length + confidences.length)
      .map(({ scores }) => scores?.version ?? null);
    const all = slices[classes.length + confidences.length];
    return {
      rankings: own.map(({ ranking }) => ranking),
      scores: own.map(({ scores }) => scores),
      classLosses: own.map(({ losses }) => losses),
      confidence: version == null ? null : { version, champion },
      ...(all && { pooled: { ranking: all.ranking, scores: all.scores } }),
    };
  });
};

/** The scores of the classes that the version knows, as one list. */
const rankedAsOne = (table: ScoredTable): Promise<BinaryProfile> => {
  const { relation, classes, rows, dialect } = table;
  const known = [...classes.keys()].filter(
    (at) => !relation.championClasses?.includes(classes[at] as string),
  );
  return ranked(table, asOneList(relation, known, dialect), rows * known.length, false);
};

/** The slices of several profiles of the same rows, by slice: of all rows, of whole strata and of groups. */
const slicesOf = (
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

/** Whether each row is predicted right, with the score of the class that it is predicted to be of. */
const confidenceIn = (
  { from, label, weight, codes }: ClassRelation,
  { prediction, scores }: ClassPredictions,
): ScoredRelation => {
  const right = truthSql(`${label} = ${prediction}`);
  const cases = (scores ?? []).map((score, at) => `WHEN ${at} THEN ${score}`);
  return {
    from,
    label: right,
    prediction: right,
    score: `CASE ${prediction} ${cases.join(' ')} END`,
    champion: null,
    weight,
    amount: null,
    codes,
  };
};

/** A row for each row and class, with the score of the class, and whether the row is of it. */
const asOneList = (
  { from, label, version, champion, weight, codes }: ClassRelation,
  classes: readonly number[],
  dialect: Dialect,
): ScoredRelation => {
  const theirs = champion?.scores ?? null;
  const of = (scores: readonly string[]): string[] => classes.map((at) => scores[at] as string);
  const listed = dialect.unnested(from, {
    listed_class: classes.map(String),
    listed_own: of(version.scores ?? []),
    ...(theirs && { listed_their: of(theirs) }),
  });
  const isClass = truthSql(`${label} = listed_class`);
  return {
    from: `(${listed}) AS listed_`,
    label: isClass,
    prediction: isClass,
    score: 'listed_own',
    champion: theirs && { prediction: isClass, score: 'listed_their' },
    weight,
    amount: null,
    codes,
  };
};

const ranked = async (
  { query, dialect, layout, mergeable }: ScoredTable,
  relation: ScoredRelation,
  rows: number,
  withLosses: boolean,
): Promise<BinaryProfile> => {
  const sums = await SqlSums.of(query, dialect, relation, layout, rows);
  const paired = relation.champion !== null && relation.champion.score !== null;
  for (const of of paired ? (['version', 'champion'] as const) : (['version'] as const)) {
    await sums.addHistograms(of);
    await sums.addRanks(of);
    if (mergeable) await sums.addRuns(of);
  }
  if (withLosses)
    await sums.addLosses(paired ? ['version', 'champion', 'difference'] : ['version']);
  if (paired) await sums.addCovariances();
  if (paired && mergeable) await sums.addPairs();
  return assembleProfile(rows, sums.slices, sums.sums, sums.units);
};

/** The histogram of the scores alone, which adds up. */
const binned = async (
  { query, dialect, layout, rows }: ScoredTable,
  relation: ScoredRelation,
): Promise<BinaryProfile> => {
  const sums = await SqlSums.of(query, dialect, relation, layout, rows);
  await sums.addHistograms('version');
  return assembleProfile(rows, sums.slices, sums.sums, sums.units);
};
