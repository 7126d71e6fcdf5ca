import { extname } from 'node:path';

/** The tables that can be read. */
export const datasetFormats = ['parquet', 'csv', 'jsonl'] as const;
export type DatasetFormat = (typeof datasetFormats)[number];

const byExtension: Readonly<Record<string, DatasetFormat>> = {
  '.parquet': 'parquet',
  '.pq': 'parquet',
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};

/** The format that a file's extension names; undefined for any other, as for content-addressed files. */
export const formatOfPath = (path: string): DatasetFormat | undefined =>
  byExtension[extname(path).toLowerCase()];

/** The extensions for people, as a list. */
export const knownExtensions = Object.keys(byExtension).join(', ');
