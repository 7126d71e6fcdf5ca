import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inspectOnnx } from '@sluice/artifacts';
import { parsePolicy, problemSchema } from '@sluice/contracts';
import { readColumns, writeTable } from '@sluice/engine';
import { isRandomized } from '@sluice/evaluation';
import type { MitigationResult } from '../mitigate/mitigation-result.js';
import { scoreTable } from '../mitigate/scored-table.js';
import { decisionsOf } from '../mitigate/write-decision.js';
import { sluice, type CliResult } from '../run-cli.fixture.js';
import { createTerminal } from '../terminal.js';

jest.setTimeout(120_000);
const example = fileURLToPath(new URL('../../../../examples/credit-risk', import.meta.url));
const accurate = ['--artifact', 'proposals/more-accurate.onnx'];

/** A repository of the tests' own, where they write each file under a name of its own. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-mitigate-spec-'));
  for (const path of ['sluice.yaml', 'model.onnx', 'data', 'proposals'])
    cpSync(join(example, path), join(folder, path), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mitigate = (...args: string[]): Promise<CliResult> =>
  sluice(['mitigate', ...args], { folder });
const result = async (...args: string[]): Promise<MitigationResult> => {
  const { code, out, err } = await mitigate(...args, '--json');
  expect({ code, err: err.replaceAll(/Written: .*\n/g, '') }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as MitigationResult;
};
const at = (name: string): string => join(folder, name);
const before = (found: MitigationResult, metric: string, by: string | null = null) =>
  found.measures.find(({ before: measure }) => measure.metric === metric && measure.by === by);

/** The rows that a model decides itself, and what the rule of the result decides about the same rows. */
const bothDecisions = async (
  model: string,
  base: string,
  found: MitigationResult,
  table: string,
) => {
  const parsed = parsePolicy(readFileSync(at('sluice.yaml'), 'utf8'));
  const listed = parsed.columns.protected.filter(({ name }) => !found.by.includes(name));
  const columns = {
    ...parsed.columns,
    protected: [...listed, ...found.by.map((name) => ({ name }))],
  };
  const silent = createTerminal({ write: () => true }, { write: () => true }, {});
  const context = {
    terminal: silent,
    environment: {},
    folder,
    signal: new AbortController().signal,
    exitCode: 0,
  };
  const about = { policy: { ...parsed, columns }, by: found.by, context, warn: false };
  const file = { path: at(table), name: table };
  const served = await scoreTable(file, { ...about, model: at(model) });
  const scored = await scoreTable(file, { ...about, model: at(base) });
  return {
    served: served.prediction,
    ruled: decisionsOf(found.rule as never, scored, 1),
    scored,
    served2: served,
  };
};

