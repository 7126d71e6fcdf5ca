import { z } from 'zod';
import { digestSchema } from '../digest.js';
import { problemSchema } from '../errors.js';
import {
  environmentNameSchema,
  modelNameSchema,
  timestampSchema,
  versionNumberSchema,
} from '../names.js';
import { pageOf, pageQuerySchema } from './page.js';

/**
 * awaiting_approval → rolling_out → succeeded | failed, or awaiting_approval → rejected | stale.
 * `stale`: the environment's champion changed before it was approved, so its verdict no longer describes it.
 */
export const promotionStateSchema = z.enum([
  'awaiting_approval',
  'rolling_out',
  'succeeded',
  'failed',
  'rejected',
  'stale',
]);
export type PromotionState = z.infer<typeof promotionStateSchema>;

export const createPromotionSchema = z
  .strictObject({
    model: modelNameSchema,
    version: versionNumberSchema,
    environment: environmentNameSchema,
    evaluation: z
      .uuid()
      .optional()
      .describe(
        'The evaluation whose verdict it stands on; the newest fitting one unless said otherwise',
      ),
  })
  .meta({ id: 'CreatePromotion' });
export type CreatePromotion = z.infer<typeof createPromotionSchema>;

export const approvalSchema = z
  .strictObject({ by: z.string(), comment: z.string(), at: timestampSchema })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof approvalSchema>;

export const decideSchema = z
  .strictObject({ comment: z.string().max(2000).default('') })
  .meta({ id: 'Decide' });
export type Decide = z.infer<typeof decideSchema>;

export const promotionSchema = z
  .strictObject({
    id: z.uuid(),
    model: modelNameSchema,
    version: versionNumberSchema,
    artifactDigest: digestSchema,
    environment: environmentNameSchema,
    from: versionNumberSchema.nullable().describe('The version it replaces'),
    evaluation: z.uuid(),
    verdictDigest: digestSchema,
    state: promotionStateSchema,
    approvalsNeeded: z.number().int().nonnegative(),
    approvals: z.array(approvalSchema),
    progress: z.string().nullable().describe('What the rollout is doing, in words'),
    problem: problemSchema.nullable().describe('Why it failed, or was rejected'),
    revision: z.number().int().positive().describe('Also its ETag'),
    createdAt: timestampSchema,
    createdBy: z.string(),
    finishedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'Promotion' });
export type Promotion = z.infer<typeof promotionSchema>;
export const promotionPageSchema = pageOf(promotionSchema, 'PromotionPage');
export const promotionQuerySchema = pageQuerySchema.extend({
  model: modelNameSchema.optional(),
  environment: environmentNameSchema.optional(),
  state: promotionStateSchema.optional(),
});
