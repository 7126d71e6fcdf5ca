import type { Task } from '../task.js';

/** Which way a metric is better, which decides what "no worse" means. `ideal`: the nearer to `ideal`, the better. */
export type Direction = 'higher' | 'lower' | 'ideal' | 'neither';

export interface MetricDefinition {
  /** One sentence for people. */
  readonly title: string;
  /** The formula, in the words of docs/reference/metrics.md. */
  readonly formula: string;
  readonly direction: Direction;
  /** The value that is best, when the direction is `ideal`: 0 of a signed difference, 1 of a ratio. */
  readonly ideal?: 0 | 1;
  /**
   * `fairness` compares groups and needs `by`; `quality` stands alone and may be taken by group; `value` as well, from
   * what the policy says that outcomes are worth; `individual` compares each row with rows like it, whatever their
   * groups; `drift` compares the evaluation data with the reference data.
   */
  readonly kind: 'quality' | 'fairness' | 'individual' | 'value' | 'drift';
  /** Of drift: the kind of column that it is defined on, an embedding, or the whole table. */
  readonly drift?: 'any' | 'numeric' | 'categorical' | 'embedding' | 'table';
  /** Of drift: whether the labels and scores of the reference rows are needed too. */
  readonly scoresReference?: true;
  /** Of drift: whether it is performance estimated without labels, for which chunks of the reference set thresholds. */
  readonly estimatesPerformance?: true;
  /** Of drift: the metric to ask for where rows have weights, of which this one has no form. */
  readonly unweightedInstead?: string;
  /** Of drift: whether it has an interval; a check is then decided on what the interval shows, unless told otherwise. */
  readonly hasInterval?: true;
  /** Whether it reads the other groups against the `privileged` one, which the policy then has to name. */
  readonly needsPrivileged?: true;
  /** Whether it has a value for each group, rather than one that compares them all. */
  readonly perGroup?: true;
  /** Whether it goes through the strata of a control column, which a check then has to name in `within`. */
  readonly needsControl?: true;
  /** Whether it needs `value.cost` of the policy. */
  readonly needsCost?: true;
  /** −Infinity where there is no lowest value. */
  readonly lowest: number;
  /** Infinity where there is no highest value. */
  readonly highest: number;
  /** What it is computed from: a ranking metric needs scores; a metric of labels is the same for every model. */
  readonly needs: 'label' | 'prediction' | 'score' | 'reference';
  /** The tasks that it is a metric of; of binary classification alone when absent. */
  readonly tasks?: readonly Task[];
  /**
   * Whether, of several classes, it is of one of them against all others, which a check then has to name in `class`; or may be,
   * and without `class` is of all together.
   */
  readonly ofOneClass?: 'always' | 'optional';
  /** Whether it has no interval, so that no check can hold by it and groups can't be compared. */
  readonly withoutInterval?: true;
  /** The number that a check may give in `parameter`. */
  readonly parameter?: MetricParameter;
}

export interface MetricParameter {
  /** What it stands for in the formula. */
  readonly name: string;
  /** What a check takes that doesn't give it. */
  readonly default: number;
  readonly lowest: number;
  readonly highest: number;
  /** The only values that it can have, where not every number of the range will do. */
  readonly oneOf?: readonly number[];
  /** Whether it has to be a whole number. */
  readonly whole?: true;
}
