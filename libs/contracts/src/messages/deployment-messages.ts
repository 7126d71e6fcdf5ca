import { z } from 'zod';
import { manifestSchema } from '../artifact.js';
import { digestSchema } from '../digest.js';
import { problemSchema } from '../errors.js';
import { environmentNameSchema, modelNameSchema, versionNumberSchema } from '../names.js';

/** Fires when a promotion has its verdict and all approvals: the environment shall run this version. */
export const promotionApprovedSchema = z.strictObject({
  promotion: z.uuid(),
  generation: z
    .number()
    .int()
    .positive()
    .describe(
      'Grows with each promotion of a model in an environment; a smaller one never replaces a larger one',
    ),
  model: modelNameSchema,
  environment: environmentNameSchema,
  version: versionNumberSchema,
  artifactDigest: digestSchema,
  manifest: manifestSchema,
});
export type PromotionApproved = z.infer<typeof promotionApprovedSchema>;

/** Fires at each step of a rollout. May be lost; nothing depends on it. */
export const deploymentProgressedSchema = z.strictObject({
  promotion: z.uuid(),
  detail: z.string(),
});
export type DeploymentProgressed = z.infer<typeof deploymentProgressedSchema>;

/** Fires when all traffic of an environment goes to the promoted version. */
export const deploymentSucceededSchema = z.strictObject({
  promotion: z.uuid(),
  artifactDigest: digestSchema.describe('As the running server reported it'),
  url: z.string(),
});
export type DeploymentSucceeded = z.infer<typeof deploymentSucceededSchema>;

/** Fires when a rollout was given up. The version before it still serves. */
export const deploymentFailedSchema = z.strictObject({
  promotion: z.uuid(),
  problem: problemSchema,
});
export type DeploymentFailed = z.infer<typeof deploymentFailedSchema>;
