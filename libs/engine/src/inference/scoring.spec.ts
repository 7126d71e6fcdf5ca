import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { onnxType, type FixtureModel } from '@sluice/artifacts/testing';
import { classifier, echoModel, floatColumn } from '../fixtures/models.fixture.js';
import { policyWithModel, temporaryFolder } from '../fixtures/tables.fixture.js';
import { ModelTrials } from '../fixtures/trials.fixture.js';

const folder = temporaryFolder();
const trials = new ModelTrials(folder);
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

describe('a classifier', () => {
  const table = rows('outcome, risk', "'yes', 2", "'no', -2", "'no', 1", "'yes', 3");
  const expected = [cell(false, false, 1), cell(false, true, 1), cell(true, true, 2)];

  it.each([
    ['second', ['no', 'yes'], 1],
    ['first', ['yes', 'no'], -1],
  ])('is read right when the favorable class is its %s', async (_place, texts, slope) => {
    const model = classifier({
      classes: { texts },
      inputs: [floatColumn('risk')],
      coefficients: [slope],
      intercept: 0,
    });
    const result = await trials.profile({ table, model });
    expect(result.profile.overall.cells).toEqual(expected);
    expect(result.profile.overall.ranking?.version.auc).toBe(1);
    expect(result.inspection?.classLabels).toEqual(texts);
  });

  it('of integer classes matches a favorable number, whatever type the label has', async () => {
    const model = classifier({
      classes: { integers: [0, 1] },
      inputs: [floatColumn('risk')],
      coefficients: [1],
      intercept: 0,
    });
    for (const label of [
      "IF(outcome = 'yes', 1, 0)",
      "outcome = 'yes'",
      "IF(outcome = 'yes', '1', '0')",
    ]) {
      const result = await trials.profile({
        policy: policyWithModel({ protected: [], favorable: 1 }),
        table: `SELECT * REPLACE (${label} AS outcome) FROM (${table})`,
        model,
      });
      expect(result.profile.overall.cells).toEqual(expected);
    }
  });

  it('predicts what its label says, with a warning where that is not the more probable', async () => {
    const model: FixtureModel = {
      inputs: [floatColumn('risk'), { name: 'decision', type: onnxType.STRING, shape: [null, 1] }],
      outputs: [
        { name: 'label', type: onnxType.STRING, shape: [null, 1] },
        { name: 'score', shape: [null, 1] },
      ],
      nodes: [
        { operator: 'Identity', inputs: ['risk'], outputs: ['score'] },
        { operator: 'Identity', inputs: ['decision'], outputs: ['label'] },
      ],
    };
    const decided = rows(
      'outcome, risk, decision',
      "'yes', 0.6, 'no'",
      "'no', 0.4, 'no'",
      "'yes', 0.5, 'no'",
      "'yes', 0.1, 'yes'",
    );
    const result = await trials.profile({ table: decided, model });
    expect(result.profile.overall.cells).toEqual([
      cell(false, false, 1),
      cell(true, false, 2),
      cell(true, true, 1),
    ]);
    expect(result.warnings).toEqual([
      expect.stringMatching(/^model\.onnx: in 2 of 4 rows the predicted label/),
    ]);
  });
});

describe('version and champion', () => {
  it('are scored on the same rows, each from the columns it takes', async () => {
    // 9,000 rows: three batches, so that results which got mixed up would show.
    const table = `
      SELECT IF(i % 2 = 0, 'yes', 'no') AS outcome, i % 3 / 2 AS mine, i % 5 / 4 AS theirs
      FROM range(9000) t(i)`;
    const result = await trials.profile({
      table,
      model: echoModel('mine'),
      champion: echoModel('theirs'),
    });
    const expected = new Map<string, number>();
    for (let i = 0; i < 9000; i += 1) {
      const key = [i % 2 === 0, (i % 3) / 2 >= 0.5, (i % 5) / 4 >= 0.5].join();
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    const found = result.profile.overall.cells.map(
      (c) => [[c.label, c.prediction, c.champion].join(), c.count] as const,
    );
    expect(new Map(found)).toEqual(expected);
    expect(result.profile.overall.ranking?.champion?.auc).toBeCloseTo(0.5, 3);
    expect(result.profile.overall.ranking?.covariance?.positive).toBeCloseTo(0, 3);
  });

  it('are the same when they are the same', async () => {
    const table = rows('outcome, risk', "'yes', 0.9", "'no', 0.5", "'no', 0.1", "'yes', 0.4");
    const { profile: made } = await trials.profile({
      table,
      model: echoModel(),
      champion: echoModel(),
    });
    expect(made.overall.ranking?.champion).toEqual(made.overall.ranking?.version);
    expect(made.overall.ranking?.covariance).toEqual(made.overall.ranking?.version.variance);
    expect(made.overall.cells.every(({ prediction, champion }) => prediction === champion)).toBe(
      true,
    );
  });
});

it('external data beside the model is its own', async () => {
  const model: FixtureModel = {
    inputs: [floatColumn('risk')],
    outputs: [{ name: 'score', shape: [null, 1] }],
    initializers: [
      {
        name: 'half',
        dims: [1],
        external: [
          ['location', 'half.bin'],
          ['length', '4'],
        ],
      },
    ],
    nodes: [{ operator: 'Mul', inputs: ['risk', 'half'], outputs: ['score'] }],
  };
  writeFileSync(join(folder, 'half.bin'), Buffer.from(Float32Array.of(0.5).buffer));
  const table = rows('outcome, risk', "'yes', 1.5", "'no', 0.9");
  const result = await trials.profile({ table, model });
  expect(result.profile.overall.cells).toEqual([cell(false, false, 1), cell(true, true, 1)]);
  expect(readdirSync(folder)).toContain('half.bin');
});

it('inference leaves the event loop free', async () => {
  // One batch of products so large that they take most of the time: on this thread, in one piece.
  const size = 2048;
  const model: FixtureModel = {
    inputs: [floatColumn('risk')],
    outputs: [{ name: 'score', shape: [null, 1] }],
    initializers: [
      { name: 'row', dims: [1, size], floats: Array.from({ length: size }, () => 1 / size) },
      { name: 'ones', type: onnxType.INT64, dims: [2], integers: [size, size] },
      { name: 'last', type: onnxType.INT64, dims: [1], integers: [1] },
    ],
    nodes: [
      { operator: 'Expand', inputs: ['row', 'ones'], outputs: ['square'] },
      { operator: 'MatMul', inputs: ['risk', 'row'], outputs: ['wide'] },
      { operator: 'MatMul', inputs: ['wide', 'square'], outputs: ['product'] },
      {
        operator: 'ReduceSum',
        inputs: ['product', 'last'],
        outputs: ['score'],
      },
    ],
  };
  const table =
    "SELECT IF(i % 2 = 0, 'yes', 'no') AS outcome, i % 2 / 2 AS risk FROM range(4096) t(i)";
  let longest = 0;
  let last = performance.now();
  const started = last;
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const result = await trials.profile({ table, model });
  clearInterval(timer);
  expect(result.profile.rows).toBe(4096);
  expect(longest).toBeLessThan((performance.now() - started) / 2);
});
