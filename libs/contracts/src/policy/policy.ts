import { z } from 'zod';
import { relativePathSchema } from '../artifact.js';
import { digestOfDocument, type Digest } from '../digest.js';
import { environmentNameSchema, modelNameSchema } from '../names.js';
import { definitionOf } from './across.js';
import { consistencySchema } from './consistency.js';
import { datasetLocationSchema } from './dataset-location.js';
import { driftSchema } from './drift.js';
import { driftPolicyFaults } from './drift-rules.js';
import { faultsOfConsistency, faultsOfValue } from './metric-faults.js';
import { parameterOf } from './metrics.js';
import { checkId, columnNameSchema, policyCheckSchema } from './policy-check.js';
import { faultsOfPredictions } from './predictions-faults.js';
import { faultsOfTask } from './task-faults.js';
import { tasks } from './task.js';
import { valueSchema } from './value.js';

export const protectedColumnSchema = z
  .strictObject({
    name: columnNameSchema.describe('A column of the data that names the group of each row'),
    privileged: z.string().min(1).optional().describe('The group that others are read against'),
  })
  .meta({ id: 'ProtectedColumn' });

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
      label: columnNameSchema.describe('The column with the truth'),
      favorable: z
        .union([z.string().min(1), z.number(), z.boolean()])
        .optional()
        .describe(
          'The value of the label that is good for the person concerned; of binary classification only',
        ),
      protected: z.array(protectedColumnSchema).max(20).default([]),
      control: z
        .array(columnNameSchema)
        .max(5)
        .default([])
        .describe('Columns that explain differences: a check may compare groups `within` one'),
      weight: columnNameSchema
        .optional()
        .describe('A column with the weight of each row, 0 or more; without it each weighs 1'),
      features: z
        .array(columnNameSchema)
        .min(1)
        .optional()
        .describe('The feature order of a model with one tensor input'),
      score: columnNameSchema
        .optional()
        .describe('A column with the score of the favorable label, from 0 to 1'),
      scores: z
        .record(z.string().min(1), columnNameSchema)
        .optional()
        .describe(
          'Of several classes: for each, the column with its score, from 0 to 1, all of which sum to 1',
        ),
      prediction: columnNameSchema
        .optional()
        .describe('A column with the predicted label or number'),
      key: columnNameSchema
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
export const environmentOrder = ({ promotion }: Pick<Policy, 'promotion'>): string[] =>
  Object.keys(promotion.environments);

/** The environment whose version `against: champion` compares with: the last one, where models do their work. */
export const championEnvironment = (policy: Pick<Policy, 'promotion'>): string =>
  environmentOrder(policy).at(-1) as string;
