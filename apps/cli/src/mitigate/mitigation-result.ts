import type { DecisionRule, ScoreMixture } from '@sluice/evaluation';
import type { BeforeAfter } from './before-after.js';
import type { Method } from './mitigation-options.js';

/** A figure of the data itself, for which no metric of a policy exists. */
export interface DataFigure {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** What `sluice mitigate` found out, as it is printed with `--json`. */
export interface MitigationResult {
  readonly schema: 'sluice/mitigation/v1';
  readonly method: Method;
  readonly by: readonly string[];
  /** Which rows were fitted to and which judged by, in sentences. */
  readonly notes: readonly string[];
  /** The rule that was fitted; null for methods that change data or scores. */
  readonly rule: DecisionRule | null;
  /** The mixture of scores that was fitted; null for all methods but calibrated-odds. */
  readonly mixture: ScoreMixture | null;
  /** What the constraint makes equal, as its largest difference between groups. */
  readonly constraint: {
    readonly name: string;
    readonly fitted: number | null;
    readonly judged: { readonly before: number | null; readonly after: number | null };
  } | null;
  /** Of the judged rows, as the gate measures them; empty where there is no model to judge. */
  readonly measures: readonly BeforeAfter[];
  readonly data: readonly DataFigure[];
  /** Weights by group and label, for reweighing. */
  readonly weights: readonly {
    readonly group: readonly string[];
    readonly favorable: number;
    readonly unfavorable: number;
  }[];
  readonly outputs: readonly string[];
}
