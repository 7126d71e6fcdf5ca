import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decisionGraph, inspectOnnx, mixtureGraph, type GraphDecision } from '@sluice/artifacts';
import { buildOnnxModel, onnxType, type FixtureModel } from '@sluice/artifacts/testing';
import type { Policy } from '@sluice/contracts';
import { decide, type GroupRule } from '@sluice/evaluation';
import { classifier, echoModel, floatColumn } from '../fixtures/models.fixture.js';
import {
  policyWithModel,
  rejection,
  temporaryFolder,
  writeTable,
} from '../fixtures/tables.fixture.js';
import { profileDataset, type ScoredRows } from '../index.js';

/* Models with a decision by group behind them, in the real runtime, row by row against the rule itself. */
const folder = temporaryFolder();
let files = 0;
const fresh = (extension: string): string => join(folder, `${(files += 1)}.${extension}`);

const rules: GroupRule[] = [
  { group: ['red', '1'], cuts: [0.3], chances: [0, 1] },
  { group: ['red', '2'], cuts: [0.25, 0.6], chances: [0, 0.4, 1] },
  { group: ['blue', '1'], cuts: [], chances: [1] },
  { group: ['blue', '2'], cuts: [0.5, 0.7, 0.9], chances: [0.1, 0.2, 0.6, 0.95] },
];
const rows = 5000;
const table = (values: string, more = ''): string => `
  SELECT (range * 7919 % ${rows}) / ${rows} AS risk, (range * 104729 % ${rows}) / ${rows} AS uniform,
    CASE WHEN range % 2 = 0 THEN 'red' ELSE 'blue' END AS team, 1 + range // 2 % 2 AS grade,
    CASE WHEN range % 3 = 0 THEN ${values.split('|')[0]} ELSE ${values.split('|')[1]} END AS outcome ${more}
  FROM range(${rows})`;

const decision = (about: Partial<GraphDecision>): GraphDecision => ({
  columns: [
    { name: 'team', type: 'text' },
    { name: 'grade', type: 'integer' },
  ],
  groups: rules,
  of: 'score',
  randomized: true,
  unseen: 'refuse',
  scores: { name: 'score', column: null },
  label: null,
  values: { favorable: 'yes', other: 'no' },
  note: '{}',
  ...about,
});

const texts = classifier({
  classes: { texts: ['no', 'yes'] },
  inputs: [floatColumn('risk')],
  coefficients: [4],
  intercept: -2,
});
const integers = classifier({
  classes: { integers: [0, 1] },
  inputs: [floatColumn('risk')],
  coefficients: [4],
  intercept: -2,
});
const two = { name: 'probabilities', column: 1 };

/** A label of shape [n, 1], made in a branch that reads the classifier's own label from the graph around it. */
const branching: FixtureModel = {
  ...texts,
  outputs: [{ name: 'label', type: onnxType.STRING, shape: [null, 1] }, ...texts.outputs.slice(1)],
  initializers: [{ name: 'tall', type: onnxType.INT64, dims: [2], integers: [-1, 1] }],
  nodes: [
    ...texts.nodes.map((node) => ({
      ...node,
      outputs: node.outputs.map((name) => (name === 'label' ? 'inner' : name)),
    })),
    { operator: 'Size', inputs: ['inner'], outputs: ['count'] },
    {
      operator: 'Cast',
      inputs: ['count'],
      outputs: ['some'],
      attributes: { to: { integer: onnxType.BOOL } },
    },
    { operator: 'Reshape', inputs: ['inner', 'tall'], outputs: ['label'] },
    {
      operator: 'If',
      inputs: ['some'],
      outputs: ['copied'],
      attributes: {
        then_branch: {
          graph: {
            inputs: [],
            outputs: [{ name: 'then_label', type: onnxType.STRING, shape: [null, 1] }],
            nodes: [{ operator: 'Identity', inputs: ['label'], outputs: ['then_label'] }],
          },
        },
        else_branch: {
          graph: {
            inputs: [],
            outputs: [{ name: 'else_label', type: onnxType.STRING, shape: [null, 1] }],
            nodes: [{ operator: 'Identity', inputs: ['label'], outputs: ['else_label'] }],
          },
        },
      },
    },
  ],
};

