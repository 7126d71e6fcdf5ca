import type { Interval } from './verdict.js';

/** What a report draws of a model's scores. Plain figures; no check is decided on them. */
export interface ScoreCurves {
  readonly version: ModelCurves;
  readonly champion: ModelCurves | null;
}

export interface ModelCurves {
  /** null when a class has no rows. */
  readonly roc: RocCurve | null;
  readonly calibration: CalibrationCurve;
  readonly distribution: ScoreDistribution;
}

/** From (0, 0) to (1, 1), a point for each threshold that is shown, from the highest down. */
export interface RocCurve {
  readonly points: readonly RocPoint[];
  /** Area under the whole curve of the histogram, before points were left out. */
  readonly auc: number;
  /** The exact area lies within `auc` ± this, since the order of scores inside one bin is not known. */
  readonly aucWithin: number;
}

export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

export interface CalibrationCurve {
  /** Bins of equal width over [0, 1]; those without rows are left out. */
  readonly bins: readonly CalibrationBin[];
  /** A mean score is off by at most this. */
  readonly meanWithin: number;
}

export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly meanScore: number;
  /** Share of rows with the favorable label. */
  readonly observed: number;
  readonly interval: Interval;
}

/** Rows by label in bins of equal width over [0, 1], all of them. */
export interface ScoreDistribution {
  readonly bins: readonly {
    readonly from: number;
    readonly to: number;
    readonly positives: number;
    readonly negatives: number;
  }[];
}
