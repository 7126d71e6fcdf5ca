import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Policy, SluiceError } from '@sluice/contracts';
import {
  faultAt,
  policyWith,
  policyWithModel,
  rejection,
  temporaryFolder,
  writeTable,
} from '../../fixtures/tables.fixture.js';
import { profileDataset, type EndpointSource } from '../../index.js';
import { EndpointDouble, type Answer, type Received } from './endpoint-double.fixture.js';

const folder = temporaryFolder();
let files = 0;
/** Quick enough for tests, and so small an answer that too long a one is soon sent. */
const limits = { timeoutMs: 300, attempts: 3, pauseMs: 5, mostBytes: 200_000 };
const cell = (label: boolean, prediction: boolean, count: number) => ({
  label,
  prediction,
  champion: null,
  count,
});
const table = `SELECT * FROM (VALUES
  ('yes', 0.9::DOUBLE, 'a'), ('no', 0.1, 'b'), ('no', 0.8, 'it''s "b"'), ('yes', 0.6, 'b')
) AS t(outcome, risk, team)`;
const expected = [cell(false, false, 1), cell(false, true, 1), cell(true, true, 2)];

const profile = async (
  endpoint: EndpointSource,
  { policy = policyWithModel({ protected: [] }), query = table, format = 'parquet' as const } = {},
) =>
  profileDataset({
    policy,
    dataset: { path: await writeTable(join(folder, `${(files += 1)}.${format}`), query, format) },
    endpoint: { limits, ...endpoint },
  });
const refusal = (...args: Parameters<typeof profile>): Promise<SluiceError> =>
  rejection(profile(...args));

interface InferBody {
  inputs: { name: string; shape: number[]; datatype: string; data: unknown[] }[];
  outputs: { name: string }[];
}

