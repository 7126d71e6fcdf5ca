import { describe, expect, it } from '@jest/globals';
import { parseS3Location, SluiceError, type S3Location } from '@sluice/contracts';
import { allowanceEntries, isAllowed, parseS3Allowances } from './s3-allowance.js';

const parse = (...entries: string[]) => parseS3Allowances([{ name: '--allow-s3', entries }]);

describe('an allowance', () => {
  it.each([
    ['s3://bucket', { bucket: 'bucket', prefix: '' }],
    ['s3://bucket/', { bucket: 'bucket', prefix: '' }],
    ['s3://my.bucket-1/a/b', { bucket: 'my.bucket-1', prefix: 'a/b' }],
    ['s3://bucket/a/b/', { bucket: 'bucket', prefix: 'a/b' }],
  ])('may be %s', (entry, expected) => {
    expect(parse(entry)).toEqual([expected]);
  });

  it.each([
    'bucket/prefix',
    's3://',
    's3://*',
    's3://Bucket',
    's3://a..b',
    's3://bucket/../other',
    's3://bucket/a/./b',
    's3://bucket/a//b',
    's3://bucket/a*',
    's3://bucket/a?',
    's3://user:secret@bucket/a',
    'https://bucket.s3.amazonaws.com/a',
    '',
  ])('may not be %j', (entry) => {
    let error: unknown;
    try {
      parse(entry);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toMatchObject({ code: 'invalid_request', faults: [{ found: entry }] });
  });

  it('may stand in a list', () => {
    expect(allowanceEntries(' s3://a-b/c, s3://d-e/f\ns3://g-h ')).toEqual([
      's3://a-b/c',
      's3://d-e/f',
      's3://g-h',
    ]);
    expect(allowanceEntries('')).toEqual([]);
  });
});

describe('a location', () => {
  const allowed = (location: string, ...entries: string[]) =>
    isAllowed(parseS3Location(location) as S3Location, parse(...entries));

  it.each([
    ['s3://bucket/a.csv', 's3://bucket'],
    ['s3://bucket/', 's3://bucket/'],
    ['s3://bucket/*', 's3://bucket'],
    ['s3://bucket/a.csv', 's3://bucket/a.csv'],
    ['s3://bucket/team/', 's3://bucket/team'],
    ['s3://bucket/team/x/y.csv', 's3://bucket/team/'],
    ['s3://bucket/team/**/y.csv', 's3://bucket/team'],
  ])('%s is within %s', (location, entry) => {
    expect(allowed(location, entry)).toBe(true);
    expect(allowed(location, 's3://other-one/x', entry)).toBe(true);
    expect(allowed(location)).toBe(false);
  });

  it('is allowed by what allows all of it alone', () => {
    expect(allowed('s3://bucket/a*', 's3://bucket/a1', 's3://bucket/a2')).toBe(false);
  });
});
