import { z } from 'zod';
import { digestSchema } from '../digest.js';
import { timestampSchema } from '../names.js';
import { pageOf } from './page.js';

export const datasetFormatSchema = z.enum(['parquet', 'csv', 'jsonl']);
export type DatasetFormat = z.infer<typeof datasetFormatSchema>;

export const createDatasetSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/ -]*$/, 'expected letters, digits and . _ / - or spaces'),
    digest: digestSchema.describe('Of the file, uploaded before as a blob'),
    format: datasetFormatSchema,
  })
  .meta({ id: 'CreateDataset' });
export type CreateDataset = z.infer<typeof createDatasetSchema>;

export const datasetSchema = z
  .strictObject({
    name: z.string(),
    digest: digestSchema,
    format: datasetFormatSchema,
    size: z.number().int().nonnegative().describe('bytes'),
    createdAt: timestampSchema,
    createdBy: z.string(),
  })
  .meta({ id: 'Dataset' });
export type Dataset = z.infer<typeof datasetSchema>;
export const datasetPageSchema = pageOf(datasetSchema, 'DatasetPage');