describe('sluice mitigate --method group-thresholds', () => {
  it('brings the more accurate model through the gate that refused it, judged by rows that the fit has not seen', async () => {
    const args = [
      '--method',
      'group-thresholds',
      '--by',
      'age_group',
      '--fit',
      'data/train.parquet',
    ];
    const found = await result(...accurate, ...args, '--output', 'thresholds.onnx');
    expect(before(found, 'demographic_parity_ratio', 'age_group')).toMatchObject({
      before: { value: expect.closeTo(0.59, 2), state: 'ok' },
      after: { value: expect.closeTo(0.845, 2), state: 'ok' },
    });
    const accuracy = before(found, 'accuracy');
    expect(accuracy?.before).toMatchObject({ value: 0.765, n: 400 });
    expect(accuracy?.after).toMatchObject({ value: 0.755, n: 400 });
    expect(accuracy?.after.interval?.method).toBe('wilson');
    const ranks = before(found, 'roc_auc');
    expect(ranks?.after.value).toBe(ranks?.before.value);
    expect(found.constraint?.fitted).toBeLessThanOrEqual(0.02);
    expect(found.notes[0]).toContain('rows the fit has not seen');

    const evaluated = [
      'evaluate',
      '--policy',
      'sluice.yaml',
      '--champion',
      'model.onnx',
      '--artifact',
    ];
    expect((await sluice([...evaluated, 'proposals/more-accurate.onnx'], { folder })).code).toBe(1);
    const gate = await sluice([...evaluated, 'thresholds.onnx', '--json'], { folder });
    expect(gate.code).toBe(0);
    // The figures are the gate's own.
    const verdict = JSON.parse(gate.out) as {
      measures: MitigationResult['measures'][0]['after'][];
    };
    for (const { after } of found.measures)
      expect(
        verdict.measures.find(
          ({ metric, of, by, group }) =>
            metric === after.metric && of === 'version' && by === after.by && group === null,
        ),
      ).toEqual(after);
  });

  it.each([
    ['one column', ['--by', 'sex'], []],
    ['intersections', ['--by', 'sex', '--by', 'age_group', '--tolerance', '0.2'], []],
    ['reject option', ['--by', 'age_group'], ['reject-option']],
  ])('writes a model that decides every row as the rule does: %s', async (name, by, [method]) => {
    const output = `${name.replace(' ', '-')}.onnx`;
    const args = ['--method', method ?? 'group-thresholds', ...by, '--fit', 'data/train.parquet'];
    const found = await result(...accurate, ...args, '--output', output);
    const { served, ruled, scored } = await bothDecisions(
      output,
      'proposals/more-accurate.onnx',
      found,
      'data/holdout.parquet',
    );
    expect(served).toHaveLength(400);
    expect(served).toEqual(ruled);
    expect(served).not.toEqual(scored.prediction);
  });

  it('draws lots from an input, so that a row with its number is decided the same way anywhere', async () => {
    const args = [
      '--method',
      'group-thresholds',
      '--randomized',
      '--constraint',
      'equalized_odds',
      '--by',
      'age_group',
      '--fit',
      'data/train.parquet',
    ];
    const found = await result(
      ...accurate,
      ...args,
      '--output',
      'lots.onnx',
      '--output-judge',
      'lots.parquet',
    );
    expect(isRandomized(found.rule as never)).toBe(true);
    expect(found.constraint?.fitted).toBeLessThan(1e-12);
    expect(found.notes.join(' ')).toContain('by lot');
    const { served, ruled } = await bothDecisions(
      'lots.onnx',
      'proposals/more-accurate.onnx',
      found,
      'lots.parquet',
    );
    expect(served).toEqual(ruled);
    const { signature } = await inspectOnnx(at('lots.onnx'));
    expect(signature.inputs.map(({ name }) => name).slice(-2)).toEqual(['age_group', 'uniform']);
  });

  it('splits the evaluation data when there is nothing else, and says so', async () => {
    const args = ['--method', 'group-thresholds', '--by', 'age_group', '--seed', '3'];
    const found = await result(...args);
    expect(found.notes[0]).toMatch(
      /^Fitted to 200 of the 400 rows of data\/holdout\.parquet .* seed 3/,
    );
    expect(before(found, 'accuracy')?.before.n).toBe(200);
    expect(found.outputs).toEqual([]);
    expect((await result(...args)).measures).toEqual(found.measures);
  });
});

