import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { onnxType, type FixtureModel, type FixtureNode } from '@sluice/artifacts/testing';
import type { Policy } from '@sluice/contracts';
import { floatColumn, writeModel, zipMapModel } from '../fixtures/models.fixture.js';
import { policyWith, temporaryFolder } from '../fixtures/tables.fixture.js';
import { ModelTrials } from '../fixtures/trials.fixture.js';
import { openRunnable } from './runnable-model.js';

const folder = temporaryFolder();
const trials = new ModelTrials(folder);
const rows = (...lines: string[]): string =>
  `SELECT * FROM (VALUES ${lines.map((line) => `(${line})`).join(', ')}) AS t(outcome, risk)`;
const table = rows("'yes', 0.9", "'no', 0.1", "'no', 0.8", "'yes', 0.6");
const cell = (label: boolean, prediction: boolean, count: number) => ({
  label,
  prediction,
  champion: null,
  count,
});
const byScore = [cell(false, false, 1), cell(false, true, 1), cell(true, true, 2)];

const policyFor = (outputs?: Record<string, string>, favorable: unknown = 'yes'): Policy =>
  policyWith(
    { score: undefined, protected: [], favorable },
    { artifact: 'model.onnx', ...(outputs === undefined ? {} : { outputs }) },
  );
const node = (operator: string, inputs: string[], output: string, rest = {}): FixtureNode => ({
  operator,
  inputs,
  outputs: [output],
  ...rest,
});
const axis = { attributes: { axis: { integer: 1 } } };

describe("ZipMap's dictionaries", () => {
  // The scores of the first class come first, so that a mistaken column would turn the ranking round.
  const certain: FixtureModel = {
    ...zipMapModel,
    nodes: [
      node('Sub', ['one', 'risk'], 'other'),
      node('Concat', ['other', 'risk'], 'scores', axis),
      node('Cast', ['risk'], 'number', { attributes: { to: { integer: onnxType.STRING } } }),
      node('Squeeze', ['number', 'axis'], 'label'),
      zipMapModel.nodes[1] as FixtureNode,
    ],
    initializers: [
      { name: 'one', dims: [1], floats: [1] },
      { name: 'axis', type: onnxType.INT64, dims: [1], integers: [1] },
    ],
    outputs: zipMapModel.outputs.slice(1),
  };

  it('are read through the tensor that they are made of', async () => {
    const { profile, inspection } = await trials.profile({ table, model: certain });
    expect(profile.overall.cells).toEqual(byScore);
    expect(profile.overall.ranking?.version.auc).toBe(0.75);
    expect(inspection?.usesZipMap).toBe(true);
  });

  it('may stand beside the same tensor', async () => {
    const model = {
      ...certain,
      outputs: [...certain.outputs, { name: 'scores', shape: [null, 2] }],
    };
    expect((await trials.profile({ table, model })).profile.overall.cells).toEqual(byScore);
  });

  it('are of version and champion alike, with external data beside the model', async () => {
    writeFileSync(join(folder, 'one.bin'), Buffer.from(Float32Array.of(1).buffer));
    const initializers = (certain.initializers ?? []).map((tensor) =>
      tensor.name === 'one'
        ? { name: 'one', dims: [1], external: [['location', 'one.bin']] as const }
        : tensor,
    );
    const external = { ...certain, initializers };
    const { profile } = await trials.profile({ table, model: external, champion: external });
    expect(profile.overall.cells.every(({ prediction, champion }) => prediction === champion)).toBe(
      true,
    );
    expect(profile.overall.ranking?.champion?.auc).toBe(0.75);
  });

  it('take a copy of the model that goes with it', async () => {
    const path = writeModel(folder, 'copied.onnx', certain);
    const outputs = {
      score: 'probabilities',
      scoreTensor: 'scores',
      label: null,
      favorableIndex: 1,
    };
    const plan = { path, externalData: [], inputs: [], outputs: { ...outputs, favorable: 'yes' } };
    const runnable = await openRunnable(plan);
    expect(runnable.path).not.toBe(path);
    expect(existsSync(runnable.path)).toBe(true);
    await runnable.close();
    expect(existsSync(runnable.path)).toBe(false);
    expect(existsSync(path)).toBe(true);
  });
});