const policyFor = (favorable: string | number): Policy =>
  policyWithModel({ favorable, protected: [{ name: 'team' }, { name: 'grade' }] });

/** Every row as the runtime decided it, with what the rule is given. */
const run = async (model: FixtureModel, about: GraphDecision, sql: string, policy: Policy) =>
  runBytes(await decisionGraph(buildOnnxModel(model), about, 'model.onnx'), sql, policy);

const runBytes = async (bytes: Uint8Array, sql: string, policy: Policy) => {
  const path = fresh('onnx');
  writeFileSync(path, bytes);
  const batches: ScoredRows[] = [];
  const { profile } = await profileDataset({
    policy,
    dataset: { path: await writeTable(fresh('parquet'), sql) },
    model: { path },
    onScored: (batch) => batches.push(batch),
  });
  return batches.flatMap(({ rows: count, score, prediction, groups }) =>
    Array.from({ length: count }, (_, row) => ({
      score: score?.[row] as number,
      prediction: prediction[row] === 1,
      group: groups.map(
        (codes, column) => profile.byColumn[column]?.groups[codes[row] as number]?.group,
      ),
    })),
  );
};

const ruleOf = (group: readonly (string | undefined)[]): GroupRule | undefined =>
  rules.find((rule) => rule.group.join() === group.join());
const uniformOf = (row: number): number => ((row * 104729) % rows) / rows;

describe.each([
  {
    name: 'a label of texts and two scores',
    model: texts,
    label: 'label',
    scores: two,
    values: ['yes', 'no'],
    favorable: 'yes',
  },
  {
    name: 'a label of integers',
    model: integers,
    label: 'label',
    scores: two,
    values: [1, 0],
    favorable: 1,
  },
  {
    name: 'a label of shape [n, 1] that a branch reads',
    model: branching,
    label: 'label',
    scores: two,
    values: ['yes', 'no'],
    favorable: 'yes',
  },
  {
    name: 'one score and no label',
    model: echoModel(),
    label: null,
    scores: { name: 'score', column: null },
    values: ['yes', 'no'],
    favorable: 'yes',
  },
  {
    name: 'one flat score and no label',
    model: echoModel('risk', [null]),
    label: null,
    scores: { name: 'score', column: null },
    values: [1, 0],
    favorable: 1,
  },
] as const)('a model with $name', ({ model, label, scores, values, favorable }) => {
  const about = decision({ label, scores, values: { favorable: values[0], other: values[1] } });
  const sql = table(
    values.map((value) => (typeof value === 'string' ? `'${value}'` : value)).join('|'),
  );
  const policy = policyFor(favorable);

  it('decides every row as the rule does, lots included', async () => {
    const found = await run(model, about, sql, policy);
    expect(found).toHaveLength(rows);
    const wrong = found.filter(
      ({ score, prediction, group }, row) =>
        prediction !== decide(ruleOf(group) as GroupRule, score, uniformOf(row)),
    );
    expect(wrong).toEqual([]);
    expect(new Set(found.map(({ prediction }) => prediction)).size).toBe(2);
  });

  it('gives up scores for the base rate of the group, by lot, and keeps all others to the bit', async () => {
    const groups = rules.slice(0, 3).map(({ group }, at) => ({
      group,
      chance: [0.25, 1, 0][at] as number,
      baseRate: [0.375, 0.75, 0.5][at] as number,
    }));
    const mixture = { ...about, groups, unseen: 'keep' } as const;
    const bytes = await mixtureGraph(buildOnnxModel(model), mixture, 'model.onnx');
    const found = await runBytes(bytes, sql, policy);
    const nobody = [{ group: ['green', '1'], cuts: [], chances: [1] }];
    const plain = await run(model, { ...about, groups: nobody, unseen: 'keep' }, sql, policy);
    found.forEach(({ score, prediction, group }, row) => {
      const own = groups.find((each) => each.group.join() === group.join());
      const gives = own !== undefined && uniformOf(row) < own.chance;
      const kept = { row, score: plain[row]?.score, prediction: plain[row]?.prediction };
      expect({ row, score, prediction }).toEqual(
        gives ? { row, score: own.baseRate, prediction: own.baseRate >= 0.5 } : kept,
      );
    });
    await expect(mixtureGraph(bytes, mixture, 'model.onnx')).rejects.toThrow('already');
  });

  it('decides by its own prediction where the rule says so, and keeps it for groups without a rule', async () => {
    const some = { ...about, groups: rules.slice(0, 3), of: 'prediction', unseen: 'keep' } as const;
    const found = await run(model, some, sql, policy);
    for (const [row, { score, prediction, group }] of found.entries()) {
      const before = score >= 0.5;
      const rule = ruleOf(group) as GroupRule;
      if (Math.abs(score - 0.5) < 1e-6) continue;
      const expected = rule === rules[3] ? before : decide(rule, Number(before), uniformOf(row));
      expect({ row, prediction }).toEqual({ row, prediction: expected });
    }
  });

  it('fails, rather than guess, on a group that it has no rule for', async () => {
    const error = await rejection(run(model, { ...about, groups: rules.slice(1) }, sql, policy));
    expect(error.code).toBe('invalid_artifact');
    expect(error.faults[0]?.message).toContain('the model failed on rows');
  });

  it('needs no lots for a rule without any', async () => {
    const plain = rules.map((rule) => ({ ...rule, chances: rule.chances.map(Math.round) }));
    const found = await run(
      model,
      { ...about, groups: plain, randomized: false },
      sql.replace('AS uniform', 'AS unused'),
      policy,
    );
    const wrong = found.filter(
      ({ score, prediction, group }) =>
        prediction !==
        decide(plain.find((rule) => rule.group.join() === group.join()) as GroupRule, score),
    );
    expect(wrong).toEqual([]);
  });
});

