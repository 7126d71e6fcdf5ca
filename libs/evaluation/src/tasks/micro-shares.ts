import type { Measure } from '@sluice/contracts';
import type { Estimate } from '@sluice/statistics';
import type { ClassFigure } from './class-figure.js';
import { isRight, shareFigure } from './class-shares.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import { ownClasses } from './one-against-all.js';

/**
 * Of single-label rows, each error is one false positive and one false negative of C counts of each row: every figure of the
 * counts of all classes together follows from the accuracy, and in a straight line. Where it is when all rows are wrong, and
 * when all are right.
 */
const ends = {
  precision: () => [0, 1],
  recall: () => [0, 1],
  f1_score: () => [0, 1],
  f_beta_score: () => [0, 1],
  false_negative_rate: () => [1, 0],
  false_discovery_rate: () => [1, 0],
  true_negative_rate: (classes) => [1 - 1 / (classes - 1), 1],
  negative_predictive_value: (classes) => [1 - 1 / (classes - 1), 1],
  false_positive_rate: (classes) => [1 / (classes - 1), 0],
  false_omission_rate: (classes) => [1 / (classes - 1), 0],
  accuracy: (classes) => [1 - 2 / classes, 1],
  error_rate: (classes) => [2 / classes, 0],
  balanced_accuracy: (classes) => [1 - classes / (classes - 1) / 2, 1],
  youden_j: (classes) => [1 - classes / (classes - 1), 1],
  // Of margins that are the same for labels and predictions, both are what J is.
  matthews_correlation_coefficient: (classes) => [1 - classes / (classes - 1), 1],
  cohen_kappa: (classes) => [1 - classes / (classes - 1), 1],
} as const satisfies Record<string, (classes: number) => readonly [wrong: number, right: number]>;

type MicroShare = keyof typeof ends;
export const isMicroShare = (name: string): name is MicroShare => Object.hasOwn(ends, name);

/** A micro average of predictions: the share of rows predicted right, with its interval, on the line that it lies on. */
export const microShare = (
  name: MicroShare,
  of: Measure['of'],
  slice: MulticlassSlice,
): ClassFigure => {
  const classes = ownClasses(slice).length;
  const [wrong, right]: readonly [number, number] = ends[name](classes);
  const figure = shareFigure(slice.cells, of, isRight(true));
  const start = of === 'difference' ? 0 : wrong;
  return {
    ...figure,
    undefinedBecause: () =>
      classes > 1 ? null : 'there is one class only, and no other that it could be taken for',
    estimate: (level) => onLine(figure.estimate(level), start, right - wrong),
  };
};

const onLine = ({ estimate, interval, n }: Estimate, start: number, slope: number): Estimate => {
  const at = (share: number): number => start + slope * share;
  const limits = [at(interval.lower), at(interval.upper)];
  return {
    estimate: at(estimate),
    interval: { ...interval, lower: Math.min(...limits), upper: Math.max(...limits) },
    n,
  };
};
