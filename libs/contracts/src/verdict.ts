import { z } from 'zod';
import { digestOfDocument, digestSchema, type Digest } from './digest.js';
import { modelNameSchema } from './names.js';
import { acrossSchema } from './policy/across.js';
import { metricNames } from './policy/metrics.js';

/** `undefined`: the formula divides by zero on this data. `insufficient`: too few rows to say anything. Neither is zero, and neither passes. */
export const measureStateSchema = z.enum(['ok', 'undefined', 'insufficient']);
export type MeasureState = z.infer<typeof measureStateSchema>;

export const intervalSchema = z
  .strictObject({
    lower: z.number(),
    upper: z.number(),
    level: z.number().gt(0).lt(1).describe('0.95 is a 95 % confidence interval'),
    method: z.string().describe('How it was computed, such as wilson, newcombe, delong'),
  })
  .meta({ id: 'Interval' });
export type Interval = z.infer<typeof intervalSchema>;

export const measureSchema = z
  .strictObject({
    metric: z.enum(metricNames),
    of: z
      .enum(['version', 'champion', 'difference'])
      .describe(
        'Whose figure; a difference is version − champion on the same rows, of metrics with an ideal value that of their distances from it',
      ),
    by: z
      .string()
      .nullable()
      .describe('The protected column whose groups it compares or is taken in'),
    group: z
      .string()
      .nullable()
      .describe('The group it is taken in; null when overall or across groups'),
    across: acrossSchema
      .optional()
      .describe('What is made of the values of all groups; absent when it is of one or of none'),
    within: z
      .strictObject({ column: z.string(), value: z.string().nullable() })
      .optional()
      .describe(
        'The rows it is taken over: those with this value of a control column; null when it goes through the rows of each value in turn',
      ),
    parameter: z
      .number()
      .optional()
      .describe('The parameter of the metric, when the check gives one: such as β of Fβ'),
    class: z
      .string()
      .optional()
      .describe('Of several classes, the one that it is of; absent when it is of all'),
    column: z.string().nullable().describe('The column it is about, for metrics of single columns'),
    value: z
      .number()
      .nullable()
      .describe('null exactly when the state is undefined or insufficient'),
    interval: intervalSchema.nullable(),
    errorBound: z
      .number()
      .nonnegative()
      .optional()
      .describe(
        'How far the value may be from the one of all rows, where counts tell it within a bound only: ranks in a profile merged from parts, quantiles of errors. The interval allows for it. Absent when the value is exact',
      ),
    n: z
      .number()
      .int()
      .nonnegative()
      .describe('The rows the figure rests on: the denominator of a rate'),
    state: measureStateSchema,
    method: z
      .string()
      .optional()
      .describe('How it was computed, of metrics that have no interval to tell it'),
    reason: z.string().nullable().describe('Why there is no value'),
  })
  .meta({ id: 'Measure' });
export type Measure = z.infer<typeof measureSchema>;

export const checkOutcomeSchema = z.enum(['pass', 'warn', 'fail']);
export type CheckOutcome = z.infer<typeof checkOutcomeSchema>;

/** How surprising the data would be if it were otherwise. */
export const checkTestSchema = z
  .strictObject({
    hypothesis: z
      .enum(['limit_missed', 'limit_met', 'no_difference'])
      .describe(
        'What is doubted: that the figure misses its limit, one-sided, which the check has to disprove; that it meets the limit, of a check that fails only on what is shown; or that version and champion do not differ, two-sided',
      ),
    p: z.number().min(0).max(1).describe('The chance of such data if the hypothesis holds'),
    adjusted: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'p after the correction over the checks: up to 0.025 one passes that needs proof, and up to 0.05 one fails that fails only on what is shown',
      ),
    method: z
      .string()
      .describe('The method of the interval that p is read from, or of the test, such as mcnemar'),
  })
  .meta({ id: 'CheckTest' });
export type CheckTest = z.infer<typeof checkTestSchema>;

export const checkSchema = z
  .strictObject({
    id: z.string(),
    outcome: checkOutcomeSchema,
    severity: z.enum(['fail', 'warn']),
    measure: measureSchema
      .nullable()
      .describe('The measure it was decided on; null when there was nothing to measure'),
    limit: z.strictObject({
      at_least: z.number().optional(),
      at_most: z.number().optional(),
      no_worse_by: z.number().optional(),
      holds: z
        .enum(['interval', 'unless_shown'])
        .optional()
        .describe(
          'When the whole interval has to meet the limit, or with unless_shown some value of it',
        ),
      reference_chunks: z
        .strictObject({
          rows: z.number().int().positive().describe('Rows of each chunk'),
          chunks: z.number().int().nonnegative().describe('Chunks on which the figure is defined'),
          mean: z.number().nullable().describe('Mean of the figure over them; null without any'),
          deviation: z.number().nullable().describe('Its standard deviation over them'),
        })
        .optional()
        .describe(
          'The chunks of the reference that set the limits: mean ± 3 standard deviations; there are none while chunks are too few',
        ),
    }),
    test: checkTestSchema
      .optional()
      .describe('Of a check that compares with the champion, or holds by its interval'),
    reason: z.string().describe('Why it came out so, in one sentence with the figures'),
    advice: z.string().nullable().describe('What to do when it did not pass'),
  })
  .meta({ id: 'Check' });
export type Check = z.infer<typeof checkSchema>;

/**
 * All checks of one evaluation, bound by digest to what was evaluated. It holds no clock reading and no name
 * of a machine, so the same inputs give the same document, byte for byte, in the registry and offline.
 */
export const verdictSchema = z
  .strictObject({
    schema: z.literal('sluice/verdict/v1'),
    outcome: z.enum(['pass', 'fail']).describe('fail when a check failed; warnings alone pass'),
    subject: z.strictObject({
      model: modelNameSchema,
      version: digestSchema
        .nullable()
        .describe('The artifact evaluated; null when scores came with the data'),
      champion: digestSchema
        .nullable()
        .describe('The artifact it was compared with; null when there is none yet'),
      datasets: z.strictObject({
        evaluation: digestSchema,
        reference: digestSchema
          .optional()
          .describe('What drift was measured against; absent when the policy names none'),
        predictions: digestSchema
          .optional()
          .describe('Where scores came from; absent when the policy names no data.predictions'),
      }),
      policy: digestSchema,
    }),
    rows: z.number().int().nonnegative().describe('Rows of the evaluation dataset'),
    checks: z.array(checkSchema),
    measures: z.array(measureSchema),
  })
  .meta({ id: 'Verdict' });
export type Verdict = z.infer<typeof verdictSchema>;
export type VerdictSubject = Verdict['subject'];

export const verdictDigest = (verdict: Verdict): Digest => digestOfDocument(verdict);
