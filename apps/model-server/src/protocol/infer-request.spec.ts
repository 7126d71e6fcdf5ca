import { describe, expect, it } from '@jest/globals';
import { digestOfBytes, tensorTypes, type TensorSpec } from '@sluice/contracts';
import type { LoadedModel } from '../inference/worker-messages.js';
import { elementCodecs } from './elements.js';
import { readInferRequest } from './infer-request.js';

const modelOf = (inputs: TensorSpec[], unrankedInputs: string[] = []): LoadedModel => ({
  digest: digestOfBytes(''),
  signature: {
    inputs,
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [-1] },
      { name: 'scores', datatype: 'FP32', shape: [-1, 2] },
    ],
  },
  unrankedInputs,
});
const matrix = modelOf([{ name: 'x', datatype: 'FP32', shape: [-1, 2] }]);
const input = (about: object = {}) => ({
  name: 'x',
  datatype: 'FP32',
  shape: [2, 2],
  data: [1, 2, 3, 4],
  ...about,
});
const read = (about: object = {}, model = matrix) =>
  readInferRequest({ inputs: [input(about)] }, model);
const readOne = (datatype: TensorSpec['datatype'], data: unknown[]) =>
  read({ datatype, shape: [data.length], data }, modelOf([{ name: 'x', datatype, shape: [-1] }]))
    .inputs[0]!.data;

