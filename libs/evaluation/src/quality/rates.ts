import type { PairedCounts, Proportion } from '@sluice/statistics';
import type { Cell } from '../profile.js';

/** Whose predictions of the same rows. */
export type Predictor = 'version' | 'champion';

/** A metric that is a share of rows: which rows count, and which of those succeed. */
export interface Rate {
  readonly counts: (label: boolean) => boolean;
  readonly succeeds: (label: boolean, predicted: boolean) => boolean;
  /** What the rows that count are called, one and many. */
  readonly rows: readonly [one: string, many: string];
}

const everyRow = { counts: () => true, rows: ['row', 'rows'] } as const;

/** The formulas are those of the metrics table in contracts; true stands for favorable. */
export const rates = {
  accuracy: { ...everyRow, succeeds: (label, predicted) => label === predicted },
  selection_rate: { ...everyRow, succeeds: (_, predicted) => predicted },
  true_positive_rate: {
    counts: (label) => label,
    succeeds: (_, predicted) => predicted,
    rows: ['favorable row', 'favorable rows'],
  },
  false_positive_rate: {
    counts: (label) => !label,
    succeeds: (_, predicted) => predicted,
    rows: ['unfavorable row', 'unfavorable rows'],
  },
} as const satisfies Record<string, Rate>;

export type RateName = keyof typeof rates;
export const isRate = (metric: string): metric is RateName => Object.hasOwn(rates, metric);

/** The successes and the rows that count. There may be no such row. */
export const proportionOf = (
  name: RateName,
  cells: readonly Cell[],
  predictor: Predictor,
): Proportion => {
  const rate: Rate = rates[name];
  let successes = 0;
  let trials = 0;
  for (const cell of cells) {
    if (!rate.counts(cell.label)) continue;
    trials += cell.count;
    if (rate.succeeds(cell.label, predictionOf(cell, predictor))) successes += cell.count;
  }
  return { successes, trials };
};

/** The rows that count, by whether the version (first) and the champion (second) succeed on them. */
export const pairedCountsOf = (name: RateName, cells: readonly Cell[]): PairedCounts => {
  const rate: Rate = rates[name];
  const sum = (version: boolean, champion: boolean): number =>
    cells
      .filter(({ label }) => rate.counts(label))
      .filter((cell) => rate.succeeds(cell.label, predictionOf(cell, 'version')) === version)
      .filter((cell) => rate.succeeds(cell.label, predictionOf(cell, 'champion')) === champion)
      .reduce((total, { count }) => total + count, 0);
  return {
    both: sum(true, true),
    firstOnly: sum(true, false),
    secondOnly: sum(false, true),
    neither: sum(false, false),
  };
};

const predictionOf = (cell: Cell, predictor: Predictor): boolean => {
  if (predictor === 'version') return cell.prediction;
  if (cell.champion === null) throw new TypeError('The profile holds no champion’s predictions.');
  return cell.champion;
};
