import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { onnxType, type FixtureModel } from '@sluice/artifacts/testing';
import { type SluiceError } from '@sluice/contracts';
import { echoModel, everyTypeModel, matrix, writeModel } from '../fixtures/models.fixture.js';
import { faultAt, policyWithModel, temporaryFolder } from '../fixtures/tables.fixture.js';
import { ModelTrials, type ModelTrial } from '../fixtures/trials.fixture.js';
import { type ModelSource } from '../index.js';

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

describe('a file that is no model', () => {
  const file = (name: string, bytes: Buffer | string): ModelSource => {
    writeFileSync(join(folder, name), bytes);
    return { path: join(folder, name) };
  };

  it.each<[string, () => ModelSource]>([
    ['is missing', () => ({ path: join(folder, 'none.onnx') })],
    ['is empty', () => file('empty.onnx', '')],
    ['is text', () => file('text.onnx', 'hello')],
    [
      'is noise',
      () =>
        file('noise.onnx', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7919) % 256))),
    ],
    [
      'is cut short',
      () =>
        file(
          'cut.onnx',
          readFileSync(writeModel(folder, 'whole.onnx', everyTypeModel)).subarray(0, 200),
        ),
    ],
  ])('is refused: it %s', async (_what, source) => {
    const error = await refusal(source());
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults).toEqual([
      expect.objectContaining({ file: 'model.onnx', hint: expect.any(String) }),
    ]);
  });

  it('is reported together with what is wrong in the champion and the data', async () => {
    const error = await refusal(file('bad.onnx', 'no'), {
      champion: file('worse.onnx', ''),
      columns: { label: 'outcom' },
    });
    expect(error.code).toBe('invalid_data');
    expect(error.faults.map((fault) => fault.file)).toEqual([
      'model.onnx',
      'model.onnx (champion)',
      'data/holdout.parquet',
    ]);
  });
});

describe('inputs that the data cannot fill', () => {
  it('are named, each with its nearest column', async () => {
    const error = await refusal(everyTypeModel, {
      table: table(
        '1.0 AS sngle, 1::DOUBLE AS double, 1 AS "long", 1 AS short, true AS flag, \'low\' AS other',
      ),
    });
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults).toHaveLength(2);
    expect(faultAt(error, 'inputs.single')).toMatchObject({
      file: 'model.onnx',
      message: `the dataset has no column for the model's input "single"`,
      found: 'columns outcome, sngle, double, long, short, flag, other',
      hint: expect.stringMatching(/^Did you mean "sngle"\?/),
    });
    expect(faultAt(error, 'inputs.level').hint).not.toMatch(/Did you mean/);
  });

  it('are named when only the types differ', async () => {
    const error = await refusal(everyTypeModel, {
      table: table(
        "'x' AS single, '1' AS double, 1.5 AS \"long\", 1::DOUBLE AS short, 1 AS flag, 1::DOUBLE AS level",
      ),
    });
    expect(error.faults.map(({ path }) => path)).toEqual(
      ['single', 'double', 'long', 'short', 'flag', 'level'].map((name) => `inputs.${name}`),
    );
    expect(faultAt(error, 'inputs.level')).toMatchObject({
      found: 'a column of type DOUBLE',
      expected: 'a column of text',
    });
    expect(faultAt(error, 'inputs.flag')).toMatchObject({
      found: 'a column of type INTEGER',
      expected: 'a column of booleans',
    });
  });

  it('are those of the champion, too', async () => {
    const error = await refusal(echoModel(), { champion: echoModel('hazard') });
    expect(faultAt(error, 'inputs.hazard').file).toBe('model.onnx (champion)');
  });

  it.each<[string, FixtureModel, Record<string, unknown>, string, RegExp]>([
    [
      'one tensor without columns.features',
      echoModel('float_input', [null, 3]),
      {},
      'inputs.float_input',
      /columns\.features/,
    ],
    [
      'one open tensor without columns.features',
      echoModel('float_input', [null, null]),
      {},
      'inputs.float_input',
      /columns\.features/,
    ],
    [
      'a tensor of another width',
      echoModel('float_input', [null, 3]),
      { features: ['risk'] },
      'inputs.float_input',
      /trained on/,
    ],
    ['one row at a time', echoModel('risk', [1, 1]), {}, 'inputs.risk', /dynamic/],
    ['three dimensions', echoModel('risk', [null, 1, 1]), {}, 'inputs.risk', /columns\.features/],
  ])('are explained: %s', async (_what, model, columns, path, hint) => {
    expect(faultAt(await refusal(model, { columns }), path).hint).toMatch(hint);
  });

  it('are explained: a type that tables do not have', async () => {
    const model: FixtureModel = {
      ...echoModel(),
      inputs: [{ name: 'risk', type: onnxType.FLOAT16, shape: [null, 1] }],
    };
    expect(faultAt(await refusal(model), 'inputs.risk')).toMatchObject({
      found: 'FP16',
      hint: 'Cast it inside the model.',
    });
  });

  it('are explained: features that are not in the data', async () => {
    const error = await refusal(echoModel('float_input', [null, 2]), {
      columns: { features: ['risk', 'rsk'] },
    });
    expect(faultAt(error, 'columns.features[1]').hint).toBe('Did you mean "risk"?');
  });
});