describe('an endpoint of the Open Inference Protocol', () => {
  const described = {
    name: 'm',
    platform: 'onnx_onnxv1',
    inputs: [{ name: 'risk', datatype: 'FP32', shape: [-1, 1] }],
    outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
  };
  const echo = ({ body }: Received): Answer => {
    const [input] = (body as InferBody).inputs;
    const { shape, data } = input as InferBody['inputs'][number];
    return { json: { outputs: [{ name: 'score', datatype: 'FP32', shape, data }] } };
  };
  const serving = (
    infer: (request: Received, count: number) => Answer,
    about: unknown = described,
  ) =>
    EndpointDouble.start((request, count) =>
      request.method === 'GET' ? { json: about } : infer(request, count - 1),
    );
  const at = (double: EndpointDouble, rest: Partial<EndpointSource> = {}): EndpointSource => ({
    url: `${double.url}/v2/models/m`,
    protocol: 'oip',
    ...rest,
  });

  it('gives the scores of its model, asked by the names of its inputs and outputs', async () => {
    const double = await serving(echo);
    const { profile: made, inspection } = await profile(at(double, { token: 'secret' }));
    expect(made.overall.cells).toEqual(expected);
    expect(inspection).toBeNull();
    expect(double.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v2/models/m',
      'POST /v2/models/m/infer',
    ]);
    expect(double.received[1]?.headers.authorization).toBe('Bearer secret');
    expect(double.received[1]?.body).toEqual({
      inputs: [
        {
          name: 'risk',
          shape: [4, 1],
          datatype: 'FP32',
          data: [0.9, 0.1, 0.8, 0.6].map(Math.fround),
        },
      ],
      outputs: [{ name: 'score' }],
    });
  });

  it('gives two scores a row when someone says whose they are, in nested data', async () => {
    const about = { ...described, outputs: [{ name: 'p', datatype: 'FP64', shape: [-1, 2] }] };
    const double = await serving(({ body }) => {
      const data = ((body as InferBody).inputs[0]?.data as number[]).map((p) => [p, 1 - p]);
      return { json: { outputs: [{ name: 'p', shape: [data.length, 2], data }] } };
    }, about);
    const error = await refusal(at(double));
    expect(faultAt(error, 'outputs').hint).toMatch(/--classes/);
    const { profile: made } = await profile(at(double, { classes: ['yes', 'no'] }));
    expect(made.overall.cells).toEqual(expected);
  });

  it('gets texts, whole numbers, booleans, missing numbers and lists as the protocol has them', async () => {
    const inputs = [
      { name: 'note', datatype: 'BYTES', shape: [-1] },
      { name: 'large', datatype: 'INT64', shape: [-1, 1] },
      { name: 'flag', datatype: 'BOOL', shape: [-1] },
      { name: 'gap', datatype: 'FP64', shape: [-1] },
      { name: 'image', datatype: 'FP32', shape: [-1, 2, 2] },
    ];
    const query = `SELECT * FROM (VALUES
      ('yes', 'a', 9007199254740993, true, NULL, [1, 2, 3, 4]::FLOAT[4]),
      ('no', 'it''s "b"', -5, false, 0.5, [5, 6, 7, 8]::FLOAT[4])
    ) AS t(outcome, note, large, flag, gap, image)`;
    const double = await serving(
      () => ({ json: { outputs: [{ name: 'score', shape: [2], data: [0.9, 0.1] }] } }),
      { ...described, inputs, outputs: [{ name: 'score', datatype: 'FP32', shape: [-1] }] },
    );
    await profile(at(double), { query });
    const sent = (double.received[1]?.body as InferBody).inputs;
    expect(sent.map(({ shape, data }) => ({ shape, data }))).toEqual([
      { shape: [2], data: ['a', `it's "b"`] },
      { shape: [2, 1], data: ['9007199254740993', -5] },
      { shape: [2], data: [true, false] },
      { shape: [2], data: [null, 0.5] },
      { shape: [2, 2, 2], data: [1, 2, 3, 4, 5, 6, 7, 8] },
    ]);
  });

  it('gets long batches in requests of moderate length', async () => {
    const about = { ...described, inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }] };
    const double = await serving(({ body }) => {
      const rows = (body as InferBody).inputs[0]?.data.length ?? 0;
      const data = (body as InferBody).inputs[0]?.data.map((text) => Number(String(text)[0]) / 10);
      return { json: { outputs: [{ name: 'score', shape: [rows, 1], data }] } };
    }, about);
    const query = `SELECT IF(i % 10 >= 5, 'yes', 'no') AS outcome, (i % 10) || repeat('x', 4000) AS text FROM range(3000) t(i)`;
    const { profile: made } = await profile(at(double), { query });
    expect(made.overall.cells).toEqual([cell(false, false, 1500), cell(true, true, 1500)]);
    const lengths = double.received.slice(1).map(({ body }) => JSON.stringify(body).length);
    expect(lengths.length).toBeGreaterThan(2);
    expect(Math.max(...lengths)).toBeLessThan(4.5 * 1024 ** 2);
  });

  it.each<[string, Answer]>([
    ['a status of 500', { json: { error: 'busy' }, status: 503 }],
    ['a connection that breaks off', 'cut'],
    ['no answer', 'hang'],
  ])('is asked again after %s', async (_what, trouble) => {
    const double = await serving((request, count) => (count < 3 ? trouble : echo(request)));
    expect((await profile(at(double))).profile.overall.cells).toEqual(expected);
    expect(double.received).toHaveLength(4);
  });

  it.each<[string, Answer, RegExp]>([
    ['answers with 500', { json: { error: 'out of memory' }, status: 500 }, /500.*out of memory/],
    ['breaks off', 'cut', /3 attempts/],
    ['hangs', 'hang', /too long/],
  ])('is given up when it %s for ever', async (_what, trouble, message) => {
    const double = await serving(() => trouble);
    const error = await refusal(at(double));
    expect(error.code).toBe('unavailable');
    expect(error.message).toMatch(message);
    expect(double.received).toHaveLength(4);
  });

  it('that is not there is unavailable', async () => {
    const double = await serving(echo);
    const gone = at(double);
    double.stop();
    const error = await refusal(gone);
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  it('is left at once when the work is cancelled', async () => {
    const controller = new AbortController();
    const double = await serving(() => {
      controller.abort(new Error('enough'));
      return 'hang';
    });
    const work = profileDataset({
      policy: policyWithModel({ protected: [] }),
      dataset: { path: await writeTable(join(folder, 'cancelled.parquet'), table) },
      endpoint: { ...at(double), limits: { ...limits, timeoutMs: 60_000 } },
      signal: controller.signal,
    });
    await expect(work).rejects.toThrow('enough');
  });

  const one = (output: unknown): Answer => ({ json: { outputs: [output] } });
  it.each<[string, Answer, RegExp]>([
    ['a refusal', { json: { error: 'no such input' }, status: 400 }, /400.*no such input/],
    [
      'a redirect',
      { raw: '', status: 307, headers: { location: 'http://169.254.169.254/' } },
      /307/,
    ],
    ['no JSON', { raw: '<html>' }, /<html>/],
    ['no outputs', { json: {} }, /no output "score"/],
    ['null', { json: null }, /no output "score"/],
    ['another output', one({ name: 'other', shape: [4], data: [1, 1, 1, 1] }), /no output "score"/],
    ['fewer rows', one({ name: 'score', shape: [3], data: [1, 1, 1] }), /\[3\] for 4 rows/],
    ['less data than its shape', one({ name: 'score', shape: [4], data: [1] }), /\[4\] for 4 rows/],
    ['three columns', one({ name: 'score', shape: [4, 3], data: Array(12).fill(0) }), /one or two/],
    ['scores beyond 1', one({ name: 'score', shape: [4], data: [0, 0, 7, 1] }), /^7$/],
    ['text', one({ name: 'score', shape: [4], data: ['a', 'b', 'c', 'd'] }), /NaN|a/],
    ['null scores', one({ name: 'score', shape: [4], data: [0, null, 1, 1] }), /NaN/],
  ])('is explained when it answers with %s', async (_what, answer, found) => {
    const double = await serving(() => answer);
    const error = await refusal(at(double));
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults).toHaveLength(1);
    expect(error.faults[0]).toMatchObject({
      file: `${double.url}/v2/models/m`,
      found: expect.stringMatching(found),
    });
    expect(double.received).toHaveLength(2);
  });

  it('is not listened to for ever', async () => {
    const double = await serving(() => ({ raw: `[${'1,'.repeat(200_000)}1]` }));
    const error = await refusal(at(double));
    expect(error.faults[0]?.message).toMatch(/too long/);
  });

  it.each<[string, unknown, string]>([
    ['nothing', {}, 'inputs'],
    ['null', null, 'inputs'],
    ['no outputs', { inputs: [] }, 'outputs'],
    [
      'a type of its own',
      { ...described, inputs: [{ name: 'x', datatype: 'FP8', shape: [] }] },
      'inputs[0]',
    ],
    [
      'an input that the data lacks',
      { ...described, inputs: [{ name: 'rsk', datatype: 'FP32', shape: [-1] }] },
      'inputs.rsk',
    ],
  ])('is explained when it describes %s', async (_what, about, path) => {
    const error = await refusal(at(await serving(echo, about)));
    expect(error.code).toBe('invalid_artifact');
    expect(faultAt(error, path)).toBeDefined();
  });
});

