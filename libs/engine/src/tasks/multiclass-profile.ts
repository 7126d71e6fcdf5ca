import type { MulticlassProfile, MulticlassSlice } from '@sluice/evaluation';
import type { Layout } from '../assembly/layout.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Dialect } from '../sql/dialect.js';
import { weightExponent, type Units } from '../sql/scored-relation.js';
import type { Query } from '../sql/sql-sums.js';
import { classScores, scoreSteps, type SliceScores } from './class-scores.js';
import { ClassSums } from './class-sums.js';
import { PanelQuery } from './panel-query.js';
import { SliceCounts } from './slice-counts.js';
import type { ClassRelation } from './task-relations.js';
import { usualBytes } from './walk-classes.js';

/** What is told while a profile is made, and what is wanted of it. */
export interface ClassProfileOptions {
  readonly onStep?: (done: number, total: number) => void;
  /** Whether it keeps what ranks of merged profiles need. */
  readonly mergeable?: boolean;
  /** Whether it keeps ranks of the scores of all classes as one list. */
  readonly pooled?: boolean;
  /** The table itself, where its scores may be ranked in memory; by SQL alone without. */
  readonly dataset?: Dataset;
  /** What ranking may take in memory, 1 GiB unless told otherwise; what takes more is left to SQL. */
  readonly mostBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The profile of a table with labels and predictions of several classes, by SQL; ranks in memory where there is the table itself. */
export const multiclassProfile = async (
  query: Query,
  dialect: Dialect,
  relation: ClassRelation,
  classes: readonly string[],
  layout: Layout,
  rows: number,
  options: ClassProfileOptions = {},
): Promise<MulticlassProfile> => {
  const { onStep = () => undefined, mergeable = false, pooled = false, dataset = null } = options;
  const scored = relation.version.scores !== null;
  const steps = 1 + (scored ? 2 + scoreSteps(classes, pooled) : 0);
  let done = 0;
  const stepDone = (): void => onStep((done += 1), steps);
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
  stepDone();
  const scores: SliceScores[] = [];
  if (scored) {
    await panels.each(
      (codes) => of.places(codes),
      (slice, row) => (slices[slice] as SliceCounts).addPlace(row),
    );
    stepDone();
    await panels.each(
      (codes) => of.losses(codes),
      (slice, row) => (slices[slice] as SliceCounts).addLosses(row),
    );
    stepDone();
    const { mostBytes = usualBytes, signal } = options;
    const wanted = { mergeable, pooled, dataset, mostBytes, signal };
    const table = { query, dialect, relation, classes, layout, rows, ...wanted };
    scores.push(...(await classScores(table, panels.slices.groupings, stepDone)));
  }
  const slice = (index: number): MulticlassSlice =>
    (slices[index] as SliceCounts).slice(classes, relation, units, scores[index] ?? null);
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