describe('values that a model cannot take', () => {
  const flags =
    '1.0 AS single, 1::DOUBLE AS double, 1 AS "long", 1 AS short, true AS flag, \'low\' AS level';
  const broken = (column: string, value: string): string =>
    table(flags.replace(new RegExp(`[^ ]+ AS "?${column}"?`), `${value} AS "${column}"`));

  it.each([
    ['long', 'IF(i = 3, NULL, 1)', 'parquet'],
    ['short', 'IF(i = 3, NULL, 1)', 'parquet'],
    ['flag', 'IF(i = 3, NULL, true)', 'parquet'],
    ['level', "IF(i = 3, NULL, 'low')", 'parquet'],
    ['level', "IF(i = 3, NULL, 'low')", 'csv'],
  ] as const)('are missing ones where there is no NaN: %s', async (column, value, format) => {
    const error = await refusal(everyTypeModel, { table: broken(column, value), format });
    expect(error.code).toBe('invalid_data');
    expect(faultAt(error, column)).toMatchObject({
      message: `the column "${column}" has 1 missing values`,
    });
  });

  it.each([
    ['single', "IF(i = 3, 'x', '1')", '"x"', 'csv'],
    ['long', "IF(i < 3, '2.7', '1')", '"2.7"', 'csv'],
    ['flag', "IF(i < 3, 'maybe', 'true')", '"maybe"', 'csv'],
    ['short', '3000000000 + i', '"3000000001"', 'parquet'],
    ['single', 'IF(i = 3, 1e300, 1)', '"1e+300"', 'parquet'],
  ] as const)('are those that do not convert: %s', async (column, value, found, format) => {
    const error = await refusal(everyTypeModel, { table: broken(column, value), format });
    expect(error.code).toBe('invalid_data');
    expect(faultAt(error, column)).toMatchObject({
      found,
      message: expect.stringMatching(/cannot take$/),
    });
  });
});

describe('numbers beyond those of 32 bits', () => {
  const columns = "IF(i = 30, 1e300, IF(i = 4, NULL, 1 / i)) AS risk, IF(i = 9, NULL, 'a') AS team";
  const message = 'the column "risk" has 1 values that the model cannot take';

  it('are found though rows are scored unsurveyed, and not taken for a fault of the model', async () => {
    const error = await refusal(echoModel(), { table: table(columns) });
    expect(error.code).toBe('invalid_data');
    expect(error.faults.map((fault) => fault.message)).toEqual([message]);
  });

  it('are told of together with what else is wrong with the data', async () => {
    const error = await refusal(echoModel(), {
      table: table(columns),
      columns: { protected: [{ name: 'team' }] },
    });
    expect(error.faults.map((fault) => fault.message)).toEqual([
      'the protected column "team" is missing in one row',
      'the protected column "team" has fewer than two groups',
      message,
    ]);
  });
});

it('a tensor of text features is explained when a column is of numbers', async () => {
  const model: FixtureModel = {
    ...echoModel('input', [null, 2]),
    inputs: [{ ...matrix('input', 2), type: onnxType.STRING }],
  };
  const error = await refusal(model, {
    table: table("'a' AS one, i AS two"),
    columns: { features: ['one', 'two'] },
  });
  expect(faultAt(error, 'inputs.input').message).toMatch(/from the column "two"/);
});
