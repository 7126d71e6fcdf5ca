import { z } from 'zod';
import { manifestSchema, signatureSchema } from '../artifact.js';
import { digestSchema } from '../digest.js';
import {
  modelNameSchema,
  principalNameSchema,
  timestampSchema,
  versionNumberSchema,
} from '../names.js';
import { pageOf, pageQuerySchema } from './page.js';

/** Where a version came from, so that each figure can be traced to a commit. */
export const sourceSchema = z
  .strictObject({
    repository: z.string().max(200).optional().describe('owner/name'),
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/, 'expected a commit id in hexadecimal')
      .optional(),
    ref: z.string().max(250).optional(),
    pullRequest: z.number().int().positive().optional(),
  })
  .meta({ id: 'Source' });
export type Source = z.infer<typeof sourceSchema>;

export const createVersionSchema = z
  .strictObject({
    artifact: manifestSchema.describe('The files, uploaded before as blobs'),
    author: principalNameSchema
      .optional()
      .describe(
        'Who made it; the holder of the API key unless said otherwise. Authors cannot approve their own versions',
      ),
    source: sourceSchema.default({}),
    description: z.string().max(2000).default(''),
  })
  .meta({ id: 'CreateVersion' });
export type CreateVersion = z.infer<typeof createVersionSchema>;
export type CreateVersionInput = z.input<typeof createVersionSchema>;

export const versionSchema = z
  .strictObject({
    model: modelNameSchema,
    number: versionNumberSchema,
    artifactDigest: digestSchema,
    artifact: manifestSchema,
    signature: signatureSchema,
    author: z.string(),
    source: sourceSchema,
    description: z.string(),
    createdAt: timestampSchema,
    createdBy: z.string().describe('The API key holder that registered it'),
  })
  .meta({ id: 'Version' });
export type Version = z.infer<typeof versionSchema>;
export const versionPageSchema = pageOf(versionSchema, 'VersionPage');
export const versionQuerySchema = pageQuerySchema.extend({
  artifactDigest: digestSchema.optional(),
});
