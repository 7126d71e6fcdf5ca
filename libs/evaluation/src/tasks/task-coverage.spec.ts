import { beforeAll, describe, expect, it } from '@jest/globals';
import { metricsOf, metricDefinition, type Measure, type MetricName } from '@sluice/contracts';
import { normalQuantile, seededRandom, type Random } from '@sluice/statistics';
import {
  multiclassSlice,
  regressionSlice,
  type ClassRow,
  type NumberRow,
} from '../../test/task-slices.js';
import type { Slice } from '../profile.js';
import { sliceMeasure } from './slice-measure.js';
import { rowsOfSlice } from './task-slices.js';

/*
 * Rows are drawn, with replacement, from a population of some thousands whose figures are the truth. How often does the
 * 95 % interval of the drawn rows hold it?
 */

const rows = 200;

type Of = 'version' | 'difference';
const figure = (slice: Slice, metric: MetricName, of: Of): Measure =>
  sliceMeasure(
    {
      metric,
      of,
      by: null,
      group: null,
      ...(metricDefinition(metric).ofOneClass === 'always' && 'classes' in slice && { class: 'b' }),
    },
    slice,
  );

/** The share of slices whose interval holds the figure of the population. */
const coverage = (
  population: Slice,
  slices: readonly Slice[],
  metric: MetricName,
  of: Of,
): number => {
  // A total is of the rows that there are.
  const scale = /true_positives/.test(metric) ? rowsOfSlice(population) / rows : 1;
  const truth = (figure(population, metric, of).value as number) / scale;
  const covered = slices.filter((slice) => {
    const { interval } = figure(slice, metric, of);
    return interval !== null && interval.lower <= truth && truth <= interval.upper;
  });
  return covered.length / slices.length;
};

const drawn = <Row>(population: readonly Row[], random: Random): Row[] =>
  Array.from({ length: rows }, () => population[Math.floor(random() * population.length)] as Row);

/** Below 95 % by three standard errors of so many trials. */
const least = (trials: number): number => 0.95 - 3 * Math.sqrt((0.95 * 0.05) / trials);

const ofRegression = metricsOf('regression').filter((metric) => {
  const { kind, withoutInterval } = metricDefinition(metric);
  return kind === 'quality' && !withoutInterval;
});

/**
 * Of several classes, intervals of each kind: those of one class are those of two classes, which have simulations of their own,
 * and all averages of a kind are taken alike.
 */
const ofClasses: readonly MetricName[] = [
  'accuracy',
  'balanced_accuracy',
  'matthews_correlation_coefficient',
  'cohen_kappa',
  'log_loss',
  'multiclass_brier_score',
  'top_k_accuracy',
  'expected_calibration_error',
  'maximum_calibration_error',
  'true_positive_rate',
  'precision',
  'true_positives',
  'generalized_true_positives',
  'macro_precision',
  'macro_recall',
  'macro_f1_score',
  'macro_negative_predictive_value',
  'macro_matthews_correlation_coefficient',
  'weighted_precision',
  'weighted_f_beta_score',
  'weighted_youden_j',
  'micro_true_negative_rate',
  'micro_cohen_kappa',
  'macro_roc_auc',
  'macro_log_loss',
  'macro_expected_calibration_error',
  'weighted_pr_auc',
  'weighted_gain',
  'micro_generalized_false_positive_rate',
  'micro_expected_calibration_error',
  'micro_roc_auc',
  'micro_pr_auc',
];

describe('intervals of metrics of regression', () => {
  const trials = 300;
  let population: Slice;
  let slices: Slice[];
  beforeAll(() => {
    const random = seededRandom([1908]);
    const normal = (): number => normalQuantile(Math.max(1e-12, random()));
    // Labels with a tail, errors that grow with them, and a version that is a little too high.
    const all = Array.from({ length: 6000 }, (): NumberRow => {
      const label = 20 + 8 * Math.exp(0.4 * normal());
      const shared = normal();
      return {
        label,
        version: label + 0.4 + 0.1 * label * (0.7 * shared + 0.5 * normal()),
        champion: label - 0.8 + 0.12 * label * (0.7 * shared + 0.6 * normal()),
      };
    });
    population = regressionSlice(all);
    slices = Array.from({ length: trials }, () => regressionSlice(drawn(all, random)));
  }, 60_000);

  it.each(ofRegression)('%s cover the truth', (metric) => {
    for (const whose of ['version', 'difference'] as const) {
      // A difference of labels is 0, of which there is no doubt.
      if (whose === 'difference' && metricDefinition(metric).needs === 'label') continue;
      const found = coverage(population, slices, metric, whose);
      expect({ metric, whose, found, enough: found >= least(trials) }).toEqual({
        metric,
        whose,
        found,
        enough: true,
      });
    }
  });
});

describe('intervals of metrics of several classes', () => {
  // Each trial draws some thousands of tables, once for all metrics.
  const trials = 40;
  const classes = ['a', 'b', 'c'];
  const chances = [0.5, 0.8];
  let population: Slice;
  let slices: Slice[];
  beforeAll(() => {
    const random = seededRandom([1950]);
    const scores = (label: number, signal: number, noise: readonly number[]): number[] => {
      const raw = classes.map((_, at) =>
        Math.exp((at === label ? signal : 0) + 1.5 * (noise[at] as number) + random()),
      );
      const sum = raw.reduce((total, each) => total + each, 0);
      return raw.map((each) => each / sum);
    };
    const all = Array.from({ length: 6000 }, (): ClassRow => {
      const place = random();
      const label = chances.filter((chance) => place > chance).length;
      const noise = classes.map(() => 2 * random());
      return { label, version: scores(label, 2, noise), champion: scores(label, 1.6, noise) };
    });
    population = multiclassSlice(all, classes);
    slices = Array.from({ length: trials }, () => multiclassSlice(drawn(all, random), classes));
  }, 60_000);

  it.each(ofClasses)(
    '%s cover the truth',
    (metric) => {
      for (const whose of ['version', 'difference'] as const) {
        if (whose === 'difference' && metricDefinition(metric).needs === 'label') continue;
        const found = coverage(population, slices, metric, whose);
        expect({ metric, whose, found, enough: found >= least(trials) }).toEqual({
          metric,
          whose,
          found,
          enough: true,
        });
      }
    },
    60_000,
  );
});
