import type { Margins, MarginStatistic } from './class-confusion.js';

/** Rows that a figure of one class divides by, and those among them that it counts. */
export interface ClassRate {
  /** Whether a row counts, by whether it has the label of the class and is predicted so. */
  readonly counts: (label: boolean, predicted: boolean) => boolean;
  readonly succeeds: (label: boolean, predicted: boolean) => boolean;
  /** Whether what it divides by depends on the predictions. */
  readonly ofPredicted: boolean;
  readonly rows: readonly [one: string, many: string];
}

const ofClass = ['row of the class', 'rows of the class'] as const;
const ofOthers = ['row of other classes', 'rows of other classes'] as const;
const any = ['row', 'rows'] as const;
const rate = (
  counts: ClassRate['counts'],
  succeeds: ClassRate['succeeds'],
  rows: ClassRate['rows'],
  ofPredicted = false,
): ClassRate => ({ counts, succeeds, rows, ofPredicted });

/** Figures of one class against all others, as shares of rows. */
export const classRates = {
  true_positive_rate: rate(
    (label) => label,
    (_, predicted) => predicted,
    ofClass,
  ),
  false_negative_rate: rate(
    (label) => label,
    (_, predicted) => !predicted,
    ofClass,
  ),
  false_positive_rate: rate(
    (label) => !label,
    (_, predicted) => predicted,
    ofOthers,
  ),
  true_negative_rate: rate(
    (label) => !label,
    (_, predicted) => !predicted,
    ofOthers,
  ),
  precision: rate(
    (_, predicted) => predicted,
    (label) => label,
    ['row predicted to be of the class', 'rows predicted to be of the class'],
    true,
  ),
  selection_rate: rate(
    () => true,
    (_, predicted) => predicted,
    any,
  ),
  base_rate: rate(
    () => true,
    (label) => label,
    any,
  ),
} as const satisfies Record<string, ClassRate>;
export type ClassRateName = keyof typeof classRates;
export const isClassRate = (metric: string): metric is ClassRateName =>
  Object.hasOwn(classRates, metric);

/** Metrics that are the share of rows predicted right, or wrong: of single-label classes, micro averages are that. */
export const shareOfRight: Readonly<Record<string, boolean>> = {
  accuracy: true,
  error_rate: false,
  micro_precision: true,
  micro_recall: true,
  micro_f1_score: true,
  weighted_recall: true,
};

export interface ConfusionFigure {
  /** Without classes of which it is 0/0: see `undefinedBecause`. */
  readonly value: (parameter: number) => MarginStatistic;
  readonly range: readonly [number, number];
  /** Why it has no value; null when it has. */
  readonly undefinedBecause: (margins: Margins, classes: readonly string[]) => string | null;
  /** Whether each class with rows needs some. */
  readonly perClass: boolean;
}

const share = (a: number, b: number): number => (b === 0 ? NaN : a / b);

/** Over the classes of which the figure isn't 0/0; weighted by `weight`, or alike. */
const averaged =
  (
    figure: (margins: Margins, at: number) => number,
    weight: (margins: Margins, at: number) => number = () => 1,
  ): MarginStatistic =>
  (margins) => {
    let sum = 0;
    let mass = 0;
    margins.labels.forEach((_, at) => {
      const value = figure(margins, at);
      if (Number.isNaN(value)) return;
      const own = weight(margins, at);
      sum += own * value;
      mass += own;
    });
    return share(sum, mass);
  };

const precisionAt = ({ hits, predicted }: Margins, at: number): number =>
  share(hits[at] as number, predicted[at] as number);
const recallAt = ({ hits, labels }: Margins, at: number): number =>
  share(hits[at] as number, labels[at] as number);
/** (1 + β²) TP / ((1 + β²) TP + β² FN + FP) = (1 + β²) TP / (β² rows + predicted) */
export const fBetaAt = ({ hits, labels, predicted }: Margins, at: number, beta: number): number =>
  share(
    (1 + beta * beta) * (hits[at] as number),
    beta * beta * (labels[at] as number) + (predicted[at] as number),
  );
