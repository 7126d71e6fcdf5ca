import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findDatasetFiles } from '@sluice/artifacts';
import { onnxType, type FixtureModel, type FixtureNode } from '@sluice/artifacts/testing';
import { policySchema, type Measure, type Policy, type SluiceError } from '@sluice/contracts';
import type { MulticlassProfile, Profile, RegressionProfile } from '@sluice/evaluation';
import { measureProfile } from '@sluice/evaluation/testing';
import { writeModel } from '../fixtures/models.fixture.js';
import { faultAt, rejection, temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import {
  EndpointDouble,
  type Answer,
  type Received,
} from '../inference/endpoint/endpoint-double.fixture.js';
import { profileDataset, type ProfileRequest } from '../index.js';

const folder = temporaryFolder();

const policyOf = (
  task: 'regression' | 'multiclass-classification',
  columns: Record<string, unknown>,
  rest: Record<string, unknown> = {},
): Policy =>
  policySchema.parse({
    version: 1,
    model: 'test',
    task,
    data: { evaluation: 'holdout.parquet' },
    columns: { label: 'kind', ...columns },
    checks: [
      task === 'regression'
        ? { metric: 'mean_absolute_error', at_most: 1 }
        : { metric: 'accuracy', at_least: 0.5 },
    ],
    ...rest,
  });
const classPolicy = (columns: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) =>
  policyOf('multiclass-classification', columns, rest);
const modelPolicy = (rest: Record<string, unknown> = {}): Policy =>
  classPolicy({}, { artifact: 'model.onnx', ...rest });
const pricePolicy = (rest: Record<string, unknown> = {}): Policy =>
  policyOf('regression', { label: 'price' }, { artifact: 'model.onnx', ...rest });

let tables = 0;
const tableOf = (query: string, format: 'parquet' | 'csv' = 'parquet'): Promise<string> =>
  writeTable(join(folder, `${(tables += 1)}.${format}`), query, format);
const classTable = `SELECT * FROM (VALUES
  (1, 'cat', 0.8::FLOAT, 0.1::FLOAT, 10.0), (2, 'dog', 0.2, 0.7, 12.0), (3, 'cat', 0.1, 0.2, 9.5),
  (4, 'eel', 0.1, 0.1, 20.0), (5, 'eel', 0.3, 0.5, 22.0), (6, 'dog', 0.1, 0.6, 11.0)
) AS t(id, kind, one, two, price)`;
/** Who is predicted: the largest of one, two and what is left of 1. */
const predictedCells = [
  ['cat', 'cat', 1],
  ['cat', 'eel', 1],
  ['dog', 'dog', 2],
  ['eel', 'dog', 1],
  ['eel', 'eel', 1],
];

const cellsOf = (profile: Profile): unknown[] =>
  (profile as MulticlassProfile).overall.cells
    .map(({ label, prediction, count }) => [label, prediction, count])
    .toSorted();

const node = (operator: string, inputs: string[], output: string, rest = {}): FixtureNode => ({
  operator,
  inputs,
  outputs: [output],
  ...rest,
});
const column = (name: string) => ({ name, type: onnxType.FLOAT, shape: [null, 1] });
const inputs = [column('one'), column('two')];

/** Scores of the inputs and what is left of 1, with the label that scores highest. */
const classifier = (
  options: { labels?: readonly string[]; outputs?: FixtureModel['outputs'] } = {},
): FixtureModel => {
  const labels = options.labels ?? ['cat', 'dog', 'eel'];
  return {
    inputs,
    outputs: options.outputs ?? [
      { name: 'label', type: onnxType.STRING, shape: [null] },
      { name: 'probabilities', sequence: true },
    ],
    initializers: [{ name: 'whole', dims: [1], floats: [1] }],
    nodes: [
      node('Add', ['one', 'two'], 'sum'),
      node('Sub', ['whole', 'sum'], 'rest'),
      node('Concat', ['one', 'two', 'rest'], 'scores', { attributes: { axis: { integer: 1 } } }),
      node('ArgMax', ['scores'], 'place', {
        attributes: { axis: { integer: 1 }, keepdims: { integer: 0 } },
      }),
      node('LabelEncoder', ['place'], 'label', {
        domain: 'ai.onnx.ml',
        attributes: {
          keys_int64s: { integers: [0, 1, 2] },
          values_strings: { texts: labels },
        },
      }),
      node('ZipMap', ['scores'], 'probabilities', {
        domain: 'ai.onnx.ml',
        attributes: { classlabels_strings: { texts: labels } },
      }),
      node('Identity', ['scores'], 'other_scores'),
      node('Identity', ['label'], 'other_label'),
      node('Add', ['one', 'two'], 'total'),
      node('Sub', ['one', 'two'], 'margin'),
    ],
  };
};
const outputs = {
  label: { name: 'label', type: onnxType.STRING, shape: [null] },
  otherLabel: { name: 'other_label', type: onnxType.STRING, shape: [null] },
  zipMap: { name: 'probabilities', sequence: true },
  otherScores: { name: 'other_scores', shape: [null, 3] },
  total: { name: 'total', shape: [null, 1] },
  margin: { name: 'margin', shape: [null, 1] },
} as const;
const modelWith = (...names: (keyof typeof outputs)[]): string =>
  writeModel(
    folder,
    `${names.join('-')}.onnx`,
    classifier({ outputs: names.map((name) => outputs[name]) as FixtureModel['outputs'] }),
  );

type Rest = Partial<ProfileRequest> & { table?: string; format?: 'parquet' | 'csv' };
const profile = async (policy: Policy, { table = classTable, format, ...rest }: Rest = {}) =>
  profileDataset<Profile>({ policy, dataset: { path: await tableOf(table, format) }, ...rest });
const refusal = (...args: Parameters<typeof profile>): Promise<SluiceError> =>
  rejection(profile(...args));

describe('the outputs of a model of several classes', () => {
  it("are read through ZipMap's dictionaries, and the label beside them", async () => {
    const { profile: made, inspection } = await profile(modelPolicy(), {
      model: { path: modelWith('label', 'zipMap') },
    });
    expect(cellsOf(made)).toEqual(predictedCells);
    expect((made as MulticlassProfile).overall.rankings).toHaveLength(3);
    expect(inspection?.usesZipMap).toBe(true);
  });

  it('may be the label alone, which leaves metrics of scores undefined', async () => {
    const { profile: made } = await profile(modelPolicy(), { model: { path: modelWith('label') } });
    expect(cellsOf(made)).toEqual(predictedCells);
    const loss = measureProfile(made, { metric: 'log_loss', of: 'version', by: null, group: null });
    expect(loss).toMatchObject({ state: 'undefined', value: null });
  });

  it('may be the scores alone, of which the largest predicts', async () => {
    const { profile: made } = await profile(modelPolicy(), {
      model: { path: modelWith('zipMap') },
    });
    expect(cellsOf(made)).toEqual(predictedCells);
  });

  it('are those that the policy names, where several would do', async () => {
    const model = { path: modelWith('otherLabel', 'label', 'otherScores', 'zipMap') };
    const named = modelPolicy({ outputs: { label: 'other_label', score: 'probabilities' } });
    const { profile: made, outputs: planned } = await profile(named, { model });
    expect(planned).toMatchObject({ label: 'other_label', score: 'probabilities' });
    expect(cellsOf(made)).toEqual(predictedCells);
    const unclear = await refusal(modelPolicy(), { model });
    expect(unclear.faults[0]).toMatchObject({
      path: 'outputs',
      message: 'it is not clear which output holds the predicted label',
      hint: 'Name it in the policy, as outputs.label.',
    });
    const misnamed = await refusal(modelPolicy({ outputs: { score: 'probabilitys' } }), {
      model: { path: modelWith('label', 'zipMap') },
    });
    expect(faultAt(misnamed, 'outputs.score').hint).toBe('Did you mean "probabilities"?');
  });

  it('are refused when they are of another shape than the policy takes them for', async () => {
    const error = await refusal(modelPolicy({ outputs: { score: 'total' } }), {
      model: { path: modelWith('label', 'total') },
    });
    expect(faultAt(error, 'outputs.total')).toMatchObject({
      found: 'total: FP32 [n, 1]',
      expected: 'shape [n, 3]',
    });
  });
});

describe('the outputs of a regression', () => {
  it('are the number that the policy names', async () => {
    const model = { path: modelWith('total', 'margin') };
    const { profile: made } = await profile(pricePolicy({ outputs: { score: 'margin' } }), {
      model,
    });
    const mean = measureProfile(made, {
      metric: 'mean_prediction',
      of: 'version',
      by: null,
      group: null,
      minimumRows: 1,
    });
    expect(mean.value).toBeCloseTo((0.7 - 0.5 - 0.1 + 0 - 0.2 - 0.5) / 6, 6);
    const unclear = await refusal(pricePolicy(), { model });
    expect(faultAt(unclear, 'outputs').hint).toBe('Name it in the policy, as outputs.score.');
  });
});

describe('a champion and a version', () => {
  it('may know other classes than the data, which is said', async () => {
    const champion = writeModel(folder, 'fox.onnx', classifier({ labels: ['cat', 'dog', 'fox'] }));
    const { profile: made, warnings } = await profile(modelPolicy(), {
      model: { path: modelWith('label', 'zipMap') },
      champion: { path: champion },
    });
    expect((made as MulticlassProfile).classes).toEqual(['cat', 'dog', 'eel', 'fox']);
    expect(warnings).toEqual([
      `In 2 rows the label is "eel", which model.onnx (champion) doesn't know: it is never predicted, and has a score of 0.`,
      'model.onnx (champion) knows the class "fox", which no label has.',
    ]);
    // A class of the champion's own is no reason to leave the version without a figure.
    for (const metric of ['macro_recall', 'macro_f1_score', 'macro_roc_auc'] as const) {
      const own = measureProfile(made, {
        metric,
        of: 'version',
        by: null,
        group: null,
        minimumRows: 1,
      });
      expect({ metric, state: own.state }).toEqual({ metric, state: 'ok' });
    }
  });

  it('that gives labels and no scores leaves comparisons of scores undefined', async () => {
    const { profile: made } = await profile(modelPolicy(), {
      model: { path: modelWith('label', 'zipMap') },
      champion: { path: modelWith('label') },
    });
    const difference = (metric: Measure['metric']) =>
      measureProfile(made, { metric, of: 'difference', by: null, group: null, minimumRows: 1 });
    for (const metric of ['top_k_accuracy', 'log_loss', 'macro_roc_auc'] as const)
      expect(difference(metric)).toMatchObject({
        state: 'undefined',
        reason: 'there are no scores of the champion',
      });
    expect(difference('accuracy').value).toBe(0);
  });

  it('are refused when none of their classes is a label', async () => {
    const model = writeModel(folder, 'numbers.onnx', classifier({ labels: ['0', '1', '2'] }));
    const error = await refusal(modelPolicy(), { model: { path: model } });
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults[0]).toMatchObject({
      file: 'model.onnx',
      message: 'none of the classes of the model is a value of the label',
      found: '"0", "1", "2"',
      expected: '"cat" (2 rows), "dog" (2 rows), "eel" (2 rows)',
    });
  });
});

