import { describe, expect, it } from '@jest/globals';
import { assertSafeExternalData, type ExternalTensor } from './external-data.js';
import { onnxType } from './onnx.fixture.js';

const tensor = (about: Partial<ExternalTensor> = {}): ExternalTensor => ({
  tensor: 'w',
  location: 'w.bin',
  offset: null,
  length: null,
  elementType: onnxType.FLOAT,
  dims: [2n, 3n],
  ...about,
});
const check =
  (about: Partial<ExternalTensor>, size = 24) =>
  () =>
    assertSafeExternalData({ externalTensors: [tensor(about)] }, [
      { path: 'w.bin', size },
      { path: 'data/w.bin', size },
    ]);
const refusal = (message: string) =>
  expect.objectContaining({
    code: 'invalid_artifact',
    faults: [expect.objectContaining({ message: expect.stringContaining(message) })],
  });
const errorOf = (run: () => void): unknown => {
  try {
    run();
    return null;
  } catch (error) {
    return error;
  }
};

describe('assertSafeExternalData', () => {
  it('accepts data that lies within a file of the artifact', () => {
    expect(check({})).not.toThrow();
    expect(check({ location: 'data/w.bin' })).not.toThrow();
    expect(check({ offset: '8', length: '16' })).not.toThrow();
    expect(check({ offset: '0', length: '24' })).not.toThrow();
    expect(check({ dims: [] }, 4)).not.toThrow();
    expect(check({ dims: [0n, 5n] }, 0)).not.toThrow();
  });

  it.each([
    ['', 'is empty'],
    ['../w.bin', 'leaves the folder'],
    ['a/../../w.bin', 'leaves the folder'],
    ['data/../w.bin', 'leaves the folder'],
    ['/etc/passwd', 'is an absolute path'],
    ['//proc/self/root/etc/passwd', 'is an absolute path'],
    ['C:\\w.bin', 'contains a backslash'],
    ['c:w.bin', 'names a drive'],
    ['..\\w.bin', 'contains a backslash'],
    ['\\\\host\\share', 'contains a backslash'],
    ['w.bin\0.png', 'contains a NUL'],
    ['./w.bin', 'is not a plain relative path'],
    ['data//w.bin', 'is not a plain relative path'],
    ['*/_ORT_MEM_ADDR_/*', 'is not a plain relative path'],
    ['file:///etc/passwd', 'is not a plain relative path'],
  ])('refuses the location %j', (location, reason) => {
    expect(errorOf(check({ location }))).toEqual(refusal(reason));
  });

  it('refuses a file that the artifact does not have, encoded or otherwise spelt', () => {
    for (const location of ['other.bin', 'W.BIN', '%2e%2e%2fw.bin', 'w.bin ']) {
      expect(errorOf(check({ location }))).toEqual(refusal('not among the files'));
    }
  });

  it.each([
    [{ offset: '1' }, 'Bytes 1 to 25'],
    [{ length: '25' }, 'Bytes 0 to 25'],
    [{ offset: '24', length: '1' }, 'Bytes 24 to 25'],
    [{ offset: '9223372036854775807', length: '9223372036854775807' }, 'are asked for'],
    [{ offset: '-1' }, 'offset "-1"'],
    [{ offset: '0x10' }, 'offset "0x10"'],
    [{ offset: '' }, 'offset ""'],
    [{ length: '99999999999999999999' }, 'length "99999999999999999999"'],
    [{ length: ' 4' }, 'length " 4"'],
    [{ dims: [-1n] }, 'no length'],
    [{ elementType: onnxType.STRING }, 'no length'],
    [{ dims: [4611686018427387904n, 8n] }, 'are asked for'],
  ] as [Partial<ExternalTensor>, string][])('refuses the range %j', (about, reason) => {
    expect(errorOf(check(about))).toEqual(refusal(reason));
  });

  it('names every tensor at fault', () => {
    const tensors = [
      tensor({ tensor: 'a', location: '/a' }),
      tensor({ tensor: 'b' }),
      tensor({ tensor: 'c', location: 'c' }),
    ];
    expect(
      errorOf(() =>
        assertSafeExternalData(
          { externalTensors: tensors },
          [{ path: 'w.bin', size: 24 }],
          'm.onnx',
        ),
      ),
    ).toMatchObject({
      faults: [
        { path: 'tensor "a"', file: 'm.onnx', found: '"/a"' },
        { path: 'tensor "c"', found: '"c"', expected: 'w.bin' },
      ],
    });
  });
});
