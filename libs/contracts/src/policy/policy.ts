import { z } from 'zod';
import { relativePathSchema } from '../artifact.js';
import { digestOfDocument, type Digest } from '../digest.js';
import { datasetLocationSchema } from './dataset-location.js';
import { environmentNameSchema, modelNameSchema } from '../names.js';
import { acrossSchema, definitionOf } from './across.js';
import { consistencySchema } from './consistency.js';
import { driftSchema, hasChunkLimit, type CheckLimits } from './drift.js';
import { driftCheckFaults, driftPolicyFaults } from './drift-rules.js';
import { groupingName } from './groupings.js';
import {
  faultsOfAcross,
  faultsOfConsistency,
  faultsOfParameter,
  faultsOfValue,
} from './metric-faults.js';
import { metricDefinition, metricNames, parameterOf, type MetricName } from './metrics.js';
import { faultsOfPredictions } from './predictions-faults.js';
import { faultsOfTask } from './task-faults.js';
import { tasks } from './task.js';
import { valueSchema } from './value.js';

const columnName = z.string().min(1).max(200);
const severity = z.enum(['fail', 'warn']);
export type Severity = z.infer<typeof severity>;

export const protectedColumnSchema = z
  .strictObject({
    name: columnName.describe('A column of the data that names the group of each row'),
    privileged: z.string().min(1).optional().describe('The group that others are read against'),
  })
  .meta({ id: 'ProtectedColumn' });

/** A limit that is a number, or that the data of the reference set. */
const limit = z.union([z.number(), z.literal('reference_chunks')]);
const ofChunks =
  '`reference_chunks` takes the threshold that chunks of the reference set, of metrics of estimated performance';

const usuallyHolds = (
  check: CheckLimits & { readonly metric: MetricName },
): 'estimate' | 'unless_shown' =>
  // Thresholds of chunks allow for chance themselves.
  metricDefinition(check.metric).hasInterval && !hasChunkLimit(check) ? 'unless_shown' : 'estimate';

