import type { Estimate } from '@sluice/statistics';
import type { Shortfall } from '../measure.js';

/** A figure of several classes before it is worked out: what it rests on, and how to. */
export interface ClassFigure {
  readonly n: number;
  readonly denominators: readonly Omit<Shortfall, 'group'>[];
  readonly undefinedBecause?: () => string | null;
  readonly estimate: (level: number) => Estimate;
  /** How far the figure of the rows may be from it; absent when it is exact. */
  readonly errorBound?: number;
}

export const rowsWord = ['row', 'rows'] as const;

export const withoutScores = 'the data holds predictions only, and no scores';
