import { definitionOf, metricDefinition, type Measure } from '@sluice/contracts';
import { decidingValues } from '../fairness/across.js';
import { decidingGroups, isFairness } from '../fairness/fairness-measure.js';
import { nameShown } from '../measure.js';
import { columnOf, overallOf } from '../measure-profile.js';
import type { Slice } from '../profile.js';
import { binaryOf } from '../tasks/task-slices.js';
import type { Evaluation } from './decide-check.js';
import { metricWords } from './words.js';

/** What to do about groups that are treated differently, by the figure that differs most. */
export const groupAdvice = (measure: Measure, evaluation: Evaluation): string => {
  const { metric } = measure;
  const column = nameShown(measure.by ?? '');
  if (isFairness(metric) || measure.across !== undefined) {
    const [rate, lower, upper] = apart(measure, evaluation);
    return rateAdvice(rate, lower, upper, column);
  }
  const statistic = statisticAdvice[metric];
  return statistic === undefined ? reweigh(column) : statistic(column);
};

/** The figure that differs, and the groups in which it is lower and higher. */
const apart = (
  measure: Measure,
  { profile }: Evaluation,
): [figure: Measure['metric'], lower: string, upper: string] => {
  const { metric, by, within, across } = measure;
  if (across === undefined) {
    if (!isFairness(metric)) throw new TypeError(`${metric} doesn't compare rates.`);
    const rates = columnOf(binaryOf(profile), by, within);
    const { low, high } = decidingGroups(metric, rates, 'version');
    return [low.rate, nameShown(low.group), nameShown(high.group)];
  }
  const [first, second] = decidingValues(
    { ...measure, across },
    columnOf<Slice>(profile, by, within),
    () => overallOf<Slice>(profile, measure),
    'version',
  );
  if (second === undefined) {
    const lowest = across === 'group_min';
    const others = 'the other groups';
    const own = nameShown(first.group);
    return lowest ? [metric, own, others] : [metric, others, own];
  }
  const [low, high] = first.value <= second.value ? [first, second] : [second, first];
  return [metric, nameShown(low.group), nameShown(high.group)];
};

const rateAdvice = (
  figure: Measure['metric'],
  lower: string,
  upper: string,
  column: string,
): string => {
  const proxies = standIns(column);
  switch (figure) {
    case 'true_positive_rate':
    case 'generalized_true_positive_rate':
      return missed(lower, upper, column);
    case 'false_negative_rate':
    case 'generalized_false_negative_rate':
      return missed(upper, lower, column);
    case 'false_positive_rate':
    case 'generalized_false_positive_rate':
      return mistaken(upper, lower, column);
    case 'true_negative_rate':
    case 'generalized_true_negative_rate':
      return mistaken(lower, upper, column);
    case 'selection_rate':
      return (
        `Raise the selection rate of ${lower} towards that of ${upper}: train on rows reweighed so that ${column} and ` +
        `the label are independent (Kamiran and Calders, 2012); ${weights}. ${proxies}.`
      );
    case 'base_rate':
      return ofTheData(column);
    default: {
      const lowerIsBetter = metricDefinition(figure).direction === 'lower';
      const worse = lowerIsBetter ? upper : lower;
      const [first, second] = lowerIsBetter ? [upper, lower] : [lower, upper];
      return (
        `The ${metricWords[figure]} is ${lowerIsBetter ? 'higher' : 'lower'} for ${first} than for ${second}: add ` +
        `training rows of ${worse} or give them more weight, and check that features are as complete and as telling ` +
        `for ${worse}.`
      );
    }
  }
};

/** Without the name of the column, which may be anything: what stands here is copied into a shell. */
const weights = 'sluice mitigate --method reweighing makes such weights';
const turnedByGroup =
  'Without training again, sluice mitigate --method equalized-odds makes the rates alike by turning some predictions';

const standIns = (column: string): string =>
  `Look for features that stand in for ${column} and drop or replace them`;

const missed = (lower: string, upper: string, column: string): string =>
  `Favorable rows of ${lower} are found less often than those of ${upper}: add favorable rows of ${lower} to ` +
  `the training data or give them more weight. ${standIns(column)}; check that features are as complete for ${lower}. ${turnedByGroup}.`;

const mistaken = (upper: string, lower: string, column: string): string =>
  `Unfavorable rows of ${upper} are predicted favorable more often than those of ${lower}: give unfavorable ` +
  `rows of ${upper} more weight in training, and check that their features tell the classes apart. ${standIns(column)}. ${turnedByGroup}.`;

const reweigh = (column: string): string =>
  `Raise the selection rate of the groups of ${column} that are selected least: train on rows reweighed so that ` +
  `${column} and the label are independent (Kamiran and Calders, 2012); ${weights}. ${standIns(column)}.`;

const ofTheData = (column: string): string =>
  `This is about the data, not the model: see whether the evaluation rows of each group of ${column} are drawn as they ` +
  'occur, and whether their labels were given by the same standard.';

const benefits = (column: string): string =>
  `Groups of ${column} get more or less than they should on average: where false positives outweigh false negatives a ` +
  'group gains, where it is the other way round it loses. Give the rows that are predicted wrong in the groups that ' +
  'lose more weight in training.';

const statisticAdvice: Partial<Record<Measure['metric'], (column: string) => string>> = {
  between_all_groups_generalized_entropy_index: benefits,
  between_all_groups_theil_index: benefits,
  between_all_groups_coefficient_of_variation: benefits,
  between_group_generalized_entropy_index: benefits,
  between_group_theil_index: benefits,
  between_group_coefficient_of_variation: benefits,
  label_smoothed_empirical_differential_fairness: ofTheData,
  class_imbalance: ofTheData,
  generalized_equalized_odds_difference: (column) =>
    `Rows of one label are scored higher in some groups of ${column} than in others: give the rows whose scores are ` +
    `farthest from their label more weight in training. ${standIns(column)}.`,
};

/** Whether the advice is about groups, rather than about the rows of one or of all. */
export const isAboutGroups = (measure: Measure): boolean =>
  definitionOf(measure).kind === 'fairness' || measure.across !== undefined;