describe('readInferRequest', () => {
  it('takes data flat, or nested as its shape', () => {
    const tensor = {
      name: 'x',
      datatype: 'FP32',
      shape: [2, 2],
      data: Float32Array.of(1, 2, 3, 4),
    };
    expect(read().inputs).toEqual([tensor]);
    expect(
      read({
        data: [
          [1, 2],
          [3, 4],
        ],
      }).inputs,
    ).toEqual([tensor]);
  });

  it('takes a batch of none, a scalar, and any shape for an input of unknown rank', () => {
    expect(read({ shape: [0, 2], data: [] }).inputs[0]!.shape).toEqual([0, 2]);
    expect(
      read({ shape: [], data: [5] }, modelOf([{ name: 'x', datatype: 'FP32', shape: [] }]))
        .inputs[0]!.data,
    ).toEqual(Float32Array.of(5));
    const unranked = modelOf([{ name: 'x', datatype: 'FP32', shape: [-1] }], ['x']);
    expect(read({ shape: [1, 2, 2] }, unranked).inputs[0]!.shape).toEqual([1, 2, 2]);
  });

  it('answers all outputs, or those asked for in the order asked', () => {
    const outputs = (names?: string[]) =>
      readInferRequest(
        { id: 'a', inputs: [input()], ...(names && { outputs: names.map((name) => ({ name })) }) },
        matrix,
      );
    expect(outputs()).toMatchObject({ id: 'a', outputs: ['label', 'scores'] });
    expect(outputs([]).outputs).toEqual(['label', 'scores']);
    expect(outputs(['scores', 'label']).outputs).toEqual(['scores', 'label']);
    expect(() => outputs(['score'])).toThrow(
      'the model has no output "score"; it has "label", "scores"',
    );
    expect(() => outputs(['label', 'label'])).toThrow('once');
  });

  it.each([
    [{ datatype: 'FP64' }, 'input "x": expected datatype FP32, found "FP64"'],
    [{ shape: [4] }, 'input "x": expected shape [-1, 2] where -1 is any size, found [4]'],
    [{ shape: [1, 4] }, 'expected shape [-1, 2] where -1 is any size, found [1, 4]'],
    [{ shape: [3, 2] }, 'input "x": expected 6 elements for shape [3, 2], found 4'],
    [{ shape: [2 ** 31 - 1, 2] }, 'expected 4294967294 elements'],
    [{ shape: [-1, 2] }, 'inputs[0].shape[0]'],
    [{ shape: [1.5, 2] }, 'inputs[0].shape[0]'],
    [{ data: 'abcd' }, 'inputs[0].data: expected a list'],
    [{ data: undefined }, 'input "x": expected data, found none'],
    [{ data: [[1, 2], [3]] }, 'at depth 1 a list of 2, found a list of 1'],
    [{ data: [[1, 2], 3] }, 'at depth 1 a list of 2, found no list'],
    [{ data: [[1, 2, 3, 4]] }, 'at depth 0 a list of 2, found a list of 1'],
    [
      {
        data: [
          [1, [2]],
          [3, 4],
        ],
      },
      'found [2] at element 1',
    ],
    [{ data: [1, 2, [3], 4] }, 'found [3] at element 2'],
    [{ shape: [0, 2], data: [1] }, 'at depth 0 a list of 0'],
    [
      { data: [1, 'two', 3, 4] },
      'input "x": expected numbers up to ±3.4028234663852886e+38, null or "NaN", "Infinity", "-Infinity" for datatype FP32, found "two" at element 1',
    ],
    [{ name: 'y' }, 'the model has no input "y"; it has "x"'],
    [{ parameters: { binary_data_size: 16 } }, 'binary tensor data extension is not served'],
  ])('refuses %j and says why', (about, message) => {
    expect(() => read(about)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('refuses inputs that are missing or given twice', () => {
    expect(() => readInferRequest({ inputs: [] }, matrix)).toThrow('missing input "x"');
    expect(() => readInferRequest({ inputs: [input(), input()] }, matrix)).toThrow(
      'given twice: input "x"',
    );
  });

  it.each([
    null,
    undefined,
    'text',
    5,
    [],
    {},
    { inputs: {} },
    { inputs: [null] },
    { id: 5, inputs: [] },
  ])('refuses the body %j', (body) => {
    expect(() => readInferRequest(body, matrix)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it.each([
    { parameters: { binary_data_output: true } },
    { outputs: [{ name: 'label', parameters: { binary_data: true } }] },
  ])('does not answer %j with something else than was asked', (asked) => {
    expect(() => readInferRequest({ inputs: [input()], ...asked }, matrix)).toThrow(
      'binary tensor data extension',
    );
  });
});

describe('elements', () => {
  /** For each datatype: what it takes, how it comes back if differently, and what it refuses. */
  const cases: Record<
    TensorSpec['datatype'],
    { takes: unknown[]; returns?: unknown[]; refuses: unknown[] }
  > = {
    BOOL: { takes: [true, false], refuses: [0, 1, 'true', null] },
    UINT8: { takes: [0, 255], refuses: [-1, 256, 1.5, '1', true, null] },
    UINT16: { takes: [0, 65_535], refuses: [-1, 65_536] },
    UINT32: { takes: [0, 4_294_967_295], refuses: [-1, 4_294_967_296] },
    INT8: { takes: [-128, 127], refuses: [-129, 128] },
    INT16: { takes: [-32_768, 32_767], refuses: [-32_769, 32_768] },
    INT32: {
      takes: [-2_147_483_648, 2_147_483_647],
      refuses: [-2_147_483_649, 2_147_483_648, NaN],
    },
    INT64: {
      takes: [
        -1,
        '7',
        Number.MAX_SAFE_INTEGER,
        '9007199254740993',
        '-9223372036854775808',
        '9223372036854775807',
      ],
      returns: [
        -1,
        7,
        Number.MAX_SAFE_INTEGER,
        '9007199254740993',
        '-9223372036854775808',
        '9223372036854775807',
      ],
      refuses: [
        9_007_199_254_740_992,
        1.5,
        '1.5',
        '9223372036854775808',
        '-9223372036854775809',
        '',
        ' 1',
        '0x10',
        true,
        null,
      ],
    },
    UINT64: {
      takes: [0, '18446744073709551615'],
      refuses: [-1, '-1', '18446744073709551616', 2 ** 60],
    },
    FP16: {
      takes: [1.5, -2, 65_504, null, 'Infinity'],
      returns: [1.5, -2, 65_504, 'NaN', 'Infinity'],
      refuses: [65_505, '1', true],
    },
    FP32: {
      takes: [0.5, 3.4028234663852886e38, 'NaN', '-Infinity'],
      refuses: [1e39, -1e39, Infinity, '0.5', [], {}],
    },
    FP64: {
      takes: [0.1, -1.7976931348623157e308, null],
      returns: [0.1, -1.7976931348623157e308, 'NaN'],
      refuses: [Infinity, '0.1', false],
    },
    BYTES: { takes: ['', 'müde', '\u0000', '😀'], refuses: [1, null, true, ['a']] },
  };

  it.each(tensorTypes)(
    '%s take what they can hold, return it exactly, and refuse the rest',
    (datatype) => {
      const { takes, returns = takes, refuses } = cases[datatype];
      expect(elementCodecs[datatype].encode(readOne(datatype, takes))).toEqual(returns);
      for (const element of refuses) {
        expect(() => readOne(datatype, [takes[0], element])).toThrow(
          expect.objectContaining({
            code: 'invalid_request',
            message: expect.stringContaining('at element 1'),
          }),
        );
      }
    },
  );
});