describe('predictions in a file of their own', () => {
  const data = 'SELECT id, kind, price FROM (' + classTable + ') AS data';
  const predictions = async (query: string) => ({
    files: [{ path: await tableOf(query, 'csv'), name: 'predictions.csv' }],
  });
  const inFile = { evaluation: 'holdout.parquet', predictions: 'predictions.csv' };

  it('are joined by their key, with a column of scores for each class', async () => {
    const policy = classPolicy(
      { key: 'id', scores: { cat: 'one', dog: 'two', eel: 'three' } },
      { data: inFile },
    );
    const { profile: made } = await profile(policy, {
      table: data,
      predictions: await predictions(
        `SELECT id, one, two, 1 - one - two AS three FROM (${classTable}) ORDER BY id DESC`,
      ),
    });
    expect(cellsOf(made)).toEqual(predictedCells);
    expect((made as MulticlassProfile).overall.places).not.toBeNull();
    const missing = await refusal(policy, {
      table: data,
      predictions: await predictions(`SELECT id, one, two FROM (${classTable})`),
    });
    expect(faultAt(missing, 'columns.scores.eel')).toMatchObject({
      file: 'predictions.csv',
      message: 'the file has no column "three"',
    });
  });

  it('are numbers of a regression', async () => {
    const policy = policyOf(
      'regression',
      { label: 'price', key: 'id', prediction: 'guess' },
      { data: inFile },
    );
    const { profile: made } = await profile(policy, {
      table: data,
      predictions: await predictions(
        `SELECT id, price + (id % 2) AS guess FROM (${classTable}) ORDER BY hash(id)`,
      ),
    });
    expect((made as RegressionProfile).overall.version.over).toEqual({ sum: 3, squares: 3 });
  });

  it('come from folders and patterns as well', async () => {
    const root = join(folder, 'parts');
    mkdirSync(join(root, 'scored'), { recursive: true });
    for (const part of [0, 1]) {
      const rows = (what: string) =>
        `SELECT ${what} FROM (${classTable}) AS all_ WHERE id % 2 = ${part}`;
      await writeTable(join(root, `part-${part}.parquet`), rows('id, kind, price'));
      await writeTable(join(root, 'scored', `${part}.parquet`), rows('id, price + 1 AS guess'));
    }
    const policy = policyOf(
      'regression',
      { label: 'price', key: 'id', prediction: 'guess' },
      { data: { evaluation: 'part-*.parquet', predictions: 'scored' } },
    );
    const { profile: made } = await profileDataset<Profile>({
      policy,
      dataset: { files: await findDatasetFiles(root, 'part-*.parquet') },
      predictions: { files: await findDatasetFiles(root, 'scored', 'data.predictions') },
    });
    expect(made.rows).toBe(6);
    expect((made as RegressionProfile).overall.version.over.sum).toBe(6);
  });
});

