import { buildOnnxModel, onnxType } from '@sluice/artifacts/testing';

/** A model that adds a number to its input: which version answered can be told from what it answers. */
export const adds = (number: number): Buffer =>
  buildOnnxModel({
    inputs: [{ name: 'x', shape: [null, 1] }],
    outputs: [{ name: 'y', shape: [null, 1] }],
    initializers: [{ name: 'number', dims: [1], floats: [number] }],
    nodes: [{ operator: 'Add', inputs: ['x', 'number'], outputs: ['y'] }],
  });

export const inferenceOf = (x: number) =>
  JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [x] }] });

/** Answers after a while that its input decides: products of square matrices of that size. */
export const slow = (): Buffer =>
  buildOnnxModel({
    inputs: [{ name: 'size', type: onnxType.INT64, shape: [2] }],
    outputs: [{ name: 'sum', shape: [] }],
    nodes: [
      { operator: 'ConstantOfShape', inputs: ['size'], outputs: ['product0'] },
      ...Array.from({ length: 8 }, (_, index) => ({
        operator: 'MatMul',
        inputs: [`product${index}`, 'product0'],
        outputs: [`product${index + 1}`],
      })),
      {
        operator: 'ReduceSum',
        inputs: ['product8'],
        outputs: ['sum'],
        attributes: { keepdims: { integer: 0 } },
      },
    ],
  });

export const slowInferenceOf = (size: number) =>
  JSON.stringify({
    inputs: [{ name: 'size', datatype: 'INT64', shape: [2], data: [size, size] }],
  });
