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
  /** null when a class has no rows. */
  readonly precisionRecall: PrecisionRecallCurve | null;
  /** null without favorable rows. */
  readonly gain: GainCurve | null;
  /** null when the policy doesn't say what outcomes are worth, or the profile lacks the amounts that it names. */
  readonly value: ValueCurve | null;
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

/** From the highest threshold down to all rows; precision at a recall of 0 is that of the highest scores. */
export interface PrecisionRecallCurve {
  readonly points: readonly { readonly recall: number; readonly precision: number }[];
  /** Share of favorable rows, the precision of chance. */
  readonly baseRate: number;
  /** Average precision of the histogram, where scores within 0.001 are taken for tied. */
  readonly averagePrecision: number;
}

/** From (0, 0) to (1, 1): of the rows with the highest scores, such a share of all, the share of favorable rows found. */
export interface GainCurve {
  readonly points: readonly { readonly share: number; readonly gain: number }[];
}

export interface ValueCurve {
  /** The mean worth of a row when rows that score at least the threshold are predicted favorable; at 1, none is. */
  readonly points: readonly { readonly threshold: number; readonly value: number }[];
  readonly best: {
    readonly threshold: number;
    readonly value: number;
    /** Of the value, allowing for its having been chosen. */
    readonly interval: Interval;
    /** Where the best threshold lies in tables resampled from the data. */
    readonly thresholds: Interval;
  };
  /** Where a favorable prediction is worth as much as an unfavorable one, if scores are probabilities; null if nowhere. */
  readonly breakEven: number | null;
}

/** What a report shows of several classes or of a regression beside measures. */
export interface TaskFigures {
  /** Rows by label, then by prediction, in the order of the classes. */
  readonly confusion?: {
    readonly classes: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
  /** Of several classes with scores, the curves of some of them, those that rank worst first. */
  readonly classCurves?: {
    readonly classes: readonly ClassCurves[];
    /** Classes that have curves too, and are left out: they rank better. */
    readonly left: number;
  };
  /** Of several classes with scores, how often the class that scores highest is right. */
  readonly confidence?: {
    readonly version: CalibrationCurve;
    readonly champion: CalibrationCurve | null;
  };
  /** Mean prediction and mean label of rows in the order of their predictions, parted in about ten. */
  readonly tenths?: readonly { readonly prediction: number; readonly label: number }[];
  /** Mean prediction and mean label of rows whose predictions are near each other, with their share of all. */
  readonly fit?: readonly FitPoint[];
  readonly residuals?: ResidualHistogram;
}

/** A class against all others. */
export interface ClassCurves {
  readonly name: string;
  /** Rows that have its label. */
  readonly rows: number;
  readonly curves: ScoreCurves;
}

export interface FitPoint {
  readonly prediction: number;
  readonly label: number;
  readonly share: number;
}

/** How errors ŷ − y are distributed: shares of rows in bins of equal width, which hold nearly all of them. */
export interface ResidualHistogram {
  readonly from: number;
  readonly width: number;
  readonly version: ResidualShares;
  readonly champion: ResidualShares | null;
}

export interface ResidualShares {
  /** Of each bin, from `from` up. */
  readonly shares: readonly number[];
  /** Of errors below the first bin and above the last. */
  readonly below: number;
  readonly above: number;
}