describe('scores without predictions', () => {
  it('predict the first of the classes that score highest', async () => {
    const path = await tableOf(`SELECT * FROM (VALUES
      ('cat', 0.4, 0.4, 0.2), ('dog', 0.2, 0.4, 0.4), ('eel', 0.4, 0.2, 0.4), ('eel', 0.1, 0.2, 0.7)
    ) AS t(kind, a, b, c)`);
    const policy = classPolicy({ scores: { cat: 'a', dog: 'b', eel: 'c' } });
    const { profile } = await profileDataset<MulticlassProfile>({ policy, dataset: { path } });
    expect(
      profile.overall.cells.map(({ label, prediction, count }) => [label, prediction, count]),
    ).toEqual([
      ['cat', 'cat', 1],
      ['dog', 'dog', 1],
      ['eel', 'cat', 1],
      ['eel', 'eel', 1],
    ]);
  });
});

describe('a live endpoint', () => {
  interface InferBody {
    inputs: { name: string; shape: number[]; data: number[] }[];
    outputs: { name: string }[];
  }
  const limits = { timeoutMs: 3000, attempts: 2, pauseMs: 5 };
  const values = ({ body }: Received, name: string): number[] =>
    (body as InferBody).inputs.find((input) => input.name === name)?.data ?? [];
  const described = (...listed: unknown[]) => ({
    name: 'm',
    platform: 'onnx_onnxv1',
    inputs: inputs.map(({ name }) => ({ name, datatype: 'FP32', shape: [-1, 1] })),
    outputs: listed,
  });
  const serving = (about: unknown, infer: (request: Received) => unknown) =>
    EndpointDouble.start((request): Answer =>
      request.method === 'GET' ? { json: about } : { json: infer(request) },
    );
  const scoresIn = (request: Received): number[][] =>
    values(request, 'one').map((one, row) => {
      const two = values(request, 'two')[row] as number;
      return [one, two, 1 - one - two];
    });
  const at = (double: EndpointDouble, classes?: string[]) => ({
    url: `${double.url}/v2/models/m`,
    protocol: 'oip' as const,
    limits,
    ...(classes && { classes }),
  });
  const probabilities = { name: 'probabilities', datatype: 'FP32', shape: [-1, 3] };

  it('of the Open Inference Protocol gives scores of the classes that the caller names', async () => {
    const double = await serving(described(probabilities), (request) => {
      const scores = scoresIn(request);
      return { outputs: [{ ...probabilities, shape: [scores.length, 3], data: scores.flat() }] };
    });
    const {
      profile: made,
      inspection,
      outputs: planned,
    } = await profile(modelPolicy(), { endpoint: at(double, ['cat', 'dog', 'eel']) });
    expect(cellsOf(made)).toEqual(predictedCells);
    expect([inspection, planned]).toEqual([null, null]);
    const unnamed = await refusal(modelPolicy(), { endpoint: at(double) });
    expect(faultAt(unnamed, 'outputs.probabilities').hint).toContain('--classes');
  });

  it('of the Open Inference Protocol gives labels, or numbers', async () => {
    const label = { name: 'label', datatype: 'BYTES', shape: [-1] };
    const names = ['cat', 'dog', 'eel'];
    const classes = await serving(described(label), (request) => {
      const data = scoresIn(request).map((each) => names[each.indexOf(Math.max(...each))]);
      return { outputs: [{ ...label, shape: [data.length], data }] };
    });
    expect(cellsOf((await profile(modelPolicy(), { endpoint: at(classes) })).profile)).toEqual(
      predictedCells,
    );
    expect((classes.received[1]?.body as InferBody).outputs).toEqual([{ name: 'label' }]);
    const number = { name: 'price', datatype: 'FP64', shape: [-1, 1] };
    const prices = await serving(described(number), (request) => {
      const data = values(request, 'one').map((one) => 10 + one);
      return { outputs: [{ ...number, shape: [data.length, 1], data }] };
    });
    const { profile: made } = await profile(pricePolicy(), { endpoint: at(prices) });
    const expected = (0.8 + 0.2 + 0.1 + 0.1 + 0.3 + 0.1) / 6 + 10;
    const mean = measureProfile(made, {
      metric: 'mean_prediction',
      of: 'version',
      by: null,
      group: null,
      minimumRows: 1,
    });
    expect(mean.value).toBeCloseTo(expected, 6);
  });

  it('of MLflow gives labels, scores of named classes, or numbers', async () => {
    const serve = (of: (scores: number[]) => unknown) =>
      EndpointDouble.start(({ body }): Answer => {
        const { columns, data } = (
          body as { dataframe_split: { columns: string[]; data: number[][] } }
        ).dataframe_split;
        const place = (name: string) => columns.indexOf(name);
        const predictions = data.map((row) => {
          const [one, two] = [row[place('one')] as number, row[place('two')] as number];
          return of([one, two, 1 - one - two]);
        });
        return { json: { predictions } };
      });
    const names = ['cat', 'dog', 'eel'];
    const labelOf = (scores: number[]) => names[scores.indexOf(Math.max(...scores))];
    const features = { features: ['one', 'two'] };
    const policy = classPolicy(features, { artifact: 'model.onnx' });
    const mlflow = (double: EndpointDouble, classes?: string[]) => ({
      endpoint: {
        url: double.url,
        protocol: 'mlflow' as const,
        limits,
        ...(classes && { classes }),
      },
    });
    const labels = await profile(policy, mlflow(await serve(labelOf)));
    expect(cellsOf(labels.profile)).toEqual(predictedCells);
    const scored = await profile(policy, mlflow(await serve((scores) => scores), names));
    expect(cellsOf(scored.profile)).toEqual(predictedCells);
    expect((scored.profile as MulticlassProfile).overall.places).not.toBeNull();
    const framed = await profile(
      classPolicy(features, { artifact: 'model.onnx', outputs: { label: 'species' } }),
      mlflow(await serve((scores) => ({ species: labelOf(scores) }))),
    );
    expect(cellsOf(framed.profile)).toEqual(predictedCells);
    const numbers = await profile(
      policyOf('regression', { label: 'price', ...features }, { artifact: 'model.onnx' }),
      mlflow(await serve(([one = 0]) => 10 + one)),
    );
    expect((numbers.profile as RegressionProfile).overall.count).toBe(6);
  });

  it('that answers for other rows, or with words for numbers, is refused with the rows', async () => {
    const number = { name: 'price', datatype: 'FP64', shape: [-1] };
    const short = await serving(described(number), () => ({
      outputs: [{ ...number, shape: [2], data: [1, 2] }],
    }));
    const error = await refusal(pricePolicy(), { endpoint: at(short) });
    expect(error.faults[0]).toMatchObject({
      message: 'the endpoint gives no scores for rows 1 to 6',
      found: 'an output of shape [2] with 2 values for 6 rows',
    });
    const words = await serving(described(number), () => ({
      outputs: [{ ...number, shape: [6], data: [1, 2, 3, 'many', 5, null] }],
    }));
    const wordy = await refusal(pricePolicy(), { endpoint: at(words) });
    expect(wordy.faults[0]).toMatchObject({
      message: "the model's prediction of row 4 is no finite number",
      found: 'many',
    });
  });
});

