import { binaryCountMetrics } from './metrics/binary-counts.js';
import { binaryFairnessMetrics } from './metrics/binary-fairness.js';
import { binaryQualityMetrics } from './metrics/binary-quality.js';
import { driftMetrics, type DriftMetricName } from './metrics/drift.js';
import { binaryScoreMetrics } from './metrics/binary-scores.js';
import { individualFairnessMetrics } from './metrics/individual-fairness.js';
import { classAverageMetrics } from './metrics/class-averages.js';
import type { MetricDefinition } from './metrics/metric-definition.js';
import { multiclassMetrics } from './metrics/multiclass.js';
import { regressionMetrics } from './metrics/regression.js';
import { valueMetrics } from './metrics/value.js';
import type { Task } from './task.js';

export type { DriftMetricName } from './metrics/drift.js';
export {
  averagedMetrics,
  averageOf,
  isAverage,
  isOfPooledRanks,
} from './metrics/class-averages.js';
export type { AveragedName, AverageName, Averaging } from './metrics/class-averages.js';
export type { Direction, MetricDefinition, MetricParameter } from './metrics/metric-definition.js';

/**
 * Every metric that a policy can name. g ranges over the groups of the column in `by`, p is its privileged group and u
 * all others together; a prediction or label is positive when it is the favorable one.
 */
export const metrics = {
  ...binaryQualityMetrics,
  ...binaryScoreMetrics,
  ...binaryCountMetrics,
  ...binaryFairnessMetrics,
  ...individualFairnessMetrics,
  ...valueMetrics,
  ...classAverageMetrics,
  ...multiclassMetrics,
  ...regressionMetrics,
  ...driftMetrics,
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];
export const driftMetricNames = Object.keys(driftMetrics) as DriftMetricName[];
export const isDriftMetric = (name: string): name is DriftMetricName =>
  Object.hasOwn(driftMetrics, name);
export const metricDefinition = (name: MetricName): MetricDefinition => metrics[name];

/** The parameter of a metric: what the check gives, or the default; undefined when the metric has none. */
export const parameterOf = (name: MetricName, given?: number): number | undefined =>
  given ?? metricDefinition(name).parameter?.default;

/** The tasks that a metric is one of. */
export const tasksOf = (name: MetricName): readonly Task[] =>
  metricDefinition(name).tasks ?? ['binary-classification'];

/** The metrics of a task. */
export const metricsOf = (task: Task): MetricName[] =>
  metricNames.filter((name) => tasksOf(name).includes(task));
