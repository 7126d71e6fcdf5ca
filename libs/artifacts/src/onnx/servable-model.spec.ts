import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { inspectOnnx } from './inspect-onnx.js';
import { buildOnnxModel, onnxType, type FixtureModel, type FixtureValue } from './onnx.fixture.js';
import { runnableModel } from './runnable-model.js';
import { servableModel } from './servable-model.js';

const exported = readFileSync(
  new URL('../../../../test/fixtures/models/zipmap-texts.onnx', import.meta.url),
);
const zipMapOf = (
  scores: string,
  outputs: FixtureModel['outputs'],
  inputType: FixtureValue['type'] = onnxType.FLOAT,
): Buffer =>
  buildOnnxModel({
    inputs: [{ name: 'x', type: inputType, shape: [null, 2] }],
    outputs,
    nodes: [
      { operator: 'Softmax', inputs: ['x'], outputs: ['scores'] },
      {
        operator: 'ZipMap',
        domain: 'ai.onnx.ml',
        inputs: [scores],
        outputs: ['dictionaries'],
        attributes: { classlabels_strings: { texts: ['bad', 'good'] } },
      },
    ],
  });
const servable = async (model: Uint8Array) => servableModel(await inspectOnnx(model));

describe('a model with ZipMap', () => {
  it('is served with the tensor behind it, under the name of the output', async () => {
    const { signature, tensors, hidden, faults } = await servable(exported);
    expect(signature.outputs).toEqual([
      { name: 'output_label', datatype: 'BYTES', shape: [-1] },
      { name: 'output_probability', datatype: 'FP32', shape: [-1, 2] },
    ]);
    expect([...tensors]).toEqual([['output_probability', hidden[0]]]);
    expect(faults).toEqual([]);
    const revealed = await inspectOnnx(
      runnableModel(exported, { reveal: hidden, ownLocale: false }),
    );
    expect(revealed.signature.outputs.map(({ name }) => name)).toContain(hidden[0]);
  });

  it('reveals nothing that is an output already', async () => {
    const model = zipMapOf('scores', [
      { name: 'scores', shape: [null, 2] },
      { name: 'dictionaries', sequence: true },
    ]);
    const { signature, tensors, hidden } = await servable(model);
    expect(signature.outputs.map(({ name }) => name)).toEqual(['scores', 'dictionaries']);
    expect(tensors.get('dictionaries')).toBe('scores');
    expect(hidden).toEqual([]);
    expect(runnableModel(model, { reveal: hidden, ownLocale: false })).toBe(model);
  });
});

describe('what cannot be served', () => {
  it('is no fault as an output beside others, and is one alone', async () => {
    const sequence = { name: 'sequence', sequence: true } as const;
    const beside = await servable(
      buildOnnxModel({
        inputs: [{ name: 'x', shape: [null] }],
        outputs: [{ name: 'y', shape: [null] }, sequence],
        nodes: [],
      }),
    );
    expect(beside.signature.outputs.map(({ name }) => name)).toEqual(['y']);
    expect(beside.faults).toEqual([]);
    const alone = await servable(
      buildOnnxModel({
        inputs: [{ name: 'x', shape: [null] }],
        outputs: [sequence],
        nodes: [],
      }),
    );
    expect(alone.faults).toMatchObject([{ path: 'sequence' }]);
  });

  it('is a fault as an input, always', async () => {
    // No protocol has a type for it.
    const { faults } = await servable(
      zipMapOf('scores', [{ name: 'dictionaries', sequence: true }], onnxType.BFLOAT16),
    );
    expect(faults).toMatchObject([{ path: 'x' }]);
  });
});
