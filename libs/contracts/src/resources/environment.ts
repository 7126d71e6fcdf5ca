import { z } from 'zod';
import { digestSchema } from '../digest.js';
import {
  environmentNameSchema,
  modelNameSchema,
  timestampSchema,
  versionNumberSchema,
} from '../names.js';

export const environmentSchema = z
  .strictObject({
    name: environmentNameSchema,
    approvals: z
      .number()
      .int()
      .nonnegative()
      .describe('The fewest approvals, whatever a policy says'),
  })
  .meta({ id: 'Environment' });
export type Environment = z.infer<typeof environmentSchema>;
export const environmentListSchema = z
  .strictObject({ items: z.array(environmentSchema) })
  .meta({ id: 'EnvironmentList' });

/** The one version of a model that an environment runs. */
export const championSchema = z
  .strictObject({
    model: modelNameSchema,
    environment: environmentNameSchema,
    version: versionNumberSchema,
    artifactDigest: digestSchema,
    promotion: z.uuid(),
    since: timestampSchema,
    revision: z.number().int().positive().describe('Also its ETag; grows by one with each change'),
  })
  .meta({ id: 'Champion' });
export type Champion = z.infer<typeof championSchema>;
export const championListSchema = z
  .strictObject({ items: z.array(championSchema) })
  .meta({ id: 'ChampionList' });

/** What a target really runs, as the deployer sees it. */
export const deploymentStateSchema = z.enum(['starting', 'live', 'failed']);
export const deploymentSchema = z
  .strictObject({
    model: modelNameSchema,
    environment: environmentNameSchema,
    target: z.string(),
    version: versionNumberSchema
      .nullable()
      .describe('The version that answers now; null when none does'),
    artifactDigest: digestSchema.nullable().describe('As the running server reports it'),
    desiredVersion: versionNumberSchema,
    desiredArtifactDigest: digestSchema,
    state: deploymentStateSchema,
    detail: z.string().describe('What is going on, in words'),
    url: z.string().describe('Where it takes predictions (Open Inference Protocol v2)'),
  })
  .meta({ id: 'Deployment' });
export type Deployment = z.infer<typeof deploymentSchema>;
export const deploymentListSchema = z
  .strictObject({ items: z.array(deploymentSchema) })
  .meta({ id: 'DeploymentList' });
