import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { onnxType, type FixtureModel } from '@sluice/artifacts/testing';
import { type SluiceError } from '@sluice/contracts';
import {
  classifier,
  echoModel,
  floatColumn,
  wideModel,
  writeModel,
  zipMapModel,
} from '../fixtures/models.fixture.js';
import {
  faultAt,
  policyWith,
  policyWithModel,
  temporaryFolder,
} from '../fixtures/tables.fixture.js';
import { ModelTrials, type ModelTrial } from '../fixtures/trials.fixture.js';

const folder = temporaryFolder();
const trials = new ModelTrials(folder);
const table = (columns: string): string =>
  `SELECT IF(i % 2 = 0, 'yes', 'no') AS outcome, ${columns} FROM range(1, 41) t(i)`;

const refusal = (
  model: ModelTrial['model'],
  { columns, ...rest }: Partial<ModelTrial> & { columns?: Record<string, unknown> } = {},
): Promise<SluiceError> =>
  trials.refusal({
    table: table('(i % 10) / 10 AS risk'),
    model,
    policy: policyWithModel({ protected: [], ...columns }),
    ...rest,
  });

describe('outputs that hold no score of the favorable label', () => {
  const only = (outputs: FixtureModel['outputs'], nodes: FixtureModel['nodes']): FixtureModel => ({
    inputs: [floatColumn('risk')],
    outputs,
    nodes,
  });
  const copy = (output: string) => ({ operator: 'Identity', inputs: ['risk'], outputs: [output] });

  it('are explained: dictionaries that no ZipMap of the model made', async () => {
    const foreign = { ...zipMapModel, nodes: zipMapModel.nodes.slice(0, 1) };
    const error = await refusal(foreign);
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults).toHaveLength(1);
    expect(faultAt(error, 'outputs')).toMatchObject({
      message: 'the model gives no scores',
      found: 'label: BYTES [n], probabilities: a value of kind sequence',
      hint: expect.stringMatching(/options=\{'zipmap': False\}/),
    });
  });

  it('are explained: names in the policy that the model does not have', async () => {
    const named = (outputs: Record<string, string>) => ({
      policy: policyWith({ score: undefined, protected: [] }, { artifact: 'model.onnx', outputs }),
    });
    const score = await refusal(zipMapModel, named({ score: 'probabilty' }));
    expect(faultAt(score, 'outputs.score')).toMatchObject({
      found: 'label: BYTES [n], probabilities: dictionaries of 2',
      hint: 'Did you mean "probabilities"?',
    });
    const label = await refusal(zipMapModel, named({ label: 'probabilities' }));
    expect(faultAt(label, 'outputs.label').expected).toMatch(/strings, integers or booleans/);
  });

  it.each<[string, FixtureModel, string, RegExp]>([
    ['two columns without class labels', wideModel(2, 2), 'outputs', /which is that of "yes"/],
    ['three columns', wideModel(3, 3), 'outputs.score', /two classes/],
    [
      'other class labels',
      classifier({
        classes: { texts: ['bad', 'good'] },
        inputs: [floatColumn('risk')],
        coefficients: [1],
        intercept: 0,
      }),
      'columns.favorable',
      /single out the favorable "yes"/,
    ],
    [
      'labels that are numbers',
      only(
        [
          { name: 'label', type: onnxType.INT64, shape: [null, 1] },
          { name: 'score', shape: [null, 1] },
        ],
        [
          copy('score'),
          {
            operator: 'Cast',
            inputs: ['risk'],
            outputs: ['label'],
            attributes: { to: { integer: onnxType.INT64 } },
          },
        ],
      ),
      'outputs.label',
      /predicts numbers/,
    ],
    [
      'labels alone',
      only(
        [{ name: 'label', type: onnxType.INT64, shape: [null, 1] }],
        [
          {
            operator: 'Cast',
            inputs: ['risk'],
            outputs: ['label'],
            attributes: { to: { integer: onnxType.INT64 } },
          },
        ],
      ),
      'outputs',
      /gives no scores/,
    ],
    [
      'two scores',
      only(
        [
          { name: 'a', shape: [null, 1] },
          { name: 'b', shape: [null, 1] },
        ],
        [copy('a'), copy('b')],
      ),
      'outputs',
      /not clear/,
    ],
  ])('are explained: %s', async (_what, model, path, message) => {
    const error = await refusal(model);
    expect(error.code).toBe('invalid_artifact');
    expect(faultAt(error, path).message).toMatch(message);
  });

  it.each([
    [2, /no class labels/],
    [3, /not that of one or two classes/],
  ])('are found out when they turn out to have %i columns', async (columns, found) => {
    const error = await refusal(wideModel(columns, null));
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults[0]).toMatchObject({
      file: 'model.onnx',
      found: expect.stringMatching(found),
    });
  });
});

