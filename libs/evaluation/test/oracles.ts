import { readFileSync } from 'node:fs';
import type { Confusion, Row } from './profiles.js';

/** The figures of scikit-learn and fairlearn; null where they aren't defined. */
export interface Expected {
  readonly confusion: Confusion;
  readonly accuracy: number;
  readonly recall: number | null;
  readonly specificity: number | null;
  readonly balanced_accuracy: number | null;
  readonly youden_j: number | null;
  readonly precision: number | null;
  readonly negative_predictive_value: number | null;
  readonly f1: number | null;
  readonly mcc: number | null;
  readonly cohen_kappa: number | null;
  readonly aif360: Readonly<Record<string, number | null>>;
  readonly roc_auc: number | null;
  readonly against_champion?: {
    readonly accuracy_difference: number;
    readonly roc_auc_difference: number;
  };
  readonly fairness: Readonly<
    Record<
      string,
      {
        readonly groups: Readonly<
          Record<
            string,
            {
              readonly n: number;
              readonly confusion: Confusion;
              readonly selection_rate: number;
              readonly true_positive_rate: number | null;
              readonly false_positive_rate: number | null;
            }
          >
        >;
        readonly between_groups: Readonly<Record<string, number | null>>;
        /** With two groups, and with more. */
        readonly unprivileged_against_privileged?: AgainstPrivileged;
        readonly others_against_privileged?: AgainstPrivileged;
      }
    >
  >;
}

interface AgainstPrivileged {
  readonly aif360: Readonly<Record<string, number | null>>;
}

interface Case {
  readonly data: {
    readonly label: number[];
    readonly score: number[];
    readonly prediction: number[];
    readonly group: string[];
    readonly champion_score?: number[];
    readonly champion_prediction?: number[];
  };
  readonly expected: Expected;
}

const read = (file: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../../test/fixtures/oracles/${file}`, import.meta.url), 'utf8'),
  );

export const creditRisk = Object.entries(
  (read('credit-risk.json') as { models: Record<string, { expected: Expected }> }).models,
).map(([name, { expected }]) => ({ name, expected }));

export const synthetic = Object.entries(
  (read('synthetic.json') as { cases: Record<string, Case> }).cases,
).map(([name, { data, expected }]) => ({
  name,
  expected,
  rows: data.label.map((label, row): Row => {
    const champion = data.champion_prediction?.[row];
    const championScore = data.champion_score?.[row];
    return {
      label: label === 1,
      prediction: data.prediction[row] === 1,
      score: data.score[row] as number,
      groups: { group: data.group[row] as string },
      ...(champion === undefined ? {} : { champion: champion === 1 }),
      ...(championScore === undefined ? {} : { championScore }),
    };
  }),
}));
