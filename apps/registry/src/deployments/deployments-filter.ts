import { environmentNameSchema, modelNameSchema } from '@sluice/contracts';
import { z } from 'zod';

/** Which deployments are asked for; all of them when nothing is said. */
export const deploymentsFilterSchema = z.strictObject({
  model: modelNameSchema.optional(),
  environment: environmentNameSchema.optional(),
});
