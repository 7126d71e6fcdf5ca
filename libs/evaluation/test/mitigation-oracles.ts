import { readFileSync } from 'node:fs';
import type { ScoredGroup } from '../src/mitigation/decision-rule.js';
import type { GroupConfusion } from '../src/mitigation/equalized-odds.js';

interface Rows {
  readonly group: string[];
  readonly label: number[];
  readonly score: number[];
  readonly weight?: number[];
}

type Sides<T> = Readonly<Record<'privileged' | 'others', T>>;

interface Case {
  readonly data: Rows;
  readonly thresholds: Readonly<
    Record<
      string,
      {
        readonly x: number;
        readonly y: number;
        readonly groups: Readonly<
          Record<
            string,
            {
              readonly p0: number;
              readonly threshold0: number | null;
              readonly p1: number;
              readonly threshold1: number | null;
              readonly p_ignore: number;
              readonly constant: number;
            }
          >
        >;
        readonly chances: number[];
      }
    >
  >;
  readonly equalized_odds?: Sides<{ readonly keep: number; readonly turn: number }>;
  readonly calibrated_odds?: Readonly<
    Record<string, Sides<{ readonly chance: number; readonly base_rate: number }>>
  >;
  readonly reject_option?: Readonly<
    Record<
      string,
      { readonly threshold: number; readonly margin: number; readonly predictions: number[] }
    >
  >;
  readonly reweighing?: Readonly<Record<string, number>>;
}

interface Mitigation {
  readonly cases: Readonly<Record<string, Case>>;
  /** Rows with weights; chances are by the position of a row that weighs more than 0. */
  readonly weighed: Readonly<
    Record<
      'whole' | 'fractions',
      Omit<Case, 'thresholds'> & {
        readonly thresholds?: Readonly<
          Record<
            string,
            {
              readonly x: number;
              readonly y: number;
              readonly chances: Readonly<Record<string, number>>;
            }
          >
        >;
      }
    >
  >;
  readonly german_credit: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly repair: Readonly<
    Record<
      string,
      {
        readonly group: number[];
        readonly value: number[];
        readonly repaired: Readonly<Record<string, number[]>>;
      }
    >
  >;
  /** Positions of rows in the order of the list. */
  readonly reranking: Readonly<
    Record<
      string,
      {
        readonly group: number[];
        readonly score: number[];
        readonly shares: number[];
        /** By AIF360 with a mistake put right, and its greedy list with it. */
        readonly ranked: Readonly<Record<string, number[]>>;
        readonly as_it_is: { readonly greedy: number[] | null };
      }
    >
  >;
  readonly correlation: {
    readonly data: Readonly<Record<'s0' | 's1' | 'f0' | 'f1', number[]>>;
    readonly one_column: Readonly<Record<string, number[][]>>;
    readonly two_columns: Readonly<Record<string, number[][]>>;
    readonly weight: number[];
    /** Both columns taken out of all rows, fitted to rows repeated by weight. */
    readonly weighed: number[][];
  };
}

const fixtures = new URL('../../../test/fixtures/oracles/', import.meta.url);

/** What AIF360 and fairlearn make of the same data. */
export const mitigation = JSON.parse(
  readFileSync(new URL('mitigation.json', fixtures), 'utf8'),
) as Mitigation;

export const cases = Object.entries(mitigation.cases).map(([name, expected]) => ({
  name,
  expected,
  ...expected.data,
  groups: groupsOf(expected.data),
}));

/** The rows of each group, in the order of their names. */
export function groupsOf({ group, label, score, weight }: Rows): ScoredGroup[] {
  return [...new Set(group)].toSorted().map((name) => {
    const rows = group.flatMap((found, row) => (found === name ? [row] : []));
    return {
      group: [name],
      label: Uint8Array.from(rows, (row) => label[row] as number),
      score: Float64Array.from(rows, (row) => score[row] as number),
      ...(weight && { weight: Float64Array.from(rows, (row) => weight[row] as number) }),
    };
  });
}

/** The same rows, each as often as it weighs. */
export const repeated = ({ group, label, score, weight }: ScoredGroup): ScoredGroup => {
  const rows = [...score.keys()].flatMap((row) => Array<number>(weight?.[row] ?? 1).fill(row));
  return {
    group,
    label: Uint8Array.from(rows, (row) => label[row] as number),
    score: Float64Array.from(rows, (row) => score[row] as number),
  };
};

/** A group's rows by label and the prediction that a score of at least ½ makes. */
export const confusionOf = ({ group, label, score, weight }: ScoredGroup): GroupConfusion => {
  const count = (truth: number, favorable: boolean): number =>
    label.reduce(
      (sum, value, row) =>
        value === truth && (score[row] as number) >= 0.5 === favorable
          ? sum + (weight?.[row] ?? 1)
          : sum,
      0,
    );
  return {
    group,
    truePositives: count(1, true),
    falsePositives: count(0, true),
    trueNegatives: count(0, false),
    falseNegatives: count(1, false),
  };
};

/** German credit, 1,000 rows: is credit good, and the values of the columns that its groups come from. */
export const germanCredit = readFileSync(
  new URL('../../../examples/credit-risk/train/data/german.data', fixtures),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => line.split(' '))
  .map((fields) => ({
    good: fields[20] === '1',
    age_over_25: Number(fields[12]) > 25,
    male: ['A91', 'A93', 'A94'].includes(fields[8] as string),
  }));
