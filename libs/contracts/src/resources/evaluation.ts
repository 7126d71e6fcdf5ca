import { z } from 'zod';
import { digestSchema } from '../digest.js';
import { problemSchema } from '../errors.js';
import { modelNameSchema, timestampSchema, versionNumberSchema } from '../names.js';
import { verdictSchema } from '../verdict.js';
import { pageOf, pageQuerySchema } from './page.js';

export const evaluationStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed']);
export type EvaluationState = z.infer<typeof evaluationStateSchema>;

export const createEvaluationSchema = z
  .strictObject({
    model: modelNameSchema,
    version: versionNumberSchema,
    policy: z.string().min(1).max(65_536).describe('The text of sluice.yaml'),
    datasets: z.strictObject({ evaluation: digestSchema.describe('A registered dataset') }),
  })
  .meta({ id: 'CreateEvaluation' });
export type CreateEvaluation = z.infer<typeof createEvaluationSchema>;

export const progressSchema = z
  .strictObject({
    step: z.string().describe('What is being done, in words'),
    done: z.number().nonnegative(),
    total: z.number().nonnegative().nullable(),
  })
  .meta({ id: 'Progress' });
export type Progress = z.infer<typeof progressSchema>;

export const evaluationSchema = z
  .strictObject({
    id: z.uuid(),
    model: modelNameSchema,
    version: versionNumberSchema,
    champion: versionNumberSchema
      .nullable()
      .describe('The version in production when it was asked for'),
    policyDigest: digestSchema,
    datasets: z.strictObject({ evaluation: digestSchema }),
    state: evaluationStateSchema,
    progress: progressSchema.nullable(),
    outcome: z.enum(['pass', 'fail']).nullable().describe('null until a verdict is there'),
    verdict: verdictSchema.nullable(),
    verdictDigest: digestSchema.nullable(),
    problem: problemSchema.nullable().describe('Why it failed without a verdict'),
    createdAt: timestampSchema,
    createdBy: z.string(),
    finishedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'Evaluation' });
export type Evaluation = z.infer<typeof evaluationSchema>;
export const evaluationPageSchema = pageOf(evaluationSchema, 'EvaluationPage');
export const evaluationQuerySchema = pageQuerySchema.extend({
  model: modelNameSchema.optional(),
  version: z.coerce.number().int().positive().optional(),
  outcome: z.enum(['pass', 'fail']).optional(),
});
