import type { BinaryProfile, BinarySlice, MulticlassSlice } from '@sluice/evaluation';
import { assembleProfile } from '../assembly/assemble-profile.js';
import type { SlicedGrouping } from '../assembly/layout.js';
import { truthSql } from '../sql/dialect.js';
import type { ScoredRelation } from '../sql/scored-relation.js';
import { SqlSums } from '../sql/sql-sums.js';
import { profileLists, type ScoredTable } from './class-lists.js';
import type { ClassPredictions, ClassRelation } from './task-relations.js';

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
  const { relation, classes } = table;
  const lists = await profileLists(table, onStep);
  const confidences = [await binned(table, confidenceIn(relation, relation.version))];
  if (relation.champion?.scores != null)
    confidences.push(await binned(table, confidenceIn(relation, relation.champion)));
  onStep();
  return slicesOf([...confidences, ...lists], groupings).map((slices) => {
    const [version, champion = null] = slices
      .slice(0, confidences.length)
      .map(({ scores }) => scores?.version ?? null);
    const ofLists = slices.slice(confidences.length);
    const own = ofLists.slice(0, classes.length);
    const all = ofLists[classes.length];
    return {
      rankings: own.map(({ ranking }) => ranking),
      scores: own.map(({ scores }) => scores),
      classLosses: own.map(({ losses }) => losses),
      confidence: version == null ? null : { version, champion },
      ...(all && { pooled: { ranking: all.ranking, scores: all.scores } }),
    };
  });
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

/** The histogram of the scores alone, which adds up. */
const binned = async (
  { query, dialect, layout, rows }: ScoredTable,
  relation: ScoredRelation,
): Promise<BinaryProfile> => {
  const sums = await SqlSums.of(query, dialect, relation, layout, rows);
  await sums.addHistograms('version');
  return assembleProfile(rows, sums.slices, sums.sums, sums.units);
};
