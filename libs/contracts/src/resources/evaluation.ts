import { z } from 'zod';
import { digestSchema } from '../digest.js';
import { problemSchema } from '../errors.js';
import { modelNameSchema, timestampSchema, versionNumberSchema } from '../names.js';
import { verdictSchema } from '../verdict.js';
import { pageOf, pageQuerySchema } from './page.js';

export const evaluationStateSchema = z.enum([
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
]);
export type EvaluationState = z.infer<typeof evaluationStateSchema>;

export const createEvaluationSchema = z
  .strictObject({
    model: modelNameSchema,
    version: versionNumberSchema,
    policy: z.string().min(1).max(65_536).describe('The text of sluice.yaml'),
    datasets: z.strictObject({
      evaluation: digestSchema.describe('A registered dataset'),
      reference: digestSchema
        .optional()
        .describe('Another, needed exactly when the policy names data.reference'),
    }),
  })
  .meta({ id: 'CreateEvaluation' });
export type CreateEvaluation = z.infer<typeof createEvaluationSchema>;

export const progressSchema = z
  .strictObject({
    step: z.string().describe('What is being done, in words'),
    done: z.number().nonnegative(),
    total: z.number().nonnegative().nullable(),
    overall: z
      .strictObject({
        step: z.number().int().positive().describe('1 for the first'),
        of: z.number().int().positive().describe('How many steps there are'),
        fraction: z
          .number()
          .min(0)
          .max(1)
          .describe('Of the work, each step taken for the same; not of the time'),
      })
      .optional(),
  })
  .meta({ id: 'Progress' });
export type Progress = z.infer<typeof progressSchema>;

export const cancelEvaluationSchema = z
  .strictObject({ reason: z.string().max(500).default('') })
  .meta({ id: 'CancelEvaluation' });
export type CancelEvaluation = z.infer<typeof cancelEvaluationSchema>;

/** An evaluation without its verdict, which can have megabytes: what lists are made of. */
export const evaluationSummarySchema = z
  .strictObject({
    id: z.uuid(),
    model: modelNameSchema,
    version: versionNumberSchema,
    champion: versionNumberSchema
      .nullable()
      .describe('The version in production when it was asked for'),
    policyDigest: digestSchema,
    datasets: z.strictObject({ evaluation: digestSchema, reference: digestSchema.optional() }),
    state: evaluationStateSchema,
    progress: progressSchema.nullable(),
    outcome: z.enum(['pass', 'fail']).nullable().describe('null until a verdict is there'),
    verdictDigest: digestSchema.nullable(),
    problem: problemSchema.nullable().describe('Why it failed without a verdict'),
    cancellation: z
      .strictObject({ by: z.string(), reason: z.string(), at: timestampSchema })
      .nullable()
      .describe('By whom it was cancelled, and why; there is no verdict then'),
    createdAt: timestampSchema,
    createdBy: z.string(),
    finishedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'EvaluationSummary' });
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>;
export const evaluationPageSchema = pageOf(evaluationSummarySchema, 'EvaluationPage');

export const evaluationSchema = evaluationSummarySchema
  .extend({
    verdict: verdictSchema
      .nullable()
      .describe('As canonical JSON (RFC 8785): its bytes are those that verdictDigest is of'),
  })
  .meta({ id: 'Evaluation' });
export type Evaluation = z.infer<typeof evaluationSchema>;
export const evaluationQuerySchema = pageQuerySchema.extend({
  model: modelNameSchema.optional(),
  version: z.coerce.number().int().positive().optional(),
  outcome: z.enum(['pass', 'fail']).optional(),
});