export const policyCheckSchema = z
  .strictObject({
    metric: z.enum(metricNames),
    parameter: z
      .number()
      .optional()
      .describe('The parameter of a metric that has one, such as β of f_beta_score or k of lift'),
    by: z
      .union([columnName, z.array(columnName).min(2).max(4)])
      .optional()
      .describe('A protected column, or several whose groups intersect: compare the groups'),
    within: columnName
      .optional()
      .describe(
        'With `by`: a control column. The check then has to hold among the rows of each of its values',
      ),
    group: z.string().min(1).optional().describe('With `by`: this group only'),
    across: acrossSchema
      .optional()
      .describe('With `by` and a metric of quality: compare its values in the groups in this way'),
    class: z
      .string()
      .min(1)
      .optional()
      .describe('Of several classes, the one that a metric of a single class is of'),
    column: columnName
      .optional()
      .describe('Of a drift metric: this column only, instead of the worst of all drift columns'),
    at_least: limit.optional().describe(`The smallest value that passes; ${ofChunks}`),
    at_most: limit.optional().describe(`The largest value that passes; ${ofChunks}`),
    against: z.literal('champion').optional().describe('Compare with the version in production'),
    no_worse_by: z
      .number()
      .nonnegative()
      .optional()
      .describe('With `against`: how much worse still passes'),
    holds: z
      .enum(['estimate', 'interval', 'unless_shown'])
      .optional()
      .describe(
        'What has to meet the limit: the `estimate`; the whole 95 % `interval`, so that chance is no excuse; or, with `unless_shown`, some value of the interval, so that only what is more than chance fails. A drift metric with an interval holds unless_shown, others by their estimate, unless told otherwise',
      ),
    min_rows: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('The rows that each denominator needs, below which the figure is insufficient'),
    severity: severity.default('fail').describe('What a check that does not hold means'),
    when_undefined: severity
      .default('fail')
      .describe(
        'What a figure means whose formula divides by zero; `warn` with a severity of warn',
      ),
    when_insufficient: severity
      .default('fail')
      .describe('What a figure means that rests on too few rows; `warn` with a severity of warn'),
  })
  .overwrite((check) => ({ ...check, holds: check.holds ?? usuallyHolds(check) }))
  .superRefine((check, context) => {
    const fault = (key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message });
    };
    const metric = definitionOf(check);
    driftCheckFaults(check).forEach(([key, message]) => fault(key, message));
    const limits = [check.at_least, check.at_most].filter((limit) => limit !== undefined);
    if (check.against === undefined) {
      if (check.no_worse_by !== undefined)
        fault('no_worse_by', 'expected `against: champion` beside no_worse_by');
      else if (limits.length === 0)
        fault('metric', 'expected a limit: at_least, at_most, or against with no_worse_by');
    } else {
      if (check.no_worse_by === undefined) fault('against', 'expected no_worse_by beside against');
      if (limits.length > 0)
        fault(
          'against',
          'expected no_worse_by alone: at_least and at_most go in a check of their own',
        );
      if (metric.direction === 'neither')
        fault('metric', `expected a metric that has a better side; ${check.metric} has none`);
    }
    for (const key of ['at_least', 'at_most'] as const) {
      const limit = check[key];
      if (typeof limit === 'number' && (limit < metric.lowest || limit > metric.highest))
        fault(
          key,
          metric.highest === Infinity
            ? `expected a number of at least ${metric.lowest}, the range of ${check.metric}`
            : `expected a number from ${metric.lowest} to ${metric.highest}, the range of ${check.metric}`,
        );
    }
    if (
      typeof check.at_least === 'number' &&
      typeof check.at_most === 'number' &&
      check.at_least > check.at_most
    )
      fault('at_least', 'expected at_least to be no larger than at_most');
    for (const message of faultsOfParameter(check)) fault('parameter', message);
    for (const [key, message] of faultsOfAcross(check)) fault(key, message);
    if (metric.needsControl && check.within === undefined)
      fault(
        'metric',
        `expected \`within\`: ${check.metric} goes through the values of a control column`,
      );
    if (metric.kind === 'individual' && check.by !== undefined)
      fault('by', `expected no \`by\`: ${check.metric} is of all rows, whatever their groups`);
    if (metric.kind === 'fairness' && check.by === undefined)
      fault('metric', `expected \`by\`: ${check.metric} compares the groups of a protected column`);
    if (metric.kind === 'fairness' && !metric.perGroup && check.group !== undefined)
      fault('group', `expected no group: ${check.metric} compares all groups`);
    if (check.group !== undefined && check.by === undefined)
      fault('group', 'expected `by` beside group');
    if (check.within !== undefined && check.by === undefined)
      fault('within', 'expected `by` beside within');
  })
  .meta({ id: 'PolicyCheck' });
export type PolicyCheck = z.infer<typeof policyCheckSchema>;

const outputName = z.string().min(1).max(500);

/** Which outputs of a model hold what, where their names, types and shapes leave a doubt. */
export const modelOutputsSchema = z
  .strictObject({
    score: outputName
      .optional()
      .describe(
        'The output with the score of the favorable label or of both; of several classes, with the scores of all; of a regression, with the predicted number',
      ),
    label: outputName
      .optional()
      .describe('The output with the predicted label; a regression has none'),
  })
  .refine(
    ({ score, label }) => score !== undefined || label !== undefined,
    'expected the name of an output: score, label or both',
  )
  .meta({ id: 'ModelOutputs' });

export const environmentRuleSchema = z
  .strictObject({
    approvals: z
      .number()
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe('Approvals needed by people other than the author'),
  })
  .meta({ id: 'EnvironmentRule' });

