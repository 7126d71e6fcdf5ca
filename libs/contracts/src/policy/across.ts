import { z } from 'zod';
import { metricDefinition, type MetricName } from './metrics.js';
import type { MetricDefinition } from './metrics/metric-definition.js';

/**
 * What is made of the values that a metric has in the groups of a column. In fairlearn's terms their difference
 * (max − min) or ratio (min / max), the same to the value overall, or their extremes. In Aequitas' terms each group's
 * difference from a reference group, or ratio to it: the privileged or the largest one. In AIF360's terms the difference
 * or ratio of all other groups together to the privileged one.
 */
export const acrossSchema = z.enum([
  'difference',
  'ratio',
  'difference_to_overall',
  'ratio_to_overall',
  'group_min',
  'group_max',
  'difference_to_privileged',
  'ratio_to_privileged',
  'difference_to_majority',
  'ratio_to_majority',
  'others_difference_to_privileged',
  'others_ratio_to_privileged',
]);
export type Across = z.infer<typeof acrossSchema>;

/** How the values of groups are put into one, or into one for each group. */
export interface AcrossDefinition {
  /** In a sentence, before `by` and the column. */
  readonly words: string;
  readonly formula: string;
  readonly kind: 'difference' | 'ratio' | 'extreme';
  /** With what each group is compared; null when groups are compared with each other. */
  readonly reference: 'overall' | 'privileged' | 'majority' | null;
  /** Whether it has a value for each group rather than one for all. */
  readonly perGroup?: true;
}

export const acrossDefinitions: Readonly<Record<Across, AcrossDefinition>> = {
  difference: {
    words: 'difference',
    formula: 'max_g m(g) − min_g m(g)',
    kind: 'difference',
    reference: null,
  },
  ratio: { words: 'ratio', formula: 'min_g m(g) / max_g m(g)', kind: 'ratio', reference: null },
  difference_to_overall: {
    words: 'largest difference from all rows',
    formula: 'max_g |m(g) − m|',
    kind: 'difference',
    reference: 'overall',
  },
  ratio_to_overall: {
    words: 'smallest ratio to all rows',
    formula: 'min_g min(m(g) / m, m / m(g))',
    kind: 'ratio',
    reference: 'overall',
  },
  group_min: { words: 'lowest value', formula: 'min_g m(g)', kind: 'extreme', reference: null },
  group_max: { words: 'highest value', formula: 'max_g m(g)', kind: 'extreme', reference: null },
  difference_to_privileged: {
    words: 'difference from the privileged group',
    formula: 'm(g) − m(p)',
    kind: 'difference',
    reference: 'privileged',
    perGroup: true,
  },
  ratio_to_privileged: {
    words: 'ratio to the privileged group',
    formula: 'm(g) / m(p)',
    kind: 'ratio',
    reference: 'privileged',
    perGroup: true,
  },
  difference_to_majority: {
    words: 'difference from the largest group',
    formula: 'm(g) − m(largest group)',
    kind: 'difference',
    reference: 'majority',
    perGroup: true,
  },
  ratio_to_majority: {
    words: 'ratio to the largest group',
    formula: 'm(g) / m(largest group)',
    kind: 'ratio',
    reference: 'majority',
    perGroup: true,
  },
  others_difference_to_privileged: {
    words: 'difference of all other groups together from the privileged one',
    formula: 'm(u) − m(p)',
    kind: 'difference',
    reference: 'privileged',
  },
  others_ratio_to_privileged: {
    words: 'ratio of all other groups together to the privileged one',
    formula: 'm(u) / m(p)',
    kind: 'ratio',
    reference: 'privileged',
  },
};

/** Whether it is signed, and best at an ideal in the middle, rather than a largest difference or smallest ratio. */
const isSigned = ({ reference }: AcrossDefinition): boolean =>
  reference === 'privileged' || reference === 'majority';

/**
 * What a check or measure is of: the metric itself, or what `across` makes of it, with the range and the better side of
 * that.
 */
export const definitionOf = ({
  metric,
  across,
}: {
  readonly metric: MetricName;
  readonly across?: Across | undefined;
}): MetricDefinition => {
  const { ideal: _, ...own }: MetricDefinition = metricDefinition(metric);
  if (across === undefined) return metricDefinition(metric);
  const definition = acrossDefinitions[across];
  const flags = {
    ...(definition.reference === 'privileged' ? { needsPrivileged: true as const } : {}),
    ...(definition.perGroup ? { perGroup: true as const } : {}),
  };
  const reach = own.highest - own.lowest;
  switch (definition.kind) {
    case 'extreme':
      return metricDefinition(metric);
    case 'difference':
      return isSigned(definition)
        ? { ...own, ...flags, direction: 'ideal', ideal: 0, lowest: -reach, highest: reach }
        : { ...own, direction: 'lower', lowest: 0, highest: reach };
    case 'ratio':
      return isSigned(definition)
        ? { ...own, ...flags, direction: 'ideal', ideal: 1, lowest: 0, highest: Infinity }
        : { ...own, direction: 'higher', lowest: 0, highest: 1 };
  }
};

/**
 * What "no worse than the champion" compares: the value itself, or of a figure with an ideal how far from that it is.
 * A ratio is as far from 1 as its reciprocal is, 1 − min(r, 1/r), so that it doesn't matter which group goes first.
 */
export const comparedValue = (
  of: { readonly metric: MetricName; readonly across?: Across | undefined },
  value: number,
): number => {
  const { ideal } = definitionOf(of);
  if (ideal === undefined) return value;
  return ideal === 0 ? Math.abs(value) : 1 - Math.min(value, 1 / value);
};
