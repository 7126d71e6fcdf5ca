import { z } from 'zod';
import { modelNameSchema, timestampSchema } from '../names.js';
import { pageOf } from './page.js';

export const createModelSchema = z
  .strictObject({ name: modelNameSchema, description: z.string().max(2000).default('') })
  .meta({ id: 'CreateModel' });
export type CreateModel = z.infer<typeof createModelSchema>;

export const modelSchema = z
  .strictObject({
    name: modelNameSchema,
    description: z.string(),
    latestVersion: z.number().int().positive().nullable(),
    createdAt: timestampSchema,
    createdBy: z.string(),
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof modelSchema>;
export const modelPageSchema = pageOf(modelSchema, 'ModelPage');
