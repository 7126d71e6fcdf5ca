import { describe, expect, it } from '@jest/globals';
import { datasetLocationSchema, parseS3Location } from './dataset-location.js';

const messageOf = (location: string): string | undefined =>
  datasetLocationSchema.safeParse(location).error?.issues[0]?.message;

describe('a location of data', () => {
  it.each([
    'data/holdout.parquet',
    'data/',
    'data/part-*.parquet',
    '**/a.csv',
    's3://bucket/holdout.parquet',
    's3://my.bucket-1/a/b/',
    's3://bucket/a/**/part-?.parquet',
    's3://bucket/',
  ])('may be %s', (location) => {
    expect(messageOf(location)).toBeUndefined();
  });

  it.each([
    's3://bucket',
    's3:///key',
    's3://UPPER/key',
    's3://a..b/key',
    's3://bucket//key',
    's3://bucket/../key',
    's3://bucket/a**b/key',
    's3://bucket/a\\b',
    's3://user:secret@bucket/key',
    's3://bucket:80/key',
  ])('may not be %s', (location) => {
    expect(messageOf(location)).toMatch(/^expected s3:\/\/bucket\/key/);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'https://example.com/data.csv',
    'file:///etc/passwd',
    'S3://bucket/key',
    'gs://bucket/key',
  ])('may not be %s, which is fetched by nobody', (location) => {
    expect(messageOf(location)).toMatch(/fetched from no other address/);
  });

  it.each(['/etc/passwd', '../data.csv', 'a//b', 'x'.repeat(600)])('may not be %s', (location) => {
    expect(messageOf(location)).toMatch(/stays inside its folder/);
  });
});

describe('a location in S3', () => {
  it('is a bucket and a key', () => {
    expect(parseS3Location('s3://bucket/a/b.csv')).toEqual({ bucket: 'bucket', key: 'a/b.csv' });
    expect(parseS3Location('s3://bucket/')).toEqual({ bucket: 'bucket', key: '' });
    expect(parseS3Location('data/b.csv')).toBeUndefined();
  });
});