describe('sluice mitigate --method equalized-odds', () => {
  it('equalizes the rates of a fit by lot over predictions', async () => {
    const args = ['--method', 'equalized-odds', '--by', 'age_group', '--fit', 'data/train.parquet'];
    const found = await result(
      ...accurate,
      ...args,
      '--output',
      'odds.onnx',
      '--output-judge',
      'odds.parquet',
    );
    expect(found.rule?.of).toBe('prediction');
    expect(found.constraint?.fitted).toBeLessThan(1e-12);
    const { served, ruled } = await bothDecisions(
      'odds.onnx',
      'proposals/more-accurate.onnx',
      found,
      'odds.parquet',
    );
    expect(served).toEqual(ruled);
  });

  it('works without a model, on predictions in the data, and writes a table', async () => {
    const rows = await readColumns(
      { path: at('data/train.parquet'), name: 'train' },
      { texts: ['credit', 'age_group'] },
    );
    const guess = rows.texts
      .get('credit')
      ?.map((label, row) => (row % 4 === 0 ? 'good' : label)) as string[];
    await writeTable({
      source: { path: at('data/train.parquet') },
      columns: [{ name: 'guess', values: guess }],
      output: at('guessed.csv'),
    });
    const policy = readFileSync(at('sluice.yaml'), 'utf8')
      .replace('artifact: model.onnx\n', '')
      .replace('data/holdout.parquet', 'guessed.csv')
      .replace('  protected:', '  prediction: guess\n  protected:')
      .replaceAll(/ {2}- \{ metric: roc_auc.*\n/g, '');
    writeFileSync(at('predictions.yaml'), policy);
    const args = [
      'predictions.yaml',
      '--method',
      'equalized-odds',
      '--by',
      'age_group',
      '--output',
      'decided.csv',
    ];
    const found = await result(...args);
    expect(found.outputs).toEqual([at('decided.csv')]);
    const decided = await readColumns(
      { path: at('decided.csv'), name: 'decided' },
      { texts: ['guess', 'mitigated_prediction'] },
    );
    expect(decided.rows).toBe(300);
    expect(new Set(decided.texts.get('mitigated_prediction'))).toEqual(new Set(['good', 'bad']));
    const scores = await mitigate(
      'predictions.yaml',
      '--method',
      'group-thresholds',
      '--by',
      'age_group',
    );
    expect(scores).toMatchObject({
      code: 2,
      err: expect.stringContaining('equalized-odds works with those'),
    });
  });
});

describe('sluice mitigate on training data', () => {
  const fit = ['--fit', 'data/train.parquet'];

  it('writes a column of weights under which groups have the same base rate', async () => {
    const args = ['--method', 'reweighing', '--by', 'age_group', '--by', 'sex', ...fit];
    const found = await result(...args, '--output', 'weighed.parquet');
    expect(found.weights).toHaveLength(4);
    const table = await readColumns(
      { path: at('weighed.parquet'), name: 'weighed' },
      { texts: ['age_group', 'sex', 'credit'], numbers: ['weight'] },
    );
    const sums = new Map<string, { good: number; all: number }>();
    for (let row = 0; row < table.rows; row += 1) {
      const group = `${table.texts.get('age_group')?.[row]} ${table.texts.get('sex')?.[row]}`;
      const sum = sums.get(group) ?? { good: 0, all: 0 };
      const weight = table.numbers.get('weight')?.[row] as number;
      sums.set(group, {
        good: sum.good + (table.texts.get('credit')?.[row] === 'good' ? weight : 0),
        all: sum.all + weight,
      });
    }
    expect(table.rows).toBe(600);
    for (const { good, all } of sums.values()) expect(good / all).toBeCloseTo(0.7, 9);
  });

  it.each([
    ['disparate-impact-remover', 'distance'],
    ['correlation-remover', 'correlation'],
  ])('changes features by %s, and judges the model on rows changed alike', async (method, word) => {
    const features = ['--feature', 'credit_amount', '--feature', 'duration_months'];
    const args = ['--method', method, '--by', 'age_group', ...fit, ...features];
    const written = ['--output', `${method}.parquet`, '--output-judge', `${method}-judge.parquet`];
    const found = await result(...args, ...written);
    expect(found.data.map(({ name }) => name)).toEqual([
      expect.stringContaining(word),
      expect.stringContaining(word),
    ]);
    expect(before(found, 'accuracy')?.after.n).toBe(400);
    const read = (path: string) =>
      readColumns(
        { path: at(path), name: path },
        { texts: ['credit'], numbers: ['credit_amount', 'age'] },
      );
    const [original, changed] = [await read('data/train.parquet'), await read(`${method}.parquet`)];
    expect(changed.numbers.get('age')).toEqual(original.numbers.get('age'));
    expect(changed.numbers.get('credit_amount')).not.toEqual(original.numbers.get('credit_amount'));
    // On the rows of the fit the features say no more of the group.
    const again = await result(
      '--method',
      method,
      '--by',
      'age_group',
      '--fit',
      `${method}.parquet`,
      '--judge',
      'data/holdout.parquet',
      ...features,
      '--output',
      `${method}-twice.parquet`,
    );
    expect(again.method).toBe(method);
    const twice = await read(`${method}-twice.parquet`);
    if (method === 'correlation-remover')
      twice.numbers
        .get('credit_amount')
        ?.forEach((value, row) =>
          expect(value).toBeCloseTo(changed.numbers.get('credit_amount')?.[row] as number, 6),
        );
    const same = await result(...args, '--level', '0', '--output', `${method}-same.parquet`);
    expect((await read(`${method}-same.parquet`)).numbers).toEqual(original.numbers);
    for (const { before: was, after } of same.measures) expect(after).toEqual(was);
  });
});

describe('sluice mitigate refuses', () => {
  it.each([
    ['a method that there is none of', ['--method', 'magic'], 'Allowed choices'],
    ['several columns without --by', ['--method', 'group-thresholds'], 'name one with --by'],
    ['training data that is not given', ['--method', 'reweighing', '--by', 'sex'], '--fit'],
    [
      'to judge by the rows of the fit',
      ['--method', 'group-thresholds', '--by', 'sex', '--fit', 'data/holdout.parquet'],
      'cannot be both fitted to and judged by',
    ],
    [
      'to write over a file, before it starts',
      ['--method', 'group-thresholds', '--by', 'sex', '--output', 'model.onnx'],
      'nothing is written over',
    ],
    [
      'a table as the name of a model',
      ['--method', 'group-thresholds', '--by', 'sex', '--output', 'new.csv'],
      'a model (.onnx)',
    ],
    [
      'a column that is not there',
      ['--method', 'group-thresholds', '--by', 'age_grup'],
      'Did you mean "age_group"?',
    ],
    [
      'one cost without the other',
      ['--method', 'group-thresholds', '--by', 'sex', '--false-positive-cost', '2'],
      '--false-negative-cost',
    ],
    [
      'a level beyond 1',
      ['--method', 'correlation-remover', '--by', 'sex', '--level', '2'],
      'from 0 to 1',
    ],
    [
      'features that are no numbers',
      [
        '--method',
        'correlation-remover',
        '--by',
        'sex',
        '--fit',
        'data/train.parquet',
        '--feature',
        'purpose',
      ],
      'is no number',
    ],
  ])('%s', async (_, args, expected) => {
    const { code, err } = await mitigate(...args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(expected) });
    expect(existsSync(at('new.csv'))).toBe(false);
  });

  it('a policy that weighs rows, since fits count them', async () => {
    const policy = readFileSync(at('sluice.yaml'), 'utf8').replace(
      '  protected:',
      '  weight: dependents\n  protected:',
    );
    writeFileSync(at('weighed.yaml'), policy);
    const { code, err } = await mitigate(
      'weighed.yaml',
      '--method',
      'group-thresholds',
      '--by',
      'sex',
    );
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('columns.weight') });
  });

  it("a model whose scores are ZipMap's dictionaries, which would not be served", async () => {
    const models = fileURLToPath(new URL('../../../../test/fixtures/models', import.meta.url));
    cpSync(join(models, 'zipmap-texts.onnx'), at('zipmap.onnx'));
    const { columns, label } = JSON.parse(
      readFileSync(join(models, 'zipmap-texts.json'), 'utf8'),
    ) as { columns: Record<string, number[]>; label: string[] };
    const rows = label.map((outcome, row) =>
      JSON.stringify({
        outcome,
        team: row % 3 === 0 ? 'a' : 'b',
        ...Object.fromEntries(Object.entries(columns).map(([name, all]) => [name, all[row]])),
      }),
    );
    writeFileSync(at('zipmap.jsonl'), Array(9).fill(rows).flat().join('\n'));
    writeFileSync(
      at('zipmap.yaml'),
      `version: 1
model: zipmap
task: binary-classification
artifact: zipmap.onnx
data: { evaluation: zipmap.jsonl }
columns: { label: outcome, favorable: good, features: [x0, x1, x2], protected: [{ name: team }] }
checks: [{ metric: accuracy, at_least: 0.5 }]
`,
    );
    const args = ['--method', 'group-thresholds', '--by', 'team', '--output', 'decided.onnx'];
    const { code, err } = await mitigate('zipmap.yaml', ...args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("'zipmap': False") });
    expect(existsSync(at('decided.onnx'))).toBe(false);
  });

  it('with a problem document when a script asks', async () => {
    const { code, out } = await mitigate('--method', 'reweighing', '--by', 'sex', '--json');
    expect(code).toBe(2);
    expect(problemSchema.parse(JSON.parse(out)).code).toBe('invalid_request');
  });

  it('groups in the judged rows that the fit has not seen, unless they keep what the model says', async () => {
    const sexes = await readColumns(
      { path: at('data/train.parquet'), name: 't' },
      { texts: ['purpose'] },
    );
    const keep = Uint8Array.from(sexes.texts.get('purpose') as string[], (purpose) =>
      Number(
        purpose !== 'education' &&
          ['radio_tv', 'new_car', 'used_car', 'furniture_equipment', 'education'].includes(purpose),
      ),
    );
    expect(keep.some((one) => one === 1)).toBe(true);
    await writeTable({
      source: { path: at('data/train.parquet') },
      columns: [],
      keep,
      output: at('some.parquet'),
    });
    const args = [
      ...accurate,
      '--method',
      'group-thresholds',
      '--by',
      'purpose',
      '--fit',
      'some.parquet',
      '--tolerance',
      '0.1',
    ];
    const refused = await mitigate(...args);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('education') });
    const found = await result(...args, '--unseen', 'keep', '--output', 'keeps.onnx');
    const { served, ruled } = await bothDecisions(
      'keeps.onnx',
      'proposals/more-accurate.onnx',
      found,
      'data/holdout.parquet',
    );
    expect(served).toEqual(ruled);
  });
});