describe('decisionGraph', () => {
  const bytes = buildOnnxModel(texts);
  const about = decision({ label: 'label', scores: two });

  it('adds inputs, and leaves the outputs as they were', async () => {
    const { signature, classLabels, opsets } = await inspectOnnx(
      await decisionGraph(bytes, about, 'm.onnx'),
    );
    const before = await inspectOnnx(bytes);
    expect(signature.inputs).toEqual([
      ...before.signature.inputs,
      { name: 'team', datatype: 'BYTES', shape: [-1, 1] },
      { name: 'grade', datatype: 'INT64', shape: [-1, 1] },
      { name: 'uniform', datatype: 'FP64', shape: [-1, 1] },
    ]);
    expect(signature.outputs.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      before.signature.outputs,
    );
    expect({ classLabels, opsets }).toEqual({
      classLabels: before.classLabels,
      opsets: before.opsets,
    });
  });

  it('is the same, byte for byte, each time', async () => {
    expect(await decisionGraph(bytes, about, 'm.onnx')).toEqual(
      await decisionGraph(bytes, about, 'm.onnx'),
    );
  });

  it('refuses a model that decides by group already', async () => {
    const once = await decisionGraph(bytes, about, 'm.onnx');
    expect((await rejection(decisionGraph(once, about, 'm.onnx'))).message).toContain(
      'start from the model that it was made of',
    );
  });

  it('refuses weights in other files, an input named uniform, and a protected input of numbers that name no group', async () => {
    const external = buildOnnxModel({
      ...echoModel(),
      initializers: [{ name: 'w', dims: [1], external: [['location', 'w.bin']] }],
    });
    const simple = decision({ label: null });
    expect((await rejection(decisionGraph(external, simple, 'm.onnx'))).faults[0]?.hint).toContain(
      'save_as_external_data',
    );
    const uniform = buildOnnxModel(echoModel('uniform'));
    expect((await rejection(decisionGraph(uniform, simple, 'm.onnx'))).message).toContain(
      'an input uniform already',
    );
    const floats = decision({
      label: null,
      columns: [{ name: 'risk', type: 'text' }],
      groups: [{ group: ['1'], cuts: [], chances: [1] }],
    });
    expect(
      (await rejection(decisionGraph(buildOnnxModel(echoModel()), floats, 'm.onnx'))).message,
    ).toContain('FP32');
  });
});