describe('a model that runs wrong', () => {
  it.each([
    ['not a number', "'nan'::DOUBLE", 'NaN', /missing values/],
    ['above 1', '1.5', '1.5', /sigmoid/],
    ['below 0', '-3', '-3', /sigmoid/],
    ['infinite', "'inf'::DOUBLE", 'Infinity', /sigmoid/],
  ])('is refused for a score that is %s, with its row', async (_what, value, found, hint) => {
    const values = `SELECT IF(i % 2 = 0, 'yes', 'no') AS outcome, (IF(i = 5000, ${value}, 0.5))::DOUBLE AS risk FROM range(1, 6001) t(i)`;
    const error = await refusal(echoModel(), { table: values });
    expect(error.code).toBe('invalid_artifact');
    const fault = faultAt(error, 'outputs.score');
    expect(fault).toMatchObject({
      file: 'model.onnx',
      found,
      message: expect.stringMatching(/row 5000/),
    });
    expect(fault.hint).toMatch(hint);
  });

  it('is refused for a score of the champion, too', async () => {
    const error = await refusal(echoModel(), {
      table: table('0.5 AS risk, 7 AS hazard'),
      champion: echoModel('hazard'),
    });
    expect(error.faults[0]).toMatchObject({ file: 'model.onnx (champion)', found: '7' });
  });

  it('is refused when ONNX Runtime does not know its operators', async () => {
    const error = await refusal({
      ...echoModel(),
      nodes: [{ operator: 'Frobnicate', inputs: ['risk'], outputs: ['score'] }],
    });
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults[0]).toMatchObject({
      file: 'model.onnx',
      message: 'ONNX Runtime cannot load the model',
      found: expect.stringMatching(/Frobnicate/),
    });
    expect(JSON.stringify(error.faults)).not.toContain(folder);
  });

  it('is refused when it fails on the data', async () => {
    const error = await refusal({
      ...echoModel(),
      initializers: [{ name: 'shape', type: onnxType.INT64, dims: [2], integers: [7, 1] }],
      nodes: [{ operator: 'Reshape', inputs: ['risk', 'shape'], outputs: ['score'] }],
    });
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults[0]).toMatchObject({ message: 'the model failed on rows 1 to 40' });
  });
});

describe('external data', () => {
  const weighted = (location: string): FixtureModel => ({
    inputs: [floatColumn('risk')],
    outputs: [{ name: 'score', shape: [null, 1] }],
    initializers: [
      {
        name: 'weight',
        dims: [1],
        external: [
          ['location', location],
          ['length', '4'],
        ],
      },
    ],
    nodes: [{ operator: 'Mul', inputs: ['risk', 'weight'], outputs: ['score'] }],
  });
  const weights = Buffer.from(Float32Array.of(1).buffer);

  it.each(['../secret.bin', '/etc/hostname', 'a/../../secret.bin', '..\\secret.bin'])(
    'at %s is refused before anything reads it',
    async (location) => {
      writeFileSync(join(folder, 'secret.bin'), weights);
      mkdirSync(join(folder, 'inner'), { recursive: true });
      const error = await refusal({
        path: writeModel(join(folder, 'inner'), 'model.onnx', weighted(location)),
      });
      expect(error.code).toBe('invalid_artifact');
      expect(error.faults[0]).toMatchObject({
        path: 'tensor "weight"',
        found: JSON.stringify(location),
      });
    },
  );

  it('behind a symbolic link is refused', async () => {
    symlinkSync('/etc/hostname', join(folder, 'link.bin'));
    const error = await refusal(weighted('link.bin'));
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults[0]?.message).toMatch(/symbolic link/);
  });

  it('is refused when it is not among the files of the artifact, though it is there', async () => {
    writeFileSync(join(folder, 'stray.bin'), weights);
    const path = writeModel(folder, 'stray.onnx', weighted('stray.bin'));
    const error = await refusal({ path, files: [{ path: 'stray.onnx', size: 100 }] });
    expect(error.faults[0]?.message).toMatch(/not among the files/);
  });

  it('that is missing is refused', async () => {
    expect((await refusal(weighted('gone.bin'))).faults[0]?.message).toMatch(/not there/);
  });
});
