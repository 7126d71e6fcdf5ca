import { z } from 'zod';
import { relativePathSchema } from '../artifact.js';

/** The key of a policy that names a table. */
export type DataKey = 'data.evaluation' | 'data.predictions' | 'data.reference';

/** Of a pattern: `*` and `?` stand for any characters but `/`, and `**` for any folders. */
const wildcard = /[*?]/;

/** What a location in S3 names: an object; all objects below a prefix, with `/` at its end; or a pattern of keys. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Where a table is: a file, a folder of files (with or without a slash at its end), or a pattern that files match,
 * relative to the policy and never outside its folder; or the same in S3, as `s3://bucket/key`.
 *
 * Only `sluice evaluate` and the action ever fetch from S3, and only what whoever runs them allows: a policy may come
 * from a stranger, and what the runner may read is none of theirs. Services are given the data's bytes, and fetch
 * nothing that a policy names.
 */
export const datasetLocationSchema = z
  .string()
  .min(1)
  .max(1024)
  .superRefine((location, context) => {
    const message = faultOfLocation(location);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const faultOfLocation = (location: string): string | undefined => {
  if (location.startsWith('s3://'))
    return parseS3Location(location) === undefined
      ? 'expected s3://bucket/key: an object, a prefix with / at its end, or a pattern with *, ? and **'
      : undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(location))
    return 'expected a relative path, or s3://bucket/key: data is fetched from no other address';
  return location.length <= 512 && isInside(location.replace(/\/$/, ''))
    ? undefined
    : 'expected a relative path with forward slashes that stays inside its folder, or such a pattern with *, ? and **';
};

const isInside = (path: string): boolean =>
  relativePathSchema.safeParse(path.replaceAll(/[*?]/g, 'x')).success &&
  path.split('/').every((part) => part === '**' || !part.includes('**'));

/** Whether a location is a pattern rather than the name of a file or folder. */
export const isDatasetPattern = (location: string): boolean => wildcard.test(location);

/** The bucket and the key of a location in S3; undefined for any other, and for one that names nothing. */
export const parseS3Location = (location: string): S3Location | undefined => {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.*)$/s.exec(location) ?? [];
  if (bucket === undefined || key === undefined || bucket.includes('..')) return undefined;
  const path = key.replace(/\/$/, '');
  // An empty key is the whole bucket.
  return key === '' || isInside(path) ? { bucket, key } : undefined;
};
