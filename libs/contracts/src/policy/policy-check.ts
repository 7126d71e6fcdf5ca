import { z } from 'zod';
import { acrossSchema, definitionOf } from './across.js';
import { hasChunkLimit, type CheckLimits } from './drift.js';
import { driftCheckFaults } from './drift-rules.js';
import { groupingName } from './groupings.js';
import { faultsOfAcross, faultsOfParameter } from './metric-faults.js';
import { metricDefinition, metricNames, parameterOf, type MetricName } from './metrics.js';

export const columnNameSchema = z.string().min(1).max(200);
const severity = z.enum(['fail', 'warn']);
export type Severity = z.infer<typeof severity>;

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
      .union([columnNameSchema, z.array(columnNameSchema).min(2).max(4)])
      .optional()
      .describe('A protected column, or several whose groups intersect: compare the groups'),
    within: columnNameSchema
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
    column: columnNameSchema
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
