import type { BinaryProfile } from '@sluice/evaluation';
import { assembleProfile } from '../assembly/assemble-profile.js';
import { panelsOf, type Layout } from '../assembly/layout.js';
import type { CodedCell } from '../assembly/panel-slices.js';
import type { CellSums, SliceSums } from '../assembly/profile-sums.js';
import type { Dataset } from '../dataset/dataset.js';
import { truthSql, type Dialect } from '../sql/dialect.js';
import { unitsOf, type ScoredRelation, type Units } from '../sql/scored-relation.js';
import { SqlSums, type Query, type ResultRow } from '../sql/sql-sums.js';
import { ClassSums } from './class-sums.js';
import { codesIn, integerOf } from './panel-query.js';
import type { ClassPredictions, ClassRelation } from './task-relations.js';
import { fitsWalk, walkLists, type ListToWalk } from './walk-classes.js';

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
  /** Where rows can be ranked in memory; null where there is SQL alone. */
  readonly dataset: Dataset | null;
  /** What lists may take in memory at a time. */
  readonly mostBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Scores of some classes as one list: a table of two classes, with a row for each row and class. */
interface ScoreListing {
  /** Positions of classes. */
  readonly classes: readonly number[];
  readonly relation: ScoredRelation;
  readonly rows: number;
}

/**
 * The profiles of each class against all others, then that of the scores of all classes together if it is wanted. They are ranked
 * in memory where rows can be read and have room, else by SQL, with the same sums.
 *
 * @param onRanked told of each list that is ranked
 */
export const profileLists = async (
  table: ScoredTable,
  onRanked: () => void,
): Promise<BinaryProfile[]> => {
  const { dataset } = table;
  const listings = listingsOf(table);
  const counted = await countedLists(table, listings);
  const walked = dataset === null ? [] : counted.filter((list) => fitsWalk(table, list));
  // The longest first, and what is on several lists is read once.
  if (dataset !== null && walked.length > 0)
    await walkLists({ ...table, dataset }, walked.toReversed(), onRanked);
  for (const [at, listing] of listings.entries()) {
    const list = counted[at] as ListToWalk;
    if (!walked.includes(list)) {
      await addRanks(listing, list.sums);
      onRanked();
    }
    if (table.mergeable) await addRuns(listing, list.sums);
  }
  await addLosses(table, counted.slice(0, table.classes.length));
  return listings.map(({ rows }, at) => {
    const { slices, sums, units } = (counted[at] as ListToWalk).sums;
    return assembleProfile(rows, slices, sums, units);
  });
};

const listingsOf = ({ relation, classes, rows, dialect, pooled }: ScoredTable): ScoreListing[] => {
  const all = [...classes.keys()];
  const known = all.filter((at) => !relation.championClasses?.includes(classes[at] as string));
  const alone = all.map((at) => ({
    classes: [at],
    relation: oneAgainstAll(relation, at),
    rows,
  }));
  if (!pooled) return alone;
  const together = {
    classes: known,
    relation: asOneList(relation, known, dialect),
    rows: rows * known.length,
  };
  return [...alone, together];
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

/** Rows of a class that agree in the codes of a panel. */
interface ClassRows {
  readonly codes: readonly number[];
  readonly at: number;
  readonly rows: number;
  readonly sum: bigint;
  readonly squares: bigint;
}

/** Lists whose cells are counted. How many rows are of each class tells it of every list: what is predicted doesn't matter to ranks. */
const countedLists = async (
  { query, dialect, relation, layout }: ScoredTable,
  listings: readonly ScoreListing[],
): Promise<ListToWalk[]> => {
  const known = new Map<number | null, ClassRows[][]>();
  const counted: ListToWalk[] = [];
  for (const { classes, relation: own, rows } of listings) {
    const units = unitsOf(own, rows);
    const panels = known.get(units.weight) ?? [];
    if (!known.has(units.weight)) {
      const sums = new ClassSums(relation, units, dialect);
      for (const { columns } of panelsOf(layout))
        panels.push(
          (await query(sums.cells(columns, ['y'])))
            .map((row) => classRowsOf(row, columns, units))
            .toSorted((a, b) => inOrderOf(a.codes, b.codes)),
        );
      known.set(units.weight, panels);
    }
    const cells = panels.map((panel) => cellsOf(panel, classes));
    counted.push({
      classes,
      sums: SqlSums.counted(query, dialect, own, layout, rows, cells),
    });
  }
  return counted;
};

const classRowsOf = (row: ResultRow, columns: readonly number[], units: Units): ClassRows => {
  const rows = Number(row['n']);
  return {
    codes: codesIn(row, columns),
    at: Number(row['y']),
    rows,
    sum: units.weight === null ? 0n : integerOf(row['w1']),
    squares: units.weight === null ? 0n : integerOf(row['w2']),
  };
};

const inOrderOf = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((order, code, at) => order || code - (b[at] as number), 0);

/** The cells of a list, in one order of codes whatever its classes. */
const cellsOf = (panel: readonly ClassRows[], classes: readonly number[]): CodedCell[] =>
  panel.flatMap(({ codes, at, rows, sum, squares }) => {
    const positives = classes.includes(at) ? 1 : 0;
    return [
      { label: true, times: positives },
      { label: false, times: classes.length - positives },
    ]
      .filter(({ times }) => times > 0)
      .map(({ label, times }) => ({
        codes,
        cell: {
          label,
          prediction: label,
          champion: null,
          rows: times * rows,
          weight: { sum: BigInt(times) * sum, squares: BigInt(times) * squares },
          amount: { sum: 0n, squares: 0n },
        } satisfies CellSums,
      }));
  });

const isPaired = ({ relation: { champion } }: ScoreListing): boolean =>
  champion !== null && champion.score !== null;

const predictorsOf = (listing: ScoreListing): ('version' | 'champion')[] =>
  isPaired(listing) ? ['version', 'champion'] : ['version'];

/** Histograms and ranks, and what version and champion have in common, by SQL. */
const addRanks = async (listing: ScoreListing, sums: SqlSums): Promise<void> => {
  for (const of of predictorsOf(listing)) {
    await sums.addHistograms(of);
    await sums.addRanks(of);
  }
  if (isPaired(listing)) await sums.addCovariances();
};

const addRuns = async (listing: ScoreListing, sums: SqlSums): Promise<void> => {
  for (const of of predictorsOf(listing)) await sums.addRuns(of);
  if (isPaired(listing)) await sums.addPairs();
};

/** Classes whose losses are summed up in one query. */
const classesAtOnce = 10;

/** The losses of each class against all others. */
const addLosses = async (
  { query, dialect, relation }: ScoredTable,
  lists: readonly ListToWalk[],
): Promise<void> => {
  const [first] = lists;
  if (first === undefined) return;
  const { panels, units } = first.sums;
  const sums = new ClassSums(relation, units, dialect);
  for (let from = 0; from < lists.length; from += classesAtOnce) {
    const own = lists.slice(from, from + classesAtOnce);
    const classes = own.map((list) => list.classes[0] as number);
    for (const panel of panels) {
      const { columns } = panel.panel;
      for (const row of await query(sums.lossesByClass(columns, classes))) {
        const slices = panel.of(codesIn(row, columns));
        own.forEach((list, at) => {
          for (const [kind, losses] of sums.lossesIn(row, classes[at] as number))
            for (const slice of slices)
              (list.sums.sums[slice] as SliceSums).addLosses(kind, losses);
        });
      }
    }
  }
};
