import { acrossDefinitions, type Across } from './across.js';
import { metricDefinition, type MetricName } from './metrics.js';
import type { ConsistencyPolicy } from './consistency.js';
import type { Task } from './task.js';
import type { ValuePolicy } from './value.js';

/** What is wrong with the parameter that a check gives; nothing when it gives none. */
export const faultsOfParameter = ({
  metric,
  parameter: given,
}: {
  readonly metric: MetricName;
  readonly parameter?: number | undefined;
}): string[] => {
  if (given === undefined) return [];
  const { parameter } = metricDefinition(metric);
  if (parameter === undefined) return [`expected no parameter: ${metric} has none`];
  const { name, lowest, highest, oneOf, whole } = parameter;
  if (whole && !Number.isInteger(given)) return [`expected a whole number, ${name} of ${metric}`];
  if (oneOf !== undefined)
    return oneOf.includes(given)
      ? []
      : [`expected one of ${oneOf.join(', ')}, the values of ${name} of ${metric}`];
  return given >= lowest && given <= highest
    ? []
    : [`expected a number from ${lowest} to ${highest}, the range of ${name} of ${metric}`];
};

/** What a metric of value lacks in the policy. */
export const faultsOfValue = (metric: MetricName, value: ValuePolicy | undefined): string[] => {
  const { kind, needsCost } = metricDefinition(metric);
  if (kind !== 'value') return [];
  if (value === undefined)
    return [`expected \`value\` in the policy: ${metric} needs what each outcome is worth`];
  return needsCost && value.cost === undefined
    ? [`expected value.cost in the policy: ${metric} is a return on what the model costs`]
    : [];
};

type PolicyFault = readonly [path: (string | number)[], message: string];

/** What metrics that compare similar rows lack in the policy, and what is wrong with what it says of them. */
export const faultsOfConsistency = ({
  task,
  consistency,
  columns,
  checks,
}: {
  readonly task: Task;
  readonly consistency?: ConsistencyPolicy | undefined;
  readonly columns: Readonly<
    Partial<Record<'label' | 'score' | 'prediction' | 'weight', string | undefined>>
  >;
  readonly checks: readonly { readonly metric: MetricName }[];
}): PolicyFault[] => {
  if (consistency === undefined)
    return checks.flatMap(({ metric }, index): PolicyFault[] =>
      metricDefinition(metric).kind === 'individual'
        ? [[['checks', index, 'metric'], lacksConsistency(metric)]]
        : [],
    );
  if (task !== 'binary-classification')
    return [[['consistency'], `expected none: similar rows of a ${task} are not compared`]];
  const others = [columns.label, columns.score, columns.prediction, columns.weight];
  return consistency.columns.flatMap((name, index): PolicyFault[] => {
    const path = ['consistency', 'columns', index];
    if (consistency.columns.indexOf(name) !== index) return [[path, 'expected each column once']];
    return others.includes(name)
      ? [[path, `expected a feature; ${name} is what is decided, or what rows weigh`]]
      : [];
  });
};

const lacksConsistency = (metric: MetricName): string =>
  `expected \`consistency\` in the policy: ${metric} needs the columns by which rows are alike`;

/** What is wrong with comparing a metric across groups, by the key that it is about; nothing when a check doesn't. */
export const faultsOfAcross = ({
  metric,
  by,
  group,
  across,
}: {
  readonly metric: MetricName;
  readonly by?: unknown;
  readonly group?: string | undefined;
  readonly across?: Across | undefined;
}): (readonly [key: string, message: string])[] => {
  if (across === undefined) return [];
  const { kind, lowest } = metricDefinition(metric);
  const faults: (readonly [string, string])[] = [];
  if (kind !== 'quality')
    faults.push([
      'across',
      kind === 'fairness'
        ? `expected a metric of quality: ${metric} compares groups by itself`
        : `expected a metric of quality, which ${metric} isn't`,
    ]);
  if (by === undefined) faults.push(['across', 'expected `by` beside across']);
  if (group !== undefined && acrossDefinitions[across].perGroup !== true)
    faults.push(['group', `expected no group: \`across: ${across}\` compares all groups`]);
  if (acrossDefinitions[across].kind === 'ratio' && lowest < 0)
    faults.push(['across', `expected a difference: ${metric} may be negative, and has no ratio`]);
  return faults;
};
