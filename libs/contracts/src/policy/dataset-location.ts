import { z } from 'zod';
import { relativePathSchema } from '../artifact.js';

/** Of a pattern: `*` and `?` stand for any characters but `/`, and `**` for any folders. */
const wildcard = /[*?]/;

/**
 * Where a table is: a file, a folder of files (with or without a slash at its end), or a pattern that files match,
 * relative to the policy and never outside its folder.
 */
export const datasetLocationSchema = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (location) =>
      relativePathSchema.safeParse(location.replace(/\/$/, '').replaceAll(/[*?]/g, 'x')).success &&
      location.split('/').every((part) => part === '**' || !part.includes('**')),
    'expected a relative path with forward slashes that stays inside its folder, or such a pattern with *, ? and **',
  );

/** Whether a location is a pattern rather than the name of a file or folder. */
export const isDatasetPattern = (location: string): boolean => wildcard.test(location);