describe("an endpoint of MLflow's /invocations", () => {
  const features = ['risk', 'team'];
  const policyFor = (
    columns: Record<string, unknown> = {},
    outputs?: Record<string, string>,
  ): Policy =>
    policyWith(
      { score: undefined, protected: [], features, ...columns },
      { artifact: 'model.onnx', ...(outputs === undefined ? {} : { outputs }) },
    );
  type Row = [number, string];
  const serving = (predict: (row: Row) => unknown) =>
    EndpointDouble.start(({ body }) => ({
      json: {
        predictions: (body as { dataframe_split: { data: Row[] } }).dataframe_split.data.map(
          predict,
        ),
      },
    }));
  const at = (double: EndpointDouble, rest: Partial<EndpointSource> = {}): EndpointSource => ({
    url: double.url,
    protocol: 'mlflow',
    ...rest,
  });

  it('gets a data frame of the features alone, and gives a score a row', async () => {
    const double = await serving(([risk]) => risk);
    const { profile: made } = await profile(at(double), { policy: policyFor() });
    expect(made.overall.cells).toEqual(expected);
    expect(double.received).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/invocations',
        body: {
          dataframe_split: {
            columns: features,
            data: [
              [0.9, 'a'],
              [0.1, 'b'],
              [0.8, `it's "b"`],
              [0.6, 'b'],
            ],
          },
        },
      }),
    ]);
  });

  it.each<[string, (row: Row) => unknown, Record<string, string> | undefined]>([
    ['a list of one score', ([risk]) => [risk], undefined],
    ['two scores with their labels', ([risk]) => [1 - risk, risk], undefined],
    [
      'an object with a score and a label',
      ([risk]) => ({ p: risk, decision: risk > 0.5 ? 'yes' : 'no' }),
      { score: 'p', label: 'decision' },
    ],
  ])('gives %s', async (_what, predict, outputs) => {
    const double = await serving(predict);
    const policy = policyFor({}, outputs);
    const endpoint = at(double, { classes: ['no', 'yes'] });
    expect((await profile(endpoint, { policy })).profile.overall.cells).toEqual(expected);
  });

  it('gets CSV as numbers where all of a column are', async () => {
    const double = await serving(([risk]) => risk);
    const path = await writeTable(join(folder, 'frame.csv'), table, 'csv');
    const { profile: made } = await profileDataset({
      policy: policyFor(),
      dataset: { path },
      endpoint: { limits, ...at(double) },
    });
    expect(made.overall.cells).toEqual(expected);
  });

  it.each<[string, (row: Row) => unknown, RegExp]>([
    ['labels', () => 'yes', /"yes", which is no score/],
    [
      'objects without a name for the score',
      ([risk]) => ({ p: risk }),
      /has no "predictions" but one of p/,
    ],
    ['three scores', () => [0, 0, 1], /one or two classes/],
    ['two scores without labels', ([risk]) => [1 - risk, risk], /no class labels/],
    ['rows of several shapes', ([risk]) => (risk > 0.5 ? [risk] : [risk, risk]), /another shape/],
  ])('is explained when it gives %s', async (_what, predict, found) => {
    const error = await refusal(at(await serving(predict)), { policy: policyFor() });
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults[0]).toMatchObject({
      message: 'the endpoint gives no scores for rows 1 to 4',
      found: expect.stringMatching(found),
    });
  });

  it('is explained when it gives no predictions, or the policy names no features', async () => {
    const silent = await EndpointDouble.start(() => ({ json: { error_code: 'BAD' } }));
    const error = await refusal(at(silent), { policy: policyFor() });
    expect(error.faults[0]?.found).toMatch(/no list of predictions/);
    const unnamed = await refusal(at(silent), { policy: policyFor({ features: undefined }) });
    expect(faultAt(unnamed, 'columns.features').hint).toMatch(/label/);
  });
});

