import { readFileSync } from 'node:fs';
import type { Row } from './profiles.js';

/** The figures of scikit-learn and fairlearn, and of the definitions in make_score_oracles.py; null where undefined. */
export interface ScoreFigures {
  readonly [metric: string]: number | null | Readonly<Record<string, number>>;
}

interface Case {
  readonly data: {
    readonly label: number[];
    readonly score: number[];
    readonly prediction: number[];
    readonly weight?: number[];
    readonly amount?: number[];
    readonly group?: string[];
  };
  readonly expected: ScoreFigures;
}

const file = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/oracles/scores.json', import.meta.url), 'utf8'),
) as {
  worths: {
    true_positive: number;
    false_positive: number;
    true_negative: number;
    false_negative: number;
  };
  cases: Record<string, Case>;
};

export const oracleWorths = file.worths;

export const scoreOracles = Object.entries(file.cases).map(([name, { data, expected }]) => ({
  name,
  expected,
  hasAmounts: data.amount !== undefined,
  rows: data.label.map((label, row): Row => {
    const [weight, amount] = [data.weight?.[row], data.amount?.[row]];
    return {
      label: label === 1,
      prediction: data.prediction[row] === 1,
      score: data.score[row] as number,
      groups: { group: data.group?.[row] ?? 'all' },
      ...(weight === undefined ? {} : { weight }),
      ...(amount === undefined ? {} : { amount }),
    };
  }),
}));
