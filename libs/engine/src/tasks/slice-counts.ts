import type {
  ClassCell,
  LossProfile,
  Losses,
  Moments,
  MulticlassSlice,
  PlaceCell,
} from '@sluice/evaluation';
import { inUnits } from '../assembly/exact-ratio.js';
import type { LossKind } from '../sql/losses-sql.js';
import { lossExponent, type Units } from '../sql/scored-relation.js';
import type { ResultRow } from '../sql/sql-sums.js';
import type { SliceScores } from './class-scores.js';
import { integerOf } from './panel-query.js';
import type { ClassRelation } from './task-relations.js';

const withoutScores: SliceScores = {
  rankings: null,
  scores: null,
  classLosses: null,
  confidence: null,
};

interface Counted {
  rows: number;
  readonly weight: { sum: bigint; squares: bigint };
}

/** The counts of one slice. */
export class SliceCounts {
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
    scores: SliceScores | null,
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
      ...(scores ?? withoutScores),
    };
  }

  private lossProfile(units: Units, paired: boolean): LossProfile {
    const exponent = lossExponent + (units.weight ?? 0);
    const moments = (name: string): Moments => ({
      sum: inUnits(this.losses.get(`${name}1`) ?? 0n, exponent),
      squares: inUnits(this.losses.get(`${name}2`) ?? 0n, exponent),
    });
    const losses = (whose: LossKind): Losses => ({
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
