import {
  confusionMetricOf,
  isConfusionMetric,
  isWeightedRates,
  weightedRates,
} from '../quality/confusion-metrics.js';
import type { Confusion, ConfusionStatistic } from '../quality/confusion.js';
import { isRate, rates, type Rate, type RateName } from '../quality/rates.js';
import type { Margins, MarginStatistic } from './class-confusion.js';
import { classShown } from './class-words.js';

/** Metrics that are the share of rows predicted right, or wrong. */
export const shareOfRight: Readonly<Record<string, boolean>> = {
  accuracy: true,
  error_rate: false,
  weighted_recall: true,
};

export interface ConfusionFigure {
  /** Without classes of which it is 0/0: see `undefinedBecause`. */
  readonly value: MarginStatistic;
  /** Why it has no value; null when it has. */
  readonly undefinedBecause: (margins: Margins, classes: readonly string[]) => string | null;
  /** Whether each class with rows needs some. */
  readonly perClass: boolean;
}

const share = (a: number, b: number): number => (b === 0 ? NaN : a / b);

const shareOf = (name: RateName): ConfusionStatistic => {
  const { counts, succeeds }: Rate = rates[name];
  const among = totalOf(counts);
  const found = totalOf((...row) => counts(...row) && succeeds(...row));
  return (confusion) => share(found(confusion), among(confusion));
};

/** Over the outcomes that count, as factors: it is taken of each class of thousands of tables. */
const totalOf = (counts: Rate['counts']): ConfusionStatistic => {
  const [a, b, c, d] = [
    Number(counts(true, true)),
    Number(counts(false, true)),
    Number(counts(true, false)),
    Number(counts(false, false)),
  ];
  return ({ tp, fp, fn, tn }) => a * tp + b * fp + c * fn + d * tn;
};

/** The formula of a metric of two classes. @throws TypeError when it isn't one of their counts */
const formulaOf = (metric: string, parameter: number | undefined): ConfusionStatistic => {
  if (isRate(metric)) return shareOf(metric);
  if (isConfusionMetric(metric)) {
    const { value } = confusionMetricOf(metric, parameter);
    if (metric !== 'cohen_kappa') return value;
    // Without rows of the class, or of others, it is 0 whatever the predictions, and shows nothing.
    return (confusion) =>
      confusion.tp + confusion.fn === 0 || confusion.fp + confusion.tn === 0
        ? NaN
        : value(confusion);
  }
  if (!isWeightedRates(metric)) throw new TypeError(`${metric} is no metric of predictions.`);
  const terms = weightedRates[metric].map(({ weight, rate }) => ({ weight, of: shareOf(rate) }));
  return (confusion) => terms.reduce((sum, { weight, of }) => sum + weight * of(confusion), 0);
};

/** A class against all others. */
const confusionAt = ({ hits, labels, predicted, total }: Margins, at: number): Confusion => {
  const [tp, rows, taken] = [hits[at] as number, labels[at] as number, predicted[at] as number];
  // Sums of weights round: none is less than nothing.
  const [fn, fp] = [Math.max(0, rows - tp), Math.max(0, taken - tp)];
  return { tp, fp, fn, tn: Math.max(0, total - tp - fn - fp) };
};

/** The part that a class has in an average: none when neither labels nor predictions have it. */
type Part = (margins: Margins, at: number) => number;
const alike: Part = ({ labels, predicted }, at) =>
  (labels[at] as number) > 0 || (predicted[at] as number) > 0 ? 1 : 0;
const byRows: Part = ({ labels }, at) => labels[at] as number;

/** Over the classes that have a part, without those of which the figure is 0/0. */
const averaged =
  (statistic: ConfusionStatistic, part: Part): MarginStatistic =>
  (margins) => {
    let [sum, mass] = [0, 0];
    for (let at = 0; at < margins.labels.length; at += 1) {
      const own = part(margins, at);
      if (own === 0) continue;
      const value = statistic(confusionAt(margins, at));
      if (Number.isNaN(value)) continue;
      sum += own * value;
      mass += own;
    }
    return share(sum, mass);
  };

/** The average of a metric of predictions over the classes: of which it isn't 0/0, unless it weighs nothing. */
export const averageOfConfusions = (
  averaging: 'macro' | 'weighted',
  metric: string,
  parameter: number | undefined,
): ConfusionFigure => {
  const statistic = formulaOf(metric, parameter);
  const part = averaging === 'macro' ? alike : byRows;
  return {
    value: averaged(statistic, part),
    undefinedBecause: (margins, classes) => wanting(margins, classes, statistic, part),
    perClass: true,
  };
};

/** Why a figure of some class is 0/0; the first reason that there is, with the classes of which it holds. */
const wanting = (
  margins: Margins,
  classes: readonly string[],
  statistic: ConfusionStatistic,
  part: Part,
): string | null => {
  const without = classes.filter(
    (_, at) => part(margins, at) > 0 && Number.isNaN(statistic(confusionAt(margins, at))),
  );
  for (const { holds, what } of reasons) {
    const told = without.filter((name) => holds(margins, classes.indexOf(name)));
    if (told.length === 0) continue;
    const shown = told.slice(0, 3).map(classShown);
    const more = told.length > shown.length ? ` and ${told.length - shown.length} more` : '';
    return `${what} ${shown.join(', ')}${more}`;
  }
  return null;
};

const reasons: readonly {
  readonly holds: (margins: Margins, at: number) => boolean;
  readonly what: string;
}[] = [
  { holds: ({ labels }, at) => labels[at] === 0, what: 'there is no row of' },
  { holds: ({ predicted }, at) => predicted[at] === 0, what: 'no row is predicted to be of' },
  { holds: ({ labels, total }, at) => labels[at] === total, what: 'all rows are of' },
  { holds: () => true, what: 'its formula is 0/0 of' },
];

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

const oneClassOnly = ({ labels, predicted, total }: Margins): string | null =>
  labels.includes(total) || predicted.includes(total)
    ? 'all labels or all predictions are of one class, and its formula is 0/0'
    : null;

/** Figures of the whole confusion, which are averages of nothing. */
export const confusionFigures: Readonly<Record<string, ConfusionFigure>> = {
  // Over the classes with rows, whatever else is predicted.
  balanced_accuracy: {
    value: averaged(shareOf('true_positive_rate'), alike),
    undefinedBecause: () => null,
    perClass: true,
  },
  cohen_kappa: {
    value: kappa,
    undefinedBecause: (margins) =>
      margins.labels.includes(margins.total) && margins.predicted.includes(margins.total)
        ? oneClassOnly(margins)
        : null,
    perClass: false,
  },
  matthews_correlation_coefficient: {
    value: correlation,
    undefinedBecause: oneClassOnly,
    perClass: false,
  },
};
