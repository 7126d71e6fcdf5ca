import { readFileSync } from 'node:fs';
import type {
  BinaryProfile as Profile,
  BinarySlice,
  Moments,
  ProtectedProfile,
} from '../src/profile.js';
import { cellsOfConfusion, type Confusion } from './profiles.js';

/** Counts of the rows with one value of each column, and sums of their scores by label with those of the squares. */
interface OracleCell {
  readonly a: string;
  readonly b: string;
  readonly k: string;
  readonly confusion: Confusion;
  readonly scores: {
    readonly positives: readonly [number, number];
    readonly negatives: readonly [number, number];
  };
  /** Σ w and Σ w² by outcome, where rows are weighted. */
  readonly weights?: Readonly<Record<keyof Confusion, readonly [number, number]>>;
}

/** What fairlearn makes of the groups of a column; null where it has NaN or raises. */
export interface MetricFrame {
  readonly [across: string]: number | null | boolean;
  /** Whether some group has no row to divide by. */
  readonly empty: boolean;
  readonly groups: number;
}

export interface FairnessCase {
  readonly name: string;
  readonly profile: Profile;
  /** By column, stratum (empty without one) and metric. */
  readonly fairlearn: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, MetricFrame>>>>>
  >;
  readonly aif360: Readonly<Record<string, number | null>>;
  /** Its indices of inequality of rows that stand there as often as they weigh, where they are weighted. */
  readonly aif360_of_copies?: Readonly<Record<string, number | null>>;
  /** By group: the share of predicted positives, and disparities by reference and rate. */
  readonly aequitas: Readonly<
    Record<
      string,
      {
        readonly ppr: number | null;
        readonly privileged: Readonly<Record<string, number | null>>;
        readonly majority: Readonly<Record<string, number | null>>;
      }
    >
  >;
}

const file = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/oracles/fairness.json', import.meta.url), 'utf8'),
) as {
  cases: Record<
    string,
    Omit<FairnessCase, 'name' | 'profile'> & { privileged: string; cells: OracleCell[] }
  >;
};

const sliceOf = (cells: readonly OracleCell[]): BinarySlice => {
  const sum = (key: keyof Confusion): number =>
    cells.reduce((total, { confusion }) => total + confusion[key], 0);
  const moments = (label: 'positives' | 'negatives'): Moments => ({
    sum: cells.reduce((total, { scores }) => total + scores[label][0], 0),
    squares: cells.reduce((total, { scores }) => total + scores[label][1], 0),
  });
  return {
    cells: cellsOfConfusion(
      { tp: sum('tp'), fp: sum('fp'), fn: sum('fn'), tn: sum('tn') },
      weightsOf(cells),
    ),
    ranking: null,
    scores: {
      version: {
        bins: [],
        positives: [],
        negatives: [],
        sums: [],
        byLabel: { positives: moments('positives'), negatives: moments('negatives') },
      },
      champion: null,
    },
    losses: null,
  };
};

const weightsOf = (
  cells: readonly OracleCell[],
): Readonly<Record<keyof Confusion, Moments>> | undefined => {
  if (cells.some(({ weights }) => weights === undefined)) return undefined;
  const of = (outcome: keyof Confusion): Moments => {
    const sum = (at: 0 | 1): number =>
      cells.reduce((total, { weights }) => total + (weights?.[outcome][at] ?? NaN), 0);
    return { sum: sum(0), squares: sum(1) };
  };
  return { tp: of('tp'), fp: of('fp'), fn: of('fn'), tn: of('tn') };
};

const groupingOf = (
  cells: readonly OracleCell[],
  columns: readonly ('a' | 'b')[],
  privileged: string | null,
  stratum: string | null = null,
): ProtectedProfile => {
  const looked = cells.filter(({ k }) => stratum === null || k === stratum);
  const joined = (cell: OracleCell): string => columns.map((column) => cell[column]).join(' × ');
  return {
    column: columns.join(' × '),
    privileged,
    within: stratum === null ? null : { column: 'k', value: stratum },
    ...(stratum === null ? {} : { overall: sliceOf(looked) }),
    groups: [...new Set(looked.map(joined))].sort().map((group) => ({
      group,
      ...sliceOf(looked.filter((cell) => joined(cell) === group)),
    })),
  };
};

export const fairnessCases: readonly FairnessCase[] = Object.entries(file.cases).map(
  ([name, { cells, privileged, ...peers }]) => {
    const overall = sliceOf(cells);
    const strata = [...new Set(cells.map(({ k }) => k))].sort();
    return {
      name,
      ...peers,
      profile: {
        task: 'binary-classification',
        rows: overall.cells.reduce((sum, { count }) => sum + count, 0),
        overall,
        byColumn: [
          groupingOf(cells, ['a'], privileged),
          groupingOf(cells, ['a', 'b'], null),
          ...strata.map((stratum) => groupingOf(cells, ['a'], privileged, stratum)),
        ],
      },
    };
  },
);
