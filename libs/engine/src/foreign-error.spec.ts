import { describe, expect, it } from '@jest/globals';
import { reasonOf, shortageOf } from './foreign-error.js';

describe('reasonOf', () => {
  it('is the first line, with our name for the file instead of its path', () => {
    const error = new Error(
      'Cannot read /var/blobs/ab/cd: bad magic in /var/blobs/ab/cd\n\nLINE 1: SELECT',
    );
    expect(reasonOf(error, { path: '/var/blobs/ab/cd', name: 'model.onnx' })).toBe(
      'Cannot read model.onnx: bad magic in model.onnx',
    );
  });

  it('is short', () => {
    expect(reasonOf('x'.repeat(5000), { path: '/path', name: 'name' })).toHaveLength(300);
  });
});

describe('shortageOf', () => {
  it.each([
    ['IO Error: Could not write file "/tmp/x": No space left on device', 'storage_full'],
    ['Out of Memory Error: could not allocate block of size 256.0 KiB', 'too_large'],
  ])('knows that %p is not the fault of the data', (message, code) => {
    const cause = new Error(message);
    expect(shortageOf(cause)).toMatchObject({ code, cause });
  });

  it('leaves anything else to the caller', () => {
    expect(shortageOf(new Error('Invalid Input Error: no magic bytes'))).toBeUndefined();
  });
});
