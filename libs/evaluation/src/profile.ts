import type { PairedScores, ScoreRuns } from '@sluice/statistics';
import type { MulticlassProfile, MulticlassSlice } from './tasks/multiclass-slice.js';
import type { RegressionProfile, RegressionSlice } from './tasks/regression-slice.js';

/**
 * A Profile holds the sufficient statistics of one table under one policy: all that evaluation needs, and no row.
 * Sums and counts add up when profiles are merged. Ranks don't: the ranking part is exact for the rows it was made from, and
 * that of a whole is taken from the runs of its parts' scores (see `RunProfile`).
 */
export type Profile = BinaryProfile | MulticlassProfile | RegressionProfile;

/** The statistics of some rows of any task. */
export type Slice = BinarySlice | MulticlassSlice | RegressionSlice;

/** Of labels and predictions of two classes. */
export interface BinaryProfile extends TableProfile<'binary-classification', BinarySlice> {
  /** How rows compare with their neighbours; absent when the policy doesn't ask, and of profiles merged from parts. */
  readonly neighbours?: NeighbourProfile;
}

/**
 * The disagreement of rows with the rows most like them, which is 1 − consistency. Neighbours of a row may be in
 * another part of the table, so that parts don't add up.
 */
export interface NeighbourProfile {
  /** Rows that each is compared with, itself among them. */
  readonly neighbours: number;
  /** Rows whose neighbours were looked for. */
  readonly rows: number;
  /** Rows among which they were looked for. */
  readonly candidates: number;
  /** Whether rows of the table were left out, of either. */
  readonly sampled: boolean;
  readonly label: Disagreement;
  readonly version: Disagreement;
  readonly champion: Disagreement | null;
  /** version − champion, on the same rows. */
  readonly difference: Disagreement | null;
}

/** The mean disagreement, and the variance of this mean. */
export interface Disagreement {
  readonly mean: number;
  readonly variance: number;
}

/** The statistics of all rows, and the same by group. What they are depends on the task. */
export interface TableProfile<Task extends string, Slice> {
  readonly task: Task;
  /** Rows of the table. */
  readonly rows: number;
  readonly overall: Slice;
  /** In the policy's order: protected columns and their intersections, then the same within each stratum. */
  readonly byColumn: readonly Grouping<Slice>[];
}

/** The groups of a protected column, or of the intersection of several. */
export interface Grouping<Slice> {
  /** The column's name; the names of several are joined by ` × `, as are their groups. */
  readonly column: string;
  readonly privileged: string | null;
  /** When only the rows with this value of a control column are looked at; null for all rows. */
  readonly within: { readonly column: string; readonly value: string } | null;
  /** The rows of the stratum together, with the ranking that those of its groups don't add up to; absent for all rows. */
  readonly overall?: Slice;
  /** In code-unit order of their names. */
  readonly groups: readonly (Slice & { readonly group: string })[];
}

export type ProtectedProfile = Grouping<BinarySlice>;

/** The statistics of some rows: of all, or of those of a group. */
export interface BinarySlice {
  /** Rows by label and predictions. */
  readonly cells: readonly Cell[];
  /** Exact rank statistics of the scores; null when the data holds predictions only. */
  readonly ranking: RankingProfile | null;
  /** Where the scores lie, for curves and thresholds; null when the data holds predictions only. Unlike ranks, it adds up. */
  readonly scores: ScoreProfile | null;
  /** What scoring rules charge for the scores; null when the data holds predictions only. */
  readonly losses: LossProfile | null;
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
  /** Σ w and Σ w² of the rows' weights; absent when the policy names no weight: each row then weighs 1. */
  readonly weight?: Moments;
  /** Σ w·a and Σ w·a² of the rows' amounts; absent when the policy names no amount. */
  readonly amount?: Moments;
}

/** Sums over rows of a quantity and of its square. */
export interface Moments {
  readonly sum: number;
  readonly squares: number;
}

/**
 * DeLong's sufficient statistics of the version's scores and, on the same rows, the champion's.
 * An AUC is null when a class has no rows; variances of the structural components are null when a class has fewer than two.
 */
export interface RankingProfile {
  /** Rows by label, whatever they weigh. */
  readonly positives: number;
  readonly negatives: number;
  /** Σ w and Σ w² by label; absent when the policy names no weight. */
  readonly weights?: { readonly positives: Moments; readonly negatives: Moments };
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
  /** Σ (R_k − R_{k−1}) P_k over the distinct scores from the highest down, exact; null without positives. */
  readonly averagePrecision: number | null;
  /** The largest distance of the two classes' distribution functions, and the score at which it is reached. */
  readonly kolmogorovSmirnov: { readonly statistic: number; readonly score: number } | null;
  /**
   * Of each of `gainShares`, the share of positives among the rows that rank so high; rows tied at the edge count in
   * proportion. null without positives.
   */
  readonly gains: readonly number[] | null;
}

/**
 * The runs, and the pairs, that a slice has at most: so many distinct scores are kept each by itself. More are joined to runs
 * of at most a 4,095th of either class.
 */
export const mostRuns = 2 ** 14;

/** Shares of all rows, from the highest score down, for which a ranking tells its gain. */
export const gainShares = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

/** Rows by label and score, as the version and the champion score them. */
export interface ScoreProfile {
  readonly version: ScoreHistogram;
  readonly champion: ScoreHistogram | null;
  /** What ranks of merged rows are taken from; absent from a profile that wasn't made to be merged. */
  readonly runs?: RunProfile;
}

/**
 * Sketches of the scores that add up, as long as they are (see `mostRuns`): while each run is a single score the ranking of
 * merged profiles is exact, and beyond that it is known within bounds, which are narrow for any scores. Histograms, which all
 * profiles have, bound it too: less closely, and not at all where all scores share a few bins.
 */
export interface RunProfile {
  readonly version: ScoreRuns;
  readonly champion: ScoreRuns | null;
  /** Version and champion of the same rows; null without a champion, and where the pairs of their scores are too many. */
  readonly pairs: PairedScores | null;
}

/**
 * Counts by label in 1,000 bins of equal width: bin b holds the scores from b / 1000 up to (b + 1) / 1000, and the
 * last one 1 as well. Three lists of one length, and only bins with rows, so that a small group stays small in JSON.
 * Weighted rows count by their weight.
 */
export interface ScoreHistogram {
  /** Positions, ascending. */
  readonly bins: readonly number[];
  /** Rows with the favorable label. */
  readonly positives: readonly number[];
  /** Rows with any other. */
  readonly negatives: readonly number[];
  /** Σ w·s of the scores in each twentieth of [0, 1], all twenty: with the counts, calibration errors are exact. */
  readonly sums: readonly number[];
  /** Σ w·s and Σ w·s² of the scores by label; absent from profiles made before there was such a sum. */
  readonly byLabel?: { readonly positives: Moments; readonly negatives: Moments };
  /** Σ w·a of the rows' amounts, beside the counts; absent when the policy names no amount. */
  readonly amounts?: {
    readonly positives: readonly number[];
    readonly negatives: readonly number[];
  };
}

/** Sums of losses over rows, of the version, the champion, and the difference version − champion of each row. */
export interface LossProfile {
  readonly version: Losses;
  readonly champion: Losses | null;
  readonly difference: Losses | null;
}

/** Weighted rows count by their weight: Σ w·l and Σ w·l². */
export interface Losses {
  /** −ln of the probability that the score gives to the label; scores within 2⁻⁵² of 0 and 1 are taken for that. */
  readonly log: Moments;
  /** (score − label)². */
  readonly brier: Moments;
}