/** What must hold before a version of a model is promoted: the content of `sluice.yaml`. */
export const policySchema = z
  .strictObject({
    version: z.literal(1).describe('The version of this format'),
    model: modelNameSchema.describe('The model whose versions this policy gates'),
    task: z.enum(tasks).describe('What the model predicts: a class of two or several, or a number'),
    artifact: relativePathSchema
      .optional()
      .describe('The ONNX file; leave it out when the data holds scores or predictions'),
    outputs: modelOutputsSchema
      .optional()
      .describe('The outputs to read, needed only for a model that has several of a kind'),
    data: z.strictObject({
      evaluation: datasetLocationSchema.describe(
        'The held-out table, Parquet, CSV, JSON Lines or Arrow IPC: a file, a folder of files, or a pattern such as data/part-*.parquet; or the same in S3, such as s3://bucket/data/, which is read only where whoever runs Sluice allows it',
      ),
      reference: datasetLocationSchema
        .optional()
        .describe(
          'The table that drift is measured against, usually the training data: a file, a folder of files, or a pattern',
        ),
      predictions: datasetLocationSchema
        .optional()
        .describe(
          'A table of its own with columns.score or columns.prediction, in the same formats, joined to the data by columns.key',
        ),
    }),
    columns: z.strictObject({
      label: columnName.describe('The column with the truth'),
      favorable: z
        .union([z.string().min(1), z.number(), z.boolean()])
        .optional()
        .describe(
          'The value of the label that is good for the person concerned; of binary classification only',
        ),
      protected: z.array(protectedColumnSchema).max(20).default([]),
      control: z
        .array(columnName)
        .max(5)
        .default([])
        .describe('Columns that explain differences: a check may compare groups `within` one'),
      weight: columnName
        .optional()
        .describe('A column with the weight of each row, 0 or more; without it each weighs 1'),
      features: z
        .array(columnName)
        .min(1)
        .optional()
        .describe('The feature order of a model with one tensor input'),
      score: columnName
        .optional()
        .describe('A column with the score of the favorable label, from 0 to 1'),
      scores: z
        .record(z.string().min(1), columnName)
        .optional()
        .describe(
          'Of several classes: for each, the column with its score, from 0 to 1, all of which sum to 1',
        ),
      prediction: columnName.optional().describe('A column with the predicted label or number'),
      key: columnName
        .optional()
        .describe(
          'With data.predictions: the column of both tables that tells which rows belong together',
        ),
    }),
    checks: z.array(policyCheckSchema).min(1).max(200),
    drift: driftSchema.optional().describe('What drift metrics look at; needs data.reference'),
    value: valueSchema.optional().describe('What predictions are worth, for the metrics of value'),
    consistency: consistencySchema
      .optional()
      .describe('Which rows are alike, for consistency and label_consistency'),
    correction: z
      .enum(['none', 'bonferroni', 'holm', 'benjamini-hochberg'])
      .default('none')
      .describe(
        'Over the checks that hold by their interval, which each pass wrongly with a chance of at most 2.5 %. With `bonferroni` or `holm`, which passes more, that is the chance that any of them does; with `benjamini-hochberg`, it is the expected share of wrong passes among passes. Over the checks of drift that hold `unless_shown` it does the same by itself, for the 5 % with which each fails wrongly',
      ),
    promotion: z
      .strictObject({
        environments: z
          .record(environmentNameSchema, environmentRuleSchema)
          .refine(
            (environments) => Object.keys(environments).length > 0,
            'expected at least one environment',
          )
          .describe('In the order in which a version passes through them'),
      })
      .default({ environments: { staging: { approvals: 0 }, production: { approvals: 1 } } }),
  })
  .superRefine((policy, context) => {
    const fault = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    const { columns } = policy;
    const inData = [columns.score, columns.scores, columns.prediction].some(
      (column) => column !== undefined,
    );
    if (policy.artifact === undefined && !inData)
      fault(['columns'], 'expected an artifact, or columns.score or columns.prediction');
    if (policy.artifact !== undefined && inData)
      fault(
        ['artifact'],
        'expected either an artifact, or columns.score and columns.prediction, not both',
      );
    for (const [path, message] of faultsOfPredictions(policy)) fault(path, message);
    if (policy.artifact === undefined && policy.outputs !== undefined)
      fault(['outputs'], 'expected an artifact beside the names of its outputs');
    const protectedNames = columns.protected.map((column) => column.name);
    protectedNames.forEach((name, index) => {
      if (protectedNames.indexOf(name) !== index)
        fault(
          ['columns', 'protected', index, 'name'],
          `expected each protected column once; ${name} stands here twice`,
        );
    });
    policy.checks.forEach((check, index) => {
      const named = [check.by ?? []].flat();
      if (!named.every((name) => protectedNames.includes(name)))
        fault(
          ['checks', index, 'by'],
          protectedNames.length === 0
            ? 'expected a column listed in columns.protected, which is empty'
            : `expected a column listed in columns.protected: ${protectedNames.join(', ')}`,
        );
      const { needs, needsPrivileged } = definitionOf(check);
      if (new Set(named).size < named.length)
        fault(['checks', index, 'by'], 'expected each column once');
      if (check.within !== undefined && !columns.control.includes(check.within))
        fault(
          ['checks', index, 'within'],
          columns.control.length === 0
            ? 'expected a column listed in columns.control, which is empty'
            : `expected a column listed in columns.control: ${columns.control.join(', ')}`,
        );
      const column = columns.protected.find(
        ({ name, privileged }) => named.includes(name) && privileged === undefined,
      );
      if (needsPrivileged && column)
        fault(
          ['checks', index, 'metric'],
          `expected a privileged group of ${column.name} in columns.protected: ${check.across ?? check.metric} reads the other groups against it`,
        );
      if (
        needs === 'score' &&
        policy.artifact === undefined &&
        columns.score === undefined &&
        columns.scores === undefined
      )
        fault(['checks', index, 'metric'], `expected columns.score: ${check.metric} reads scores`);
      for (const message of faultsOfValue(check.metric, policy.value))
        fault(['checks', index, 'metric'], message);
    });
    faultsOfConsistency(policy).forEach(([path, message]) => fault(path, message));
    faultsOfTask(policy).forEach(([path, message]) => fault([...path], message));
    driftPolicyFaults(policy).forEach(([path, message]) => fault(path, message));
    const ids = policy.checks.map((check) => checkId(check));
    ids.forEach((id, index) => {
      if (ids.indexOf(id) !== index)
        fault(
          ['checks', index],
          `expected each check once; this one repeats checks[${ids.indexOf(id)}]`,
        );
    });
  })
  .meta({ id: 'Policy' });
