import { binaryFairnessMetrics } from './metrics/binary-fairness.js';
import { binaryQualityMetrics } from './metrics/binary-quality.js';
import { driftMetrics, type DriftMetricName } from './metrics/drift.js';
import type { MetricDefinition } from './metrics/metric-definition.js';

export type { DriftMetricName } from './metrics/drift.js';
export type { Direction, MetricDefinition } from './metrics/metric-definition.js';

/**
 * Every metric that a policy can name. g ranges over the groups of the column in `by`, p is its privileged group and u
 * all others together; a prediction or label is positive when it is the favorable one.
 */
export const metrics = {
  ...binaryQualityMetrics,
  ...binaryFairnessMetrics,
  ...driftMetrics,
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];
export const driftMetricNames = Object.keys(driftMetrics) as DriftMetricName[];
export const isDriftMetric = (name: string): name is DriftMetricName =>
  Object.hasOwn(driftMetrics, name);
export const metricDefinition = (name: MetricName): MetricDefinition => metrics[name];

/**
 * What "no worse than the champion" compares: the value itself, or of a metric with an ideal how far from that it is.
 * A ratio is as far from 1 as its reciprocal is, 1 − min(r, 1/r), so that it doesn't matter which group goes first.
 */
export const comparedValue = (name: MetricName, value: number): number => {
  const { ideal } = metricDefinition(name);
  if (ideal === undefined) return value;
  return ideal === 0 ? Math.abs(value) : 1 - Math.min(value, 1 / value);
};
