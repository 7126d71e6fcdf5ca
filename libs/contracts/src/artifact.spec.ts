import { describe, expect, it } from '@jest/globals';
import { manifestDigest, manifestSchema, relativePathSchema } from './artifact.js';
import { canonicalJson, digestOfBytes, digestOfDocument } from './digest.js';

const digest = digestOfBytes('bytes');

describe('manifestDigest', () => {
  it('depends on the files, not on their order', () => {
    const a = { path: 'a.onnx', digest, size: 5 };
    const b = { path: 'b.data', digest, size: 5 };
    expect(manifestDigest({ files: [a, b] })).toBe(manifestDigest({ files: [b, a] }));
    expect(manifestDigest({ files: [a] })).not.toBe(manifestDigest({ files: [{ ...a, size: 6 }] }));
  });

  it('refuses a path that stands there twice', () => {
    const file = { path: 'a.onnx', digest, size: 5 };
    expect(manifestSchema.safeParse({ files: [file, file] }).success).toBe(false);
  });
});

describe('relativePathSchema', () => {
  it.each(['model.onnx', 'data/holdout.parquet', 'a-b_c.d/e'])('takes %s', (path) => {
    expect(relativePathSchema.parse(path)).toBe(path);
  });

  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../x',
    'a//b',
    './a',
    'a\\b',
    'C:x',
    'a\0b',
    'file:///etc/passwd',
  ])('refuses %j', (path) => {
    expect(relativePathSchema.safeParse(path).success).toBe(false);
  });
});

describe('canonicalJson', () => {
  it('writes equal documents with equal bytes, as RFC 8785 says', () => {
    expect(canonicalJson({ b: 1, a: [1e21, 0.1, -0, 'é'] })).toBe('{"a":[1e+21,0.1,0,"é"],"b":1}');
    expect(digestOfDocument({ a: 1, b: 2 })).toBe(digestOfDocument({ b: 2, a: 1 }));
  });
});
