import { datasetFormats } from '@sluice/contracts';
import { describe, expect, it } from '@jest/globals';
import { onnxType, type FixtureModel } from '@sluice/artifacts/testing';
import {
  classifier,
  echoModel,
  everyTypeModel,
  floatColumn,
  matrix,
} from '../fixtures/models.fixture.js';
import { policyWithModel, temporaryFolder } from '../fixtures/tables.fixture.js';
import { ModelTrials } from '../fixtures/trials.fixture.js';

const trials = new ModelTrials(temporaryFolder());
const rows = (columns: string, ...lines: string[]): string =>
  `SELECT * FROM (VALUES ${lines.map((line) => `(${line})`).join(', ')}) AS t(${columns})`;
const cell = (
  label: boolean,
  prediction: boolean,
  count: number,
  champion: boolean | null = null,
) => ({
  label,
  prediction,
  champion,
  count,
});

describe('a model with an input for each column', () => {
  // Each favorable row differs from the others in one column alone: one that didn't arrive would tie.
  const table = rows(
    'outcome, single, double, long, short, flag, level',
    "'yes', 1::FLOAT, 0::DOUBLE, 0::BIGINT, 0::INTEGER, false, 'low'",
    "'yes', 0, 1, 0, 0, false, 'low'",
    "'yes', 0, 0, 1, 0, false, 'low'",
    "'yes', 0, 0, 0, 1, false, 'low'",
    "'yes', 0, 0, 0, 0, true, 'low'",
    "'yes', 0, 0, 0, 0, false, 'high'",
    "'no', 0, 0, 0, 0, false, 'low'",
    "'yes', 1, 1, 1, 1, true, 'high'",
  );

  it.each(datasetFormats)('takes a column of each type from %s', async (format) => {
    const result = await trials.profile({ table, format, model: everyTypeModel });
    expect(result.profile.overall.ranking?.version.auc).toBe(1);
    expect(result.profile.overall.cells).toEqual([
      cell(false, false, 1),
      cell(true, false, 6),
      cell(true, true, 1),
    ]);
    expect(result.warnings).toEqual([]);
  });

  it.each([
    ['[n]', [null]],
    ['[n, 1]', [null, 1]],
    ['[n, m]', [null, null]],
    ['any rank', undefined],
  ] as const)('takes inputs of shape %s', async (_name, shape) => {
    const table = rows('outcome, risk', "'yes', 0.75", "'no', 0.25", "'no', 0.5");
    const result = await trials.profile({ table, model: echoModel('risk', shape) });
    expect(result.profile.overall.cells).toEqual([
      cell(false, false, 1),
      cell(false, true, 1),
      cell(true, true, 1),
    ]);
  });

  it('takes text with quotes, backslashes, NUL characters and none at all', async () => {
    const texts = [`it's`, '"', '\\', '\0', ''];
    const model: FixtureModel = {
      inputs: [{ name: 'note', type: onnxType.STRING, shape: [null, 1] }],
      outputs: [{ name: 'score', shape: [null, 1] }],
      nodes: [
        {
          operator: 'LabelEncoder',
          domain: 'ai.onnx.ml',
          inputs: ['note'],
          outputs: ['score'],
          attributes: {
            keys_strings: { texts },
            values_floats: { floats: texts.map(() => 1) },
            default_float: { float: 0 },
          },
        },
      ],
    };
    const yes = [`'it''s'`, `'"'`, `'\\'`, `''`].map((text) => `'yes', ${text}`);
    for (const more of ['chr(0)', "'it''s'"]) {
      const table = rows('outcome, note', ...yes, `'yes', ${more}`, `'no', 'it'`);
      const result = await trials.profile({ table, model });
      expect(result.profile.overall.cells).toEqual([cell(false, false, 1), cell(true, true, 5)]);
    }
  });

  it('takes text of more values than a dictionary holds', async () => {
    const model: FixtureModel = {
      inputs: [{ name: 'code', type: onnxType.STRING, shape: [null] }],
      outputs: [{ name: 'score', shape: [null] }],
      nodes: [
        {
          operator: 'LabelEncoder',
          domain: 'ai.onnx.ml',
          inputs: ['code'],
          outputs: ['score'],
          attributes: {
            keys_strings: { texts: ['c17', 'c4999'] },
            values_floats: { floats: [1, 1] },
            default_float: { float: 0 },
          },
        },
      ],
    };
    const table =
      "SELECT IF(i IN (17, 4999), 'yes', 'no') AS outcome, 'c' || i AS code FROM range(5000) t(i)";
    const result = await trials.profile({ table, model });
    expect(result.profile.overall.cells).toEqual([cell(false, false, 4998), cell(true, true, 2)]);
  });
});

describe('a model with one tensor of all features', () => {
  const table = rows('outcome, b, a', "'yes', 0, 1", "'no', 1, 0", "'no', 2, 1");
  const model = classifier({
    classes: { texts: ['no', 'yes'] },
    inputs: [matrix('float_input', 2)],
    coefficients: [3, -3],
    intercept: 0,
  });
  const aucWith = async (features: string[], about = model): Promise<number | null | undefined> =>
    (
      await trials.profile({
        policy: policyWithModel({ protected: [], features }),
        table,
        model: about,
      })
    ).profile.overall.ranking?.version.auc;

  it('gets them in the order of the policy', async () => {
    expect(await aucWith(['a', 'b'])).toBe(1);
    expect(await aucWith(['b', 'a'])).toBe(0);
  });

  it('may leave their number open', async () => {
    expect(await aucWith(['a', 'b'], { ...model, inputs: [matrix('float_input', null)] })).toBe(1);
  });
});

it('missing values reach floating-point inputs as NaN, with a warning', async () => {
  const model: FixtureModel = {
    inputs: [floatColumn('risk')],
    outputs: [{ name: 'score', shape: [null, 1] }],
    nodes: [
      { operator: 'IsNaN', inputs: ['risk'], outputs: ['missing'] },
      {
        operator: 'Cast',
        inputs: ['missing'],
        outputs: ['score'],
        attributes: { to: { integer: onnxType.FLOAT } },
      },
    ],
  };
  const table = rows('outcome, risk', "'yes', NULL", "'no', 0.5::DOUBLE", "'yes', 'nan'::DOUBLE");
  const result = await trials.profile({ table, model });
  expect(result.profile.overall.ranking?.version.auc).toBe(1);
  expect(result.warnings).toEqual([
    'The column "risk" has 2 missing values, which the model gets as NaN.',
  ]);
});