describe('the address of an endpoint', () => {
  it.each<[string, Partial<EndpointSource>, RegExp]>([
    ['no address', { url: 'model' }, /http/],
    ['a file', { url: 'file:///etc/passwd' }, /http/],
    ['a bucket', { url: 's3://bucket/model' }, /http/],
    ['a password', { url: 'http://me:secret@host/v2/models/m' }, /token/],
    ['a query', { url: 'http://host/v2/models/m?x=1' }, /without/],
    ['no model', { url: 'http://host/v2' }, /v2\/models\/NAME/],
    ['a token in the clear', { url: 'http://host/v2/models/m', token: 'secret' }, /https/],
  ])('is refused: %s', async (_what, source, wanted) => {
    const error = await refusal({ url: '', protocol: 'oip', ...source });
    expect(error.code).toBe('invalid_request');
    expect(error.faults[0]?.expected).toMatch(wanted);
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('is not given beside a model, or for scores in the data', async () => {
    const dataset = { path: join(folder, 'x.parquet') };
    const endpoint = { url: 'http://host/v2/models/m', protocol: 'oip' } as const;
    const both = { policy: policyWithModel(), dataset, endpoint, model: { path: 'model.onnx' } };
    expect((await rejection(profileDataset(both))).code).toBe('invalid_request');
    const scored = { policy: policyWith(), dataset, endpoint };
    expect((await rejection(profileDataset(scored))).code).toBe('invalid_request');
  });
});
