import { extname } from 'node:path';
import { z } from 'zod';
import { manifestSchema } from '../artifact.js';
import { digestSchema } from '../digest.js';
import { timestampSchema } from '../names.js';
import { pageOf } from './page.js';

/** The tables that can be read. */
export const datasetFormats = ['parquet', 'csv', 'jsonl', 'arrow'] as const;
export const datasetFormatSchema = z.enum(datasetFormats);
export type DatasetFormat = z.infer<typeof datasetFormatSchema>;

const formatOfExtension: Readonly<Record<string, DatasetFormat>> = {
  '.parquet': 'parquet',
  '.pq': 'parquet',
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
  '.feather': 'arrow',
  '.ipc': 'arrow',
};

/** The extensions that tell a format. */
export const datasetExtensions = Object.keys(formatOfExtension);

/** The format that a file's extension names; undefined for any other, as for content-addressed files. */
export const datasetFormatOfPath = (path: string): DatasetFormat | undefined =>
  formatOfExtension[extname(path).toLowerCase()];

export const createDatasetSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/ -]*$/, 'expected letters, digits and . _ / - or spaces'),
    digest: digestSchema.describe(
      'Of the file, uploaded before as a blob; of several, of their manifest',
    ),
    format: datasetFormatSchema,
    manifest: manifestSchema
      .optional()
      .describe('The files of a table of several, in this format, each uploaded before as a blob'),
  })
  .meta({ id: 'CreateDataset' });
export type CreateDataset = z.infer<typeof createDatasetSchema>;

export const datasetSchema = z
  .strictObject({
    name: z.string(),
    digest: digestSchema,
    format: datasetFormatSchema,
    manifest: manifestSchema
      .optional()
      .describe('The files of a table of several; left out where many datasets are listed'),
    size: z.number().int().nonnegative().describe('bytes'),
    createdAt: timestampSchema,
    createdBy: z.string(),
  })
  .meta({ id: 'Dataset' });
export type Dataset = z.infer<typeof datasetSchema>;
export const datasetPageSchema = pageOf(datasetSchema, 'DatasetPage');