const rowsAt = ({ labels }: Margins, at: number): number => labels[at] as number;

const always = (): null => null;
const classesWhere = (
  classes: readonly string[],
  isWanting: (at: number) => boolean,
  what: string,
): string | null => {
  const wanting = classes.filter((_, at) => isWanting(at));
  const told = wanting.slice(0, 3).map((name) => JSON.stringify(name.slice(0, 60)));
  const more = wanting.length > told.length ? ` and ${wanting.length - told.length} more` : '';
  return wanting.length === 0 ? null : `${what} ${told.join(', ')}${more}`;
};

const chance = ({ labels, predicted, total }: Margins): number =>
  labels.reduce((sum, rows, at) => sum + (rows / total) * ((predicted[at] as number) / total), 0);
const right = ({ hits, total }: Margins): number =>
  hits.reduce((sum, count) => sum + count, 0) / total;

const kappa: MarginStatistic = (margins) => {
  const expected = chance(margins);
  return share(right(margins) - expected, 1 - expected);
};

/** R_k of Gorodkin (2004), which for two classes is Matthews' coefficient. */
const correlation: MarginStatistic = (margins) => {
  const spread = (counts: readonly number[]): number =>
    1 - counts.reduce((sum, count) => sum + (count / margins.total) ** 2, 0);
  const scale = Math.sqrt(spread(margins.labels)) * Math.sqrt(spread(margins.predicted));
  const value = share(right(margins) - chance(margins), scale);
  return Math.max(-1, Math.min(1, value));
};

const one = (
  figure: MarginStatistic,
  undefinedBecause: ConfusionFigure['undefinedBecause'] = always,
  perClass = true,
  range: readonly [number, number] = [0, 1],
): ConfusionFigure => ({ value: () => figure, range, undefinedBecause, perClass });

const oneClassOnly = ({ labels, predicted, total }: Margins): string | null =>
  labels.includes(total) || predicted.includes(total)
    ? 'all labels or all predictions are of one class, and its formula is 0/0'
    : null;

/** Figures of the whole confusion. */
export const confusionFigures: Readonly<Record<string, ConfusionFigure>> = {
  balanced_accuracy: one(averaged(recallAt)),
  // A class that neither occurs nor is predicted is none of the rows', and has no part in a mean over theirs.
  macro_recall: one(averaged(recallAt), ({ labels, predicted }, classes) =>
    classesWhere(classes, (at) => labels[at] === 0 && predicted[at] !== 0, 'there is no row of'),
  ),
  macro_precision: one(averaged(precisionAt), ({ labels, predicted }, classes) =>
    classesWhere(
      classes,
      (at) => predicted[at] === 0 && labels[at] !== 0,
      'no row is predicted to be of',
    ),
  ),
  weighted_precision: one(averaged(precisionAt, rowsAt), ({ predicted, labels }, classes) =>
    classesWhere(
      classes,
      (at) => predicted[at] === 0 && labels[at] !== 0,
      'no row is predicted to be of',
    ),
  ),
  macro_f1_score: one(averaged((margins, at) => fBetaAt(margins, at, 1))),
  weighted_f1_score: one(averaged((margins, at) => fBetaAt(margins, at, 1), rowsAt)),
  macro_f_beta_score: {
    value: (beta) => averaged((margins, at) => fBetaAt(margins, at, beta)),
    range: [0, 1],
    undefinedBecause: always,
    perClass: true,
  },
  cohen_kappa: one(
    kappa,
    (margins) =>
      margins.labels.includes(margins.total) && margins.predicted.includes(margins.total)
        ? oneClassOnly(margins)
        : null,
    false,
    [-1, 1],
  ),
  matthews_correlation_coefficient: one(correlation, oneClassOnly, false, [-1, 1]),
};
