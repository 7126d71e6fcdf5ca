/** What an interval estimator returns. */
export interface Estimate {
  /** The point estimate of the estimand that the function documents. */
  readonly estimate: number;
  readonly interval: ConfidenceInterval;
  /** The observations it rests on. */
  readonly n: number;
}

export interface ConfidenceInterval {
  readonly lower: number;
  readonly upper: number;
  /** The nominal coverage, such as 0.95. */
  readonly level: number;
  /** How it was computed, such as `wilson`. */
  readonly method: string;
}

export interface IntervalOptions {
  /** The nominal coverage, 0.95 unless told otherwise; strictly between 0 and 1. */
  readonly level?: number;
}

export const defaultLevel = 0.95;

/** x². A product is correctly rounded on every engine; `**` is not. */
export const square = (x: number): number => x * x;
