import { isDatasetPattern, SluiceError, type S3Location } from '@sluice/contracts';
import type { DataName } from '../dataset/dataset-files.js';

/** A bucket, or what lies below a prefix of it, that may be read from. */
export interface S3Allowance {
  readonly bucket: string;
  /** Without a slash at its end; empty for the whole bucket. */
  readonly prefix: string;
}

/** Where an allowance was written, for its faults. */
export interface AllowanceSource {
  /** Such as `--allow-s3`. */
  readonly name: string;
  readonly entries: readonly string[];
}

/** The entries of a list with spaces, line breaks or commas. */
export const allowanceEntries = (list: string): readonly string[] =>
  list.split(/[\s,]+/).filter((entry) => entry !== '');

/**
 * What may be read, each entry `s3://bucket` or `s3://bucket/prefix`.
 *
 * @throws SluiceError `invalid_request` for anything else, such as a pattern, or a prefix with `..` in it
 */
export const parseS3Allowances = (sources: readonly AllowanceSource[]): readonly S3Allowance[] =>
  sources.flatMap(({ name, entries }) => entries.map((entry) => allowanceOf(entry, name)));

const allowanceOf = (entry: string, source: string): S3Allowance => {
  const [, bucket, path = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(entry) ?? [];
  const prefix = path.replace(/\/$/, '');
  const plain = prefix === '' || prefix.split('/').every((part) => !/^\.{0,2}$/.test(part));
  if (bucket !== undefined && !bucket.includes('..') && plain && !isDatasetPattern(prefix))
    return { bucket, prefix };
  throw new SluiceError('invalid_request', `${source} ${entry} allows nothing.`, {
    faults: [
      {
        message: `${source} names no bucket and no prefix`,
        found: entry,
        expected: 's3://bucket or s3://bucket/prefix, without patterns and without .. in it',
        hint: 'All objects below a prefix are allowed with it; write the folder of the data.',
      },
    ],
  });
};

/**
 * Whether a location is wholly within what is allowed. A prefix ends at a slash: `bucket/team` allows nothing of
 * `bucket/team-of-others`, whatever pattern asks for it.
 */
export const isAllowed = (
  { bucket, key }: S3Location,
  allowances: readonly S3Allowance[],
): boolean => {
  const literal = literalOf(key);
  return allowances.some(
    (allowance) =>
      allowance.bucket === bucket &&
      (allowance.prefix === '' ||
        (key === allowance.prefix && literal === key) ||
        literal.startsWith(`${allowance.prefix}/`)),
  );
};

/** What a key starts with before its first wildcard. */
export const literalOf = (key: string): string => key.split(/[*?]/, 1)[0] as string;

/** As a policy writes it. */
export const textOf = ({ bucket, key }: S3Location): string => `s3://${bucket}/${key}`;

/** @throws SluiceError `invalid_request` for a location that is not allowed, with what would allow it */
export const assertAllowed = (
  location: S3Location,
  key: DataName,
  allowances: readonly S3Allowance[],
  howToAllow: (place: string) => string,
): void => {
  if (isAllowed(location, allowances)) return;
  const message = `${key} names ${textOf(location)}, which Sluice was not allowed to read.`;
  const isOption = key.startsWith('--');
  const known = allowances.map(({ bucket, prefix }) => `s3://${bucket}/${prefix}`);
  throw new SluiceError('invalid_request', message, {
    faults: [
      {
        path: key,
        message: isOption
          ? 'data in S3 is read only where that was allowed'
          : 'the policy names data in S3, and a policy alone allows no reading',
        found: textOf(location),
        expected:
          known.length === 0 ? 'nothing in S3, as none is allowed' : `below ${known.join(', ')}`,
        hint: `${isOption ? 'To have it read' : 'If you trust this policy with it'}, ${howToAllow(folderOf(location))}`,
      },
    ],
  });
};

/** The folder of a location, which is the least that is worth allowing. */
const folderOf = ({ bucket, key }: S3Location): string => {
  const literal = literalOf(key);
  return `s3://${bucket}/${literal.slice(0, literal.lastIndexOf('/') + 1)}`;
};
