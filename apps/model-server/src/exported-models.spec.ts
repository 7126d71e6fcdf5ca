import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { inspectOnnx } from '@sluice/artifacts';
import { ServerProcess, writeArtifact, type ArtifactOnDisk } from './model-server.fixture.js';

/*
 * Models as skl2onnx writes them with its defaults, served as they are deployed, against what scikit-learn says of
 * the same rows: test/fixtures/models/make_models.py. The evaluator's test of the same files is exported-models.spec.ts
 * of libs/engine: what passes there has to run here.
 */
const fixture = (file: string): Buffer =>
  readFileSync(new URL(`../../../test/fixtures/models/${file}`, import.meta.url));

interface Recorded {
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly favorable: string | number;
  readonly scores: readonly number[];
  readonly predictions: readonly (string | number)[];
}
const recorded = (name: string): Recorded =>
  JSON.parse(fixture(`${name}.json`).toString()) as Recorded;

interface Output {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly (string | number)[];
}

let artifact: ArtifactOnDisk | undefined;
let server: ServerProcess | undefined;
afterEach(async () => {
  await server?.stop();
  await artifact?.remove();
});

const serve = async (
  files: Record<string, Uint8Array>,
  environment: Record<string, string> = {},
): Promise<ServerProcess> => {
  artifact = await writeArtifact(files);
  server = await ServerProcess.start(artifact, environment);
  return server;
};

const outputsOf = async (answer: Response): Promise<Output[]> => {
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { outputs: Output[] }).outputs;
};

const dataOf = (outputs: readonly Output[], name: string): readonly (string | number)[] =>
  outputs.find((output) => output.name === name)?.data ?? [];

/** The columns as the inputs that they are, or as the one matrix that the model takes. */
const inputsOf = ({ columns }: Recorded, matrix?: string) => {
  const names = Object.keys(columns);
  const rows = (columns[names[0] as string] as unknown[]).length;
  if (matrix !== undefined) {
    const data = Array.from({ length: rows }, (_, row) =>
      names.map((name) => columns[name]?.[row]),
    );
    return [{ name: matrix, datatype: 'FP32', shape: [rows, names.length], data: data.flat() }];
  }
  return names.map((name) => ({
    name,
    datatype: typeof columns[name]?.[0] === 'string' ? 'BYTES' : 'FP32',
    shape: [rows, 1],
    data: columns[name],
  }));
};

const expectScores = (
  outputs: readonly Output[],
  { favorable, scores, predictions }: Recorded,
  classes: readonly (string | number)[],
): void => {
  const column = classes.indexOf(favorable);
  const found = dataOf(outputs, 'output_probability').filter((_, index) => index % 2 === column);
  expect(found).toHaveLength(scores.length);
  found.forEach((score, row) => expect(score).toBeCloseTo(scores[row] as number, 5));
  expect(dataOf(outputs, 'output_label')).toEqual(predictions);
};

describe('models with ZipMap', () => {
  it.each([
    ['zipmap-texts', 'float_input', 'BYTES', ['bad', 'good']],
    ['zipmap-integers', 'float_input', 'INT64', [0, 1]],
  ])('%s gives its scores as a tensor', async (name, matrix, labelType, classes) => {
    const running = await serve({ 'model.onnx': fixture(`${name}.onnx`) });
    const metadata = (await (await running.fetch('/v2/models/tiny')).json()) as {
      outputs: unknown;
    };
    expect(metadata.outputs).toEqual([
      { name: 'output_label', datatype: labelType, shape: [-1] },
      { name: 'output_probability', datatype: 'FP32', shape: [-1, 2] },
    ]);
    const rows = recorded(name);
    const outputs = await outputsOf(await running.infer({ inputs: inputsOf(rows, matrix) }));
    expect(outputs.map((output) => output.name)).toEqual(['output_label', 'output_probability']);
    expectScores(outputs, rows, classes);
  });

  it('give the one output that is asked for', async () => {
    const running = await serve({ 'model.onnx': fixture('zipmap-texts.onnx') });
    const inputs = inputsOf(recorded('zipmap-texts'), 'float_input');
    const asked = await running.infer({ inputs, outputs: [{ name: 'output_probability' }] });
    expect((await outputsOf(asked)).map(({ name }) => name)).toEqual(['output_probability']);
    // The tensor inside is the model's own affair.
    const { zipMaps } = await inspectOnnx(fixture('zipmap-texts.onnx'));
    const inside = await running.infer({ inputs, outputs: [{ name: zipMaps[0]?.scores }] });
    expect(inside.status).toBe(400);
  });

  it('are known by the digest of their own bytes', async () => {
    const running = await serve({ 'model.onnx': fixture('zipmap-texts.onnx') });
    const answer = await running.fetch('/v2/models/tiny');
    expect(await answer.json()).toMatchObject({
      parameters: { artifact_digest: (artifact as ArtifactOnDisk).digest },
    });
  });
});

describe('models of text', () => {
  // No language is installed under a name of which only we know.
  const anywhere = { LANG: 'C', LC_ALL: 'C', LOCPATH: '/nonexistent' };

  it.each(['text', 'mixed'])('%s is served on a machine without en_US.UTF-8', async (name) => {
    const running = await serve({ 'model.onnx': fixture(`${name}.onnx`) }, anywhere);
    const rows = recorded(name);
    const outputs = await outputsOf(await running.infer({ inputs: inputsOf(rows) }));
    expectScores(outputs, rows, ['no', 'yes']);
  });
});
