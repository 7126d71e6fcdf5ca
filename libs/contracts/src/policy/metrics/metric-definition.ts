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
   * `fairness` compares groups and needs `by`; `quality` stands alone and may be taken by group; `drift` compares the
   * evaluation data with the reference data.
   */
  readonly kind: 'quality' | 'fairness' | 'drift';
  /** Of drift: the kind of column that it is defined on, or the whole table. */
  readonly drift?: 'any' | 'numeric' | 'categorical' | 'table';
  /** Of drift: whether the labels and scores of the reference rows are needed too. */
  readonly scoresReference?: true;
  /** Of drift: whether it has an interval; a check is then decided on what the interval shows, unless told otherwise. */
  readonly hasInterval?: true;
  /** Whether it reads the other groups against the `privileged` one, which the policy then has to name. */
  readonly needsPrivileged?: true;
  readonly lowest: number;
  /** Infinity where there is no highest value. */
  readonly highest: number;
  /** What it is computed from: a ranking metric needs scores; a metric of labels is the same for every model. */
  readonly needs: 'label' | 'prediction' | 'score' | 'reference';
}
