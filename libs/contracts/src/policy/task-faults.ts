import { nearestName } from '../nearest-name.js';
import { metricDefinition, metricsOf, parameterOf, tasksOf, type MetricName } from './metrics.js';
import { mostClasses, type Task } from './task.js';

interface TaskPolicy {
  readonly task: Task;
  readonly artifact?: string | undefined;
  readonly outputs?: { readonly label?: string | undefined } | undefined;
  readonly columns: {
    readonly favorable?: unknown;
    readonly score?: string | undefined;
    readonly scores?: Readonly<Record<string, string>> | undefined;
    readonly prediction?: string | undefined;
  };
  readonly value?: unknown;
  readonly checks: readonly {
    readonly metric: MetricName;
    readonly class?: string | undefined;
    readonly parameter?: number | undefined;
    readonly holds?: string | undefined;
    readonly across?: string | undefined;
  }[];
}

type TaskFault = readonly [path: readonly (string | number)[], message: string];

/** What in a policy doesn't belong to its task, and what of it is missing. */
export const faultsOfTask = (policy: TaskPolicy): TaskFault[] => [
  ...columnFaults(policy),
  ...policy.checks.flatMap((check, index) =>
    [...checkFaults(policy.task, check), ...classFaults(check, policy.columns.scores)].map(
      ([key, message]): TaskFault => [['checks', index, key], message],
    ),
  ),
];

const columnFaults = ({ task, columns, value, artifact, outputs }: TaskPolicy): TaskFault[] => {
  const faults: TaskFault[] = [];
  const binary = task === 'binary-classification';
  const forbid = (key: 'favorable' | 'score' | 'scores', why: string): void => {
    if (columns[key] !== undefined) faults.push([['columns', key], `expected none: ${why}`]);
  };
  if (binary && columns.favorable === undefined)
    faults.push([['columns', 'favorable'], 'expected the value of the label that is favorable']);
  if (!binary) {
    forbid('favorable', `no label of a ${task} is the favorable one`);
    forbid(
      'score',
      task === 'regression'
        ? 'predicted numbers go in columns.prediction'
        : 'the scores of several classes go in columns.scores, one column for each',
    );
    if (value !== undefined)
      faults.push([['value'], `expected none: outcomes of a ${task} are not worth the same`]);
  }
  if (task === 'regression' && outputs?.label !== undefined)
    faults.push([
      ['outputs', 'label'],
      'expected none: a regression predicts a number, whose output is outputs.score',
    ]);
  if (task !== 'multiclass-classification')
    forbid('scores', 'only several classes have a column of scores each');
  else faults.push(...scoreFaults(columns));
  if (
    task === 'regression' &&
    columns.prediction === undefined &&
    artifact === undefined &&
    columns.score === undefined
  )
    faults.push([['columns'], 'expected an artifact, or columns.prediction']);
  return faults;
};

/** What a check asks of classes that the policy names, each of which has a column of scores. */
const classFaults = (
  { metric, class: named, parameter: given }: TaskPolicy['checks'][number],
  scores: TaskPolicy['columns']['scores'],
): (readonly [key: string, message: string])[] => {
  if (scores === undefined) return [];
  const classes = Object.keys(scores);
  if (named !== undefined && !classes.includes(named)) {
    const near = nearestName(named, classes);
    const known = near === undefined ? `one of ${classes.slice(0, 20).join(', ')}` : near;
    return [['class', `expected a class of columns.scores, ${known}`]];
  }
  const k = metric === 'top_k_accuracy' ? (parameterOf(metric, given) ?? 0) : 0;
  return k >= classes.length
    ? [
        [
          given === undefined ? 'metric' : 'parameter',
          `expected k below ${classes.length}, the number of classes: of as many, every row is a hit`,
        ],
      ]
    : [];
};

const scoreFaults = ({ scores }: TaskPolicy['columns']): TaskFault[] => {
  if (scores === undefined) return [];
  const named = Object.values(scores);
  const count = named.length;
  if (count < 2 || count > mostClasses)
    return [[['columns', 'scores'], `expected the columns of 2 to ${mostClasses} classes`]];
  const twice = Object.entries(scores).find(([, name], index) => named.indexOf(name) !== index);
  return twice
    ? [[['columns', 'scores', twice[0]], 'expected a column of its own for each class']]
    : [];
};

const checkFaults = (
  task: Task,
  { metric, class: named, holds, across }: TaskPolicy['checks'][number],
): (readonly [key: string, message: string])[] => {
  const own = tasksOf(metric);
  if (!own.includes(task)) {
    const names = metricsOf(task);
    const near = nearestName(metric, names);
    const hint = near === undefined ? `one of ${names.join(', ')}` : `such as ${near}`;
    return [
      ['metric', `expected a metric of ${task}, ${hint}; ${metric} is one of ${own.join(' and ')}`],
    ];
  }
  if (metricDefinition(metric).withoutInterval && (holds === 'interval' || across !== undefined))
    return [
      [holds === 'interval' ? 'holds' : 'across', `expected none: ${metric} has no interval`],
    ];
  const ofOneClass =
    task === 'multiclass-classification' ? metricDefinition(metric).ofOneClass : undefined;
  if (ofOneClass === 'always' && named === undefined)
    return [['metric', `expected \`class\`: of several classes, ${metric} is of one of them`]];
  if (ofOneClass === undefined && named !== undefined)
    return [
      [
        'class',
        task === 'multiclass-classification'
          ? `expected none: ${metric} is of all classes together`
          : `expected none: ${task} has no classes to choose from`,
      ],
    ];
  return [];
};