describe('several outputs', () => {
  const model = (outputs: FixtureModel['outputs'], ...nodes: FixtureNode[]): FixtureModel => ({
    inputs: [floatColumn('risk')],
    outputs,
    nodes,
  });
  const embedding = { name: 'embedding', shape: [null, 3] };

  it('are told apart by shape: one of three columns holds no scores of two classes', async () => {
    const two = model(
      [embedding, { name: 'out', shape: [null, 1] }],
      node('Concat', ['risk', 'risk', 'risk'], 'embedding', axis),
      node('Identity', ['risk'], 'out'),
    );
    expect((await trials.profile({ table, model: two })).profile.overall.cells).toEqual(byScore);
  });

  const alike = model(
    [
      { name: 'first', shape: [null, 1] },
      { name: 'second', shape: [null] },
    ],
    node('Identity', ['risk'], 'first'),
    node('Sub', ['risk', 'risk'], 'zero'),
    node('Flatten', ['zero'], 'flat'),
    node('ReduceSum', ['flat'], 'second', { attributes: { keepdims: { integer: 0 } } }),
  );

  it('are told apart by the policy', async () => {
    const policy = policyFor({ score: 'first' });
    expect((await trials.profile({ table, model: alike, policy })).profile.overall.cells).toEqual(
      byScore,
    );
  });

  const labelled = (type: (typeof onnxType)[keyof typeof onnxType]): FixtureModel => ({
    inputs: [floatColumn('risk')],
    outputs: [
      { name: 'decision', type, shape: [null, 1] },
      { name: 'score', shape: [null, 1] },
    ],
    initializers: [{ name: 'limit', dims: [1], floats: [0.7] }],
    nodes: [
      node('Identity', ['risk'], 'score'),
      node('Greater', ['risk', 'limit'], 'above'),
      node('Cast', ['above'], 'decision', { attributes: { to: { integer: type } } }),
    ],
  });
  const numbers = `SELECT IF(outcome = 'yes', 1, 0) AS outcome, risk FROM (${table})`;

  it.each([
    ['booleans', onnxType.BOOL, true],
    ['booleans, for a favorable number', onnxType.BOOL, 1],
    ['integers of 64 bits', onnxType.INT64, 1],
    ['integers of 32 bits', onnxType.INT32, 1],
    ['integers of 8 bits', onnxType.INT8, true],
    ['bytes', onnxType.UINT8, 1],
  ])('take predicted labels that are %s', async (_what, type, favorable) => {
    const policy = policyFor(undefined, favorable);
    const { profile } = await trials.profile({ table: numbers, model: labelled(type), policy });
    expect(profile.overall.cells).toEqual([
      cell(false, false, 1),
      cell(false, true, 1),
      cell(true, false, 1),
      cell(true, true, 1),
    ]);
  });

  it('take the label that the policy names of two', async () => {
    const both: FixtureModel = {
      ...labelled(onnxType.BOOL),
      outputs: [
        ...labelled(onnxType.BOOL).outputs,
        { name: 'other', type: onnxType.BOOL, shape: [null, 1] },
      ],
      nodes: [...labelled(onnxType.BOOL).nodes, node('Not', ['above'], 'other')],
    };
    const three = `SELECT * FROM (${numbers}) WHERE risk <> 0.8`;
    const run = async (label: string) =>
      (await trials.profile({ table: three, model: both, policy: policyFor({ label }, 1) })).profile
        .overall.cells;
    expect(await run('decision')).toEqual([
      cell(false, false, 1),
      cell(true, false, 1),
      cell(true, true, 1),
    ]);
    expect(await run('other')).toEqual([
      cell(false, true, 1),
      cell(true, false, 1),
      cell(true, true, 1),
    ]);
    const policy = policyFor(undefined, 1);
    const error = await trials.refusal({ table: three, model: both, policy });
    expect(error.faults[0]).toMatchObject({
      path: 'outputs',
      hint: 'Name it in the policy, as outputs.label.',
    });
  });
});