export type Policy = z.infer<typeof policySchema>;

/** A stable name for a check: what it measures and the kind of limit, such as `roc_auc/against_champion`. */
export const checkId = (
  check: Pick<
    PolicyCheck,
    | 'metric'
    | 'by'
    | 'within'
    | 'group'
    | 'across'
    | 'parameter'
    | 'class'
    | 'column'
    | 'at_least'
    | 'at_most'
    | 'against'
  > & { readonly holds?: PolicyCheck['holds'] },
): string => {
  const limit =
    check.against !== undefined
      ? 'against_champion'
      : [
          check.at_least !== undefined && 'at_least',
          check.at_most !== undefined && 'at_most',
          hasChunkLimit(check) && 'reference_chunks',
        ]
          .filter(Boolean)
          .join('_');
  const usual = check.holds === undefined || check.holds === usuallyHolds(check);
  const kind = usual ? limit : `${limit}_${check.holds}`;
  const by = check.by === undefined ? undefined : groupingName(check.by);
  const within = check.within === undefined ? undefined : `within ${check.within}`;
  const parameter = parameterOf(check.metric, check.parameter);
  const metric = parameter === undefined ? check.metric : `${check.metric}(${parameter})`;
  const across = check.across === undefined ? undefined : `across ${check.across}`;
  const ofClass = check.class === undefined ? undefined : `class ${check.class}`;
  return [metric, ofClass, across, by, within, check.group, check.column, kind]
    .filter((part) => part !== undefined)
    .join('/');
};

/** Binds a verdict to what the policy means: comments, order of keys and spelled-out defaults don't change it. */
export const policyDigest = (policy: Policy): Digest =>
  digestOfDocument({
    ...policy,
    checks: policy.checks.map((check) => {
      const parameter = parameterOf(check.metric, check.parameter);
      return parameter === undefined ? check : { ...check, parameter };
    }),
    // The order of environments carries meaning, which an object in canonical form would lose.
    promotion: {
      environments: Object.entries(policy.promotion.environments).map(([name, rule]) => ({
        name,
        ...rule,
      })),
    },
  });

/** The environments in the order in which a version passes through them. */
export const environmentOrder = (policy: Policy): string[] =>
  Object.keys(policy.promotion.environments);

/** The environment whose version `against: champion` compares with: the last one, where models do their work. */
export const championEnvironment = (policy: Policy): string =>
  environmentOrder(policy).at(-1) as string;
