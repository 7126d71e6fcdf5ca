import type {
  BinarySlice,
  LossProfile,
  Moments,
  RankingProfile,
  ScoreProfile,
  TableProfile,
} from '../profile.js';

/** Of labels and predictions of several classes. */
export interface MulticlassProfile extends TableProfile<
  'multiclass-classification',
  MulticlassSlice
> {
  /** The classes that labels have or that are predicted, in code-unit order. */
  readonly classes: readonly string[];
}

/** The statistics of some rows: of all, or of those of a group. */
export interface MulticlassSlice {
  readonly kind: 'multiclass';
  /** The classes of the whole table. */
  readonly classes: readonly string[];
  /** Those that the champion alone knows, and no label has: no fault of the version. Absent when there are none. */
  readonly championClasses?: readonly string[];
  /** Rows by label and predictions; cells without rows are left out. */
  readonly cells: readonly ClassCell[];
  /** Where the label ranks among the scores; null when the data holds predictions only. */
  readonly places: readonly PlaceCell[] | null;
  /** Log loss and Brier score of the scores of all classes; null when the data holds predictions only. */
  readonly losses: LossProfile | null;
  /**
   * For each class, rank statistics of its score against all other classes; null without scores. Of merged profiles that of a
   * class is null where the scores of the parts don't tell it exactly.
   */
  readonly rankings: readonly (RankingProfile | null)[] | null;
  /**
   * For each class, its scores by whether a row is of the class, which add up. null without scores; that of a class is null
   * where a part of a merged profile has none for it.
   */
  readonly scores: readonly (ScoreProfile | null)[] | null;
  /**
   * For each class, what scoring rules charge for its score, as if it and all others were two; null like those. Absent, as is all
   * that follows, from profiles made before there was such a sum.
   */
  readonly classLosses?: readonly (LossProfile | null)[] | null;
  /** The score of the class that each model predicts a row to be of, by whether the row is; null without scores. */
  readonly confidence?: ScoreProfile | null;
  /**
   * The scores of all classes as one list, by whether the row is of the class: a row for each row and class that the version
   * knows. Only there when a check asks for it; null where parts of a merged profile have other classes.
   */
  readonly pooled?: Pick<BinarySlice, 'ranking' | 'scores'> | null;
}

/** Rows that agree on label, prediction and the champion's prediction. */
export interface ClassCell {
  readonly label: string;
  readonly prediction: string;
  /** null throughout when there is no champion. */
  readonly champion: string | null;
  readonly count: number;
  /** Σ w and Σ w² of the rows' weights; absent when the policy names no weight. */
  readonly weight?: Moments;
}

/** Rows that agree on the place of their label: 1 when no other class scores as high. */
export interface PlaceCell {
  readonly version: number;
  readonly champion: number | null;
  readonly count: number;
  readonly weight?: Moments;
}
