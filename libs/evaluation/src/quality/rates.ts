import type { PairedCounts, Proportion } from '@sluice/statistics';
import type { MeasureRequest } from '../measure.js';
import type { Cell } from '../profile.js';
import { addCell, effectiveScale, emptyTally, rowsOf, tallyOf, weightOf } from './tally.js';

/** Whose predictions of the same rows. */
export type Predictor = 'version' | 'champion';

/** Whose predictions a figure needs. */
export const predictorsOf = (of: MeasureRequest['of']): readonly Predictor[] =>
  of === 'difference' ? ['version', 'champion'] : [of];

/** What rows are called, one and many. */
export type RowWords = readonly [one: string, many: string];

/** A metric that is a share of rows: which rows count, and which of those succeed. */
export interface Rate {
  readonly counts: (label: boolean, predicted: boolean) => boolean;
  readonly succeeds: (label: boolean, predicted: boolean) => boolean;
  /** What the rows that count are called. */
  readonly rows: RowWords;
  /** When the prediction decides which rows count: then those of version and champion aren't the same ones. */
  readonly ofPredicted?: true;
}

export const favorableRows: RowWords = ['favorable row', 'favorable rows'];
export const unfavorableRows: RowWords = ['unfavorable row', 'unfavorable rows'];
export const allRows: RowWords = ['row', 'rows'];

const everyRow = { counts: () => true, rows: allRows } as const;
const favorable = { counts: (label: boolean) => label, rows: favorableRows } as const;
const unfavorable = { counts: (label: boolean) => !label, rows: unfavorableRows } as const;
const selected = {
  counts: (_: boolean, predicted: boolean) => predicted,
  rows: ['row predicted favorable', 'rows predicted favorable'],
  ofPredicted: true,
} as const;
const refused = {
  counts: (_: boolean, predicted: boolean) => !predicted,
  rows: ['row predicted unfavorable', 'rows predicted unfavorable'],
  ofPredicted: true,
} as const;

/** The formulas are those of the metrics table in contracts; true stands for favorable. */
export const rates = {
  accuracy: { ...everyRow, succeeds: (label, predicted) => label === predicted },
  error_rate: { ...everyRow, succeeds: (label, predicted) => label !== predicted },
  selection_rate: { ...everyRow, succeeds: (_, predicted) => predicted },
  base_rate: { ...everyRow, succeeds: (label) => label },
  true_positive_rate: { ...favorable, succeeds: (_, predicted) => predicted },
  false_negative_rate: { ...favorable, succeeds: (_, predicted) => !predicted },
  false_positive_rate: { ...unfavorable, succeeds: (_, predicted) => predicted },
  true_negative_rate: { ...unfavorable, succeeds: (_, predicted) => !predicted },
  precision: { ...selected, succeeds: (label) => label },
  false_discovery_rate: { ...selected, succeeds: (label) => !label },
  negative_predictive_value: { ...refused, succeeds: (label) => !label },
  false_omission_rate: { ...refused, succeeds: (label) => label },
} as const satisfies Record<string, Rate>;

export type RateName = keyof typeof rates;
export const isRate = (metric: string): metric is RateName => Object.hasOwn(rates, metric);

export const isOfPredicted = (name: RateName): boolean =>
  (rates[name] as Rate).ofPredicted === true;

/** The denominators of a rate, one for each predictor that has its own. */
export const denominatorsOf = (
  name: RateName,
  cells: readonly Cell[],
  of: MeasureRequest['of'],
): { readonly have: number; readonly rows: RowWords }[] => {
  const { rows } = rates[name];
  if (!isOfPredicted(name)) return [{ have: proportionOf(name, cells, 'version').rows, rows }];
  return predictorsOf(of).map((predictor) => ({
    have: proportionOf(name, cells, predictor).rows,
    rows: predictor === 'version' ? rows : rowsOfChampion(rows),
  }));
};

export const rowsOfChampion = ([one, many]: RowWords): RowWords => [
  `${one} by the champion`,
  `${many} by the champion`,
];

const rateOf = (rate: RateName | Rate): Rate => (typeof rate === 'string' ? rates[rate] : rate);

/** A proportion of effective rows, and the rows behind it. */
export interface RowProportion extends Proportion {
  readonly rows: number;
}

/**
 * The successes and the rows that count. There may be no such row. Weighted rows are effective ones, so that intervals
 * know how much they tell.
 */
export const proportionOf = (
  name: RateName | Rate,
  cells: readonly Cell[],
  predictor: Predictor,
): RowProportion => {
  const rate = rateOf(name);
  let successes = 0;
  let counted = emptyTally;
  for (const cell of cells) {
    const predicted = predictionOf(cell, predictor);
    if (!rate.counts(cell.label, predicted)) continue;
    counted = addCell(counted, cell);
    if (rate.succeeds(cell.label, predicted)) successes += weightOf(cell).sum;
  }
  const scale = effectiveScale(counted);
  return { successes: successes * scale, trials: counted.weight * scale, rows: counted.rows };
};

/**
 * The rows that count, by whether the version (first) and the champion (second) succeed on them. Only of rates whose
 * rows don't depend on the prediction. Weighted rows are effective ones.
 */
export const pairedCountsOf = (name: RateName | Rate, cells: readonly Cell[]): PairedCounts => {
  const rate = rateOf(name);
  if (rate.ofPredicted) throw new TypeError(`${rate.rows[1]} of two models are not the same rows.`);
  const counted = cells.filter(({ label, prediction }) => rate.counts(label, prediction));
  const scale = effectiveScale(tallyOf(counted));
  const sum = (version: boolean, champion: boolean): number =>
    scale *
    counted
      .filter((cell) => rate.succeeds(cell.label, predictionOf(cell, 'version')) === version)
      .filter((cell) => rate.succeeds(cell.label, predictionOf(cell, 'champion')) === champion)
      .reduce((total, cell) => total + weightOf(cell).sum, 0);
  return {
    both: sum(true, true),
    firstOnly: sum(true, false),
    secondOnly: sum(false, true),
    neither: sum(false, false),
  };
};

/** The rows that count for the version, for the champion, or when they are compared for either. */
export const rowsCounted = (
  name: RateName,
  cells: readonly Cell[],
  of: MeasureRequest['of'],
): number => {
  const rate: Rate = rates[name];
  // Without a champion the version's predictions decide alone; there, of rates by label, either does.
  const predictors = rate.ofPredicted ? predictorsOf(of) : (['version'] as const);
  return cells
    .filter((cell) =>
      predictors.some((predictor) => rate.counts(cell.label, predictionOf(cell, predictor))),
    )
    .reduce((sum, cell) => sum + rowsOf(cell), 0);
};

export const predictionOf = (cell: Cell, predictor: Predictor): boolean => {
  if (predictor === 'version') return cell.prediction;
  if (cell.champion === null) throw new TypeError('The profile holds no champion’s predictions.');
  return cell.champion;
};
