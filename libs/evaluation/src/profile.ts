/**
 * A Profile holds the sufficient statistics of one table under one policy: all that evaluation needs, and no row.
 * Count-based parts add up when profiles are merged; the ranking part is exact for the rows it was made from.
 */
export interface Profile {
  /** Rows of the table. */
  readonly rows: number;
  /** Rows by label and predictions, overall. */
  readonly overall: readonly Cell[];
  /** The same by group, for each protected column of the policy, in the policy's order. */
  readonly byColumn: readonly ProtectedProfile[];
  /** Exact rank statistics of the scores; null when the data holds predictions only. */
  readonly ranking: RankingProfile | null;
  /** Where the scores lie, for curves; null when the data holds predictions only. Unlike ranks, it adds up. */
  readonly scores: ScoreProfile | null;
}

export interface ProtectedProfile {
  readonly column: string;
  readonly privileged: string | null;
  /** In code-unit order of their names. At least two. */
  readonly groups: readonly {
    readonly group: string;
    readonly cells: readonly Cell[];
    readonly ranking: RankingProfile | null;
    readonly scores: ScoreProfile | null;
  }[];
}

/**
 * A count of rows that agree on label and prediction, and on the champion's prediction for the same rows.
 * True stands for the favorable value. `champion` is null throughout when there is no champion.
 * Cells without rows are left out.
 */
export interface Cell {
  readonly label: boolean;
  readonly prediction: boolean;
  readonly champion: boolean | null;
  readonly count: number;
}

/**
 * DeLong's sufficient statistics of the version's scores and, on the same rows, the champion's.
 * An AUC is null when a class has no rows; variances of the structural components are null when a class has fewer than two.
 */
export interface RankingProfile {
  readonly positives: number;
  readonly negatives: number;
  readonly version: RankedScores;
  readonly champion: RankedScores | null;
  /** Sample covariances of the structural components between version and champion, over positives and over negatives. */
  readonly covariance: {
    readonly positive: number | null;
    readonly negative: number | null;
  } | null;
}

export interface RankedScores {
  /** P(s₊ > s₋) + ½ P(s₊ = s₋), exact. */
  readonly auc: number | null;
  /** Sample variance (n − 1) of the structural components over positives (V10) and over negatives (V01). */
  readonly variance: { readonly positive: number | null; readonly negative: number | null };
}

/** Rows by label and score, as the version and the champion score them. */
export interface ScoreProfile {
  readonly version: ScoreHistogram;
  readonly champion: ScoreHistogram | null;
}

/**
 * Counts by label in 1,000 bins of equal width: bin b holds the scores from b / 1000 up to (b + 1) / 1000, and the
 * last one 1 as well. Three lists of one length, and only bins with rows, so that a small group stays small in JSON.
 */
export interface ScoreHistogram {
  /** Positions, ascending. */
  readonly bins: readonly number[];
  /** Rows with the favorable label. */
  readonly positives: readonly number[];
  /** Rows with any other. */
  readonly negatives: readonly number[];
}
