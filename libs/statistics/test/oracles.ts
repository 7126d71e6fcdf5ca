import { readFileSync } from 'node:fs';

/** What scikit-learn, fairlearn and statsmodels said, with the script that asked them beside the file. */
export interface Oracle {
  readonly n: number;
  readonly accuracy_wilson_95: readonly [number, number];
  readonly confusion: { tp: number; fp: number; tn: number; fn: number };
  readonly roc_auc: number | null;
  readonly roc_auc_delong_variance: number | null;
  readonly against_champion?: {
    readonly champion_roc_auc: number | null;
    readonly roc_auc_difference: number;
    readonly roc_auc_difference_95: readonly [number, number];
    readonly delong_champion_variance: number;
    readonly delong_covariance: number;
    readonly delong_z: number | null;
    readonly delong_p_two_sided: number | null;
    readonly correct_both_this_champion_neither: readonly [number, number, number, number];
    readonly accuracy_difference: number;
    readonly accuracy_difference_newcombe_paired_corrected_95: readonly [number, number];
  };
  readonly fairness: Record<
    string,
    {
      groups: Record<
        string,
        {
          n: number;
          confusion: { tp: number; fp: number; tn: number; fn: number };
          selection_rate_wilson_95: readonly [number, number];
        }
      >;
      unprivileged_against_privileged?: {
        selection_rate_difference_newcombe_95: readonly [number, number];
        selection_rate_ratio_log_95: readonly [number, number] | null;
        true_positive_rate_difference_newcombe_95: readonly [number, number] | null;
      };
    }
  >;
}

export interface SyntheticCase {
  readonly data: {
    readonly label: number[];
    readonly score: number[];
    readonly champion_score?: number[];
  };
  readonly expected: Oracle;
}

const read = (file: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../../test/fixtures/oracles/${file}`, import.meta.url), 'utf8'),
  );

const creditRisk = read('credit-risk.json') as {
  privileged: Record<string, string>;
  models: Record<string, { expected: Oracle }>;
};
const synthetic = read('synthetic.json') as {
  privileged: Record<string, string>;
  cases: Record<string, SyntheticCase>;
};

export const syntheticCases = Object.entries(synthetic.cases);

export const oracles: { name: string; privileged: Record<string, string>; expected: Oracle }[] = [
  ...Object.entries(creditRisk.models).map(([name, { expected }]) => ({
    name: `credit-risk, ${name}`,
    privileged: creditRisk.privileged,
    expected,
  })),
  ...syntheticCases.map(([name, { expected }]) => ({
    name,
    privileged: synthetic.privileged,
    expected,
  })),
];