describe('data that cannot be evaluated', () => {
  const rows = (...lines: string[]): string =>
    `SELECT * FROM (VALUES ${lines.map((line) => `(${line})`).join(', ')}) AS t(kind, guess, a, b)`;
  const good = ["'x', 'x', 0.9::DOUBLE, 0.1::DOUBLE", "'y', 'y', 0.2, 0.8", "'x', 'y', 0.4, 0.6"];
  const scores = { x: 'a', y: 'b' };

  it.each([
    ['a missing label', ["NULL, 'x', 0.5, 0.5"], 'columns.label', 'is missing in row 4'],
    [
      'a missing prediction',
      ["'x', NULL, 0.5, 0.5", "'x', NULL, 0.5, 0.5"],
      'columns.prediction',
      'is missing in row 4 and 1 more',
    ],
    [
      'a label without a column of scores',
      ["'z', 'x', 0.5, 0.5"],
      'columns.scores',
      'have no column of scores',
    ],
    [
      'scores that do not sum to 1',
      ["'x', 'x', 0.9, 0.9"],
      'columns.scores',
      "don't sum to 1 in row 4",
    ],
    [
      'a score that is NaN',
      ["'x', 'x', 'nan', 0.9"],
      'columns.scores.x',
      'is not a number from 0 to 1 in row 4',
    ],
    [
      'a score beyond 1',
      ["'x', 'x', 1.5, -0.5"],
      'columns.scores.y',
      'is not a number from 0 to 1 in row 4',
    ],
  ])('tells of %s', async (_what, more, path, message) => {
    const error = await refusal(classPolicy({ prediction: 'guess', scores }), {
      table: rows(...good, ...more),
    });
    expect(error.code).toBe('invalid_data');
    expect(faultAt(error, path).message).toContain(message);
  });

  it('tells of two columns of one class', async () => {
    const error = await refusal(
      classPolicy({ label: 'code', scores: { '1': 'a', '1.0': 'b', '2': 'c' } }),
      { table: `SELECT *, id % 2 + 1 AS code, one AS a, two AS b, one AS c FROM (${classTable})` },
    );
    expect(faultAt(error, 'columns.scores.1.0')).toMatchObject({
      message: 'two columns hold the scores of one class',
      found: '"1", "1.0"',
    });
  });

  it.each([
    ['a label that is no number', "'many', 1", 'columns.label', 'row 3', 'many'],
    ['an infinite prediction', '1, inf', 'columns.prediction', 'row 3', 'inf'],
    ['a prediction that is NaN', '1, nan', 'columns.prediction', 'row 3', 'nan'],
    ['a missing prediction', '1,', 'columns.prediction', 'row 3', 'no value'],
  ])('of a regression tells of %s', async (_what, line, path, row, found) => {
    const file = join(folder, `${(tables += 1)}.csv`);
    writeFileSync(file, `price,guess\n1,2\n3,4\n${line.replaceAll("'", '').replaceAll(' ', '')}\n`);
    const error = await rejection(
      profileDataset<Profile>({
        policy: policyOf('regression', { label: 'price', prediction: 'guess' }),
        dataset: { path: file },
      }),
    );
    const fault = faultAt(error, path);
    expect(fault.message).toContain(row);
    expect(fault.found).toBe(found);
  });

  it('tells the row of a model whose scores are no probabilities', async () => {
    const model = { path: modelWith('label', 'zipMap') };
    const table = `SELECT kind, CASE WHEN id = 4 THEN 1.7 ELSE one END::FLOAT AS one, two FROM (${classTable})`;
    const error = await refusal(modelPolicy(), { table, model });
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults[0]).toMatchObject({
      message: 'a score of row 4 is not from 0 to 1',
      hint: expect.stringContaining('softmax'),
    });
    const missing = `SELECT kind, CASE WHEN id <> 4 THEN one END::FLOAT AS one, two FROM (${classTable})`;
    const empty = await refusal(modelPolicy(), { table: missing, model });
    expect(empty.faults[0]?.hint).toContain('missing values');
  });
});
