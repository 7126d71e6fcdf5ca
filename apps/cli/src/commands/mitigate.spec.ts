import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inspectOnnx } from '@sluice/artifacts';
import { problemSchema, type SluiceError } from '@sluice/contracts';
import { readColumns, writeTable } from '@sluice/engine';
import { isRandomized } from '@sluice/evaluation';
import { MitigationRepository } from '../mitigate/mitigation-repository.fixture.js';
import type { MitigationResult } from '../mitigate/mitigation-result.js';
import { mixedRows } from '../mitigate/write-decisions.js';
import { sluice, type CliResult } from '../run-cli.fixture.js';

jest.setTimeout(120_000);
const accurate = ['--artifact', 'proposals/more-accurate.onnx'];

const repository = new MitigationRepository();
const { folder, at, table, result, scoresOf, bothDecisions } = repository;
beforeAll(() => repository.addScoredTables());
afterAll(() => repository.remove());

const mitigate = (...args: string[]): Promise<CliResult> =>
  sluice(['mitigate', ...args], { folder });
const before = (found: MitigationResult, metric: string, by: string | null = null) =>
  found.measures.find(({ before: measure }) => measure.metric === metric && measure.by === by);

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
    const { served, ruled } = await bothDecisions('thresholds.onnx', found, 'data/holdout.parquet');
    expect(served).toEqual(ruled);
  });

  it('writes a model that decides every row as the rule does, by intersections', async () => {
    const by = ['--by', 'sex', '--by', 'age_group', '--tolerance', '0.2'];
    const args = ['--method', 'group-thresholds', ...by, '--fit', 'data/train.parquet'];
    const found = await result(...accurate, ...args, '--output', 'intersections.onnx');
    const decisions = await bothDecisions('intersections.onnx', found, 'data/holdout.parquet');
    expect(decisions.served).toHaveLength(400);
    expect(decisions.served).toEqual(decisions.ruled);
    expect(decisions.served).not.toEqual(decisions.scored.prediction);
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
    const { served, ruled } = await bothDecisions('lots.onnx', found, 'lots.parquet');
    expect(served).toEqual(ruled);
    const { signature } = await inspectOnnx(at('lots.onnx'));
    expect(signature.inputs.map(({ name }) => name).slice(-2)).toEqual(['age_group', 'uniform']);
  });

  it('splits the evaluation data when there is nothing else, and says so and how far it is', async () => {
    const args = ['--method', 'group-thresholds', '--by', 'age_group', '--seed', '3'];
    const found = await result(...args);
    expect(found.notes[0]).toMatch(
      /^Fitted to 200 of the 400 rows of data\/holdout\.parquet .* seed 3/,
    );
    expect(before(found, 'accuracy')?.before.n).toBe(200);
    expect(found.outputs).toEqual([]);
    // In the thread, as everywhere but in these tests.
    const told = await sluice(['mitigate', ...args, '--json'], { folder, isTTY: true });
    expect(JSON.parse(told.out)).toEqual(found);
    expect(told.err).toContain('drawing one half');
    expect(told.err).toContain('(judged half): scoring rows … 100 %');
    expect(told.err).toContain('fitting the rule …');
  });

  it('ends when it is interrupted, and leaves nothing behind', async () => {
    const drafts = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`sluice-mitigate-${process.pid}-`));
    const stop = new AbortController();
    const args = ['--method', 'group-thresholds', '--by', 'age_group', '--output', 'never.onnx'];
    setTimeout(() => stop.abort(), 200);
    const { code } = await sluice(['mitigate', ...args], { folder, signal: stop.signal });
    expect(code).toBe(130);
    expect(drafts()).toEqual([]);
    expect(existsSync(at('never.onnx'))).toBe(false);
  });
});

describe('sluice mitigate --method equalized-odds', () => {
  it('works without a model, on predictions in the data, and writes a table', async () => {
    const rows = await readColumns(table('data/train.parquet'), { texts: ['credit', 'age_group'] });
    const guess = rows.texts
      .get('credit')
      ?.map((label, row) => (row % 4 === 0 ? 'good' : label)) as string[];
    await writeTable({
      source: table('data/train.parquet'),
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
    expect(found.rule?.of).toBe('prediction');
    expect(found.constraint?.fitted).toBeLessThan(1e-12);
    const decided = await readColumns(table('decided.csv'), {
      texts: ['guess', 'mitigated_prediction'],
    });
    expect(decided.rows).toBe(300);
    expect(new Set(decided.texts.get('mitigated_prediction'))).toEqual(new Set(['good', 'bad']));
    await expect(
      result('predictions.yaml', '--method', 'group-thresholds', '--by', 'age_group'),
    ).rejects.toThrow('equalized-odds works with those');
  });
});

it('sluice mitigate --method reject-option favours all but the privileged group', async () => {
  const args = ['--method', 'reject-option', '--by', 'age_group', '--fit', 'scored-train.parquet'];
  const found = await result('scored.yaml', ...args);
  const [old, young] = found.rule?.groups ?? [];
  expect([old?.group, young?.group]).toEqual([['over_25'], ['25_or_under']]);
  expect(young?.cuts[0]).toBeLessThan(old?.cuts[0] as number);
  expect(found.constraint?.fitted).toBeLessThanOrEqual(0.05);
});

describe('sluice mitigate --method reranking', () => {
  const args = ['scored.yaml', '--method', 'reranking', '--by', 'age_group', '--size', '40'];

  it('lists the best rows with the shares that groups are to have', async () => {
    const shares = ['--share', '25_or_under=0.25', '--share', 'over_25=0.75'];
    const found = await result(...args, ...shares, '--output', 'list.csv');
    const [young, , lacking, score] = found.data;
    expect(young).toMatchObject({ name: 'share of 25_or_under, to be 0.250', after: 0.25 });
    expect(young?.before).toBeLessThan(0.25);
    expect(lacking?.before).toBeGreaterThan(0);
    expect(lacking?.after).toBe(0);
    expect(score?.after).toBeLessThanOrEqual(score?.before as number);
    const listed = await readColumns(table('list.csv'), {
      texts: ['age_group'],
      numbers: ['rank', 'score'],
    });
    const [ranks, scores] = ['rank', 'score'].map((name) => [...(listed.numbers.get(name) ?? [])]);
    expect(ranks?.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
    const own = [...Array(40).keys()]
      .filter((row) => listed.texts.get('age_group')?.[row] === '25_or_under')
      .toSorted((a, b) => (ranks?.[a] as number) - (ranks?.[b] as number))
      .map((row) => scores?.[row] as number);
    expect(own).toHaveLength(10);
    expect(own).toEqual(own.toSorted((a, b) => b - a));
  });

  it.each([
    ['shares of no group', ['--share', 'young=1'], 'There is no group "young"'],
    ['shares that leave places', ['--share', 'over_25=0.75'], 'sum to 0.75, not to 1'],
  ])('refuses %s', async (_, more, expected) => {
    await expect(result(...args, ...more)).rejects.toThrow(expected);
  });

  it.each([
    ['what is no share', [...args, '--share', 'over_25'], 'such as female=0.5'],
    ['a list without end', args.slice(0, -2), 'how long with --size'],
    ['rows to fit to', [...args, '--fit', 'data/train.parquet'], 'fits nothing'],
  ])('refuses %s, before it starts', async (_, given, expected) => {
    const { code, err } = await mitigate(...given);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(expected) });
  });
});

describe('sluice mitigate --method calibrated-odds', () => {
  const args = ['--method', 'calibrated-odds', '--by', 'age_group', '--cost', 'fpr'];

  it('gives up scores by lot, in the model as in the rule, so that generalized rates are alike', async () => {
    const written = ['--output', 'calibrated.onnx', '--output-judge', 'calibrated.parquet'];
    const fit = ['--fit', 'data/train.parquet'];
    const found = await result(...accurate, ...args, ...fit, ...written);
    expect(found.constraint).toMatchObject({ name: 'generalized FPR' });
    expect(found.constraint?.fitted).toBeLessThan(1e-12);
    expect(found.mixture?.groups.filter(({ chance }) => chance > 0)).toHaveLength(1);
    expect(before(found, 'expected_calibration_error')?.after.value).not.toBeNull();
    expect(found.notes.join(' ')).toContain('by lot');
    const served = await scoresOf('calibrated.onnx', found.by, 'calibrated.parquet');
    const base = await scoresOf('proposals/more-accurate.onnx', found.by, 'calibrated.parquet');
    const mixed = mixedRows(found.mixture as never, base, 1);
    expect(served.prediction).toEqual(mixed.prediction);
    // The model's scores are of 32 bits.
    expect(served.score).toEqual(
      mixed.score.map((score, row) => (score === base.score?.[row] ? score : Math.fround(score))),
    );
    const given = served.score?.filter((score, row) => score !== base.score?.[row]);
    expect(given?.length).toBeGreaterThan(0);
    expect(new Set(given).size).toBe(1);
  });

  it('writes scores where there is no model', async () => {
    const fit = ['--fit', 'scored-train.parquet', '--output', 'mixed.jsonl'];
    const found = await result('scored.yaml', ...args, ...fit);
    const { numbers } = await readColumns(table('mixed.jsonl'), {
      numbers: ['score', 'mitigated_score'],
    });
    const [score, mixed] = ['score', 'mitigated_score'].map((name) => numbers.get(name));
    const rate = found.mixture?.groups.find(({ chance }) => chance > 0)?.baseRate;
    const changed = mixed?.filter((value, row) => value !== score?.[row]);
    expect(new Set(changed)).toEqual(new Set([rate]));
    expect(found.constraint?.judged.after).not.toBe(found.constraint?.judged.before);
  });
});

describe('sluice mitigate on training data', () => {
  const fit = ['--fit', 'data/train.parquet'];

  it('writes a column of weights under which groups have the same base rate', async () => {
    const args = ['--method', 'reweighing', '--by', 'age_group', '--by', 'sex', ...fit];
    const found = await result(...args, '--output', 'with-weights.parquet');
    expect(found.weights).toHaveLength(4);
    const written = await readColumns(table('with-weights.parquet'), {
      texts: ['age_group', 'sex', 'credit'],
      numbers: ['weight'],
    });
    const sums = new Map<string, { good: number; all: number }>();
    for (let row = 0; row < written.rows; row += 1) {
      const group = `${written.texts.get('age_group')?.[row]} ${written.texts.get('sex')?.[row]}`;
      const sum = sums.get(group) ?? { good: 0, all: 0 };
      const weight = written.numbers.get('weight')?.[row] as number;
      sums.set(group, {
        good: sum.good + (written.texts.get('credit')?.[row] === 'good' ? weight : 0),
        all: sum.all + weight,
      });
    }
    expect(written.rows).toBe(600);
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
      readColumns(table(path), { texts: ['credit'], numbers: ['credit_amount', 'age'] });
    const [original, changed] = [await read('data/train.parquet'), await read(`${method}.parquet`)];
    expect(changed.numbers.get('age')).toEqual(original.numbers.get('age'));
    expect(changed.numbers.get('credit_amount')).not.toEqual(original.numbers.get('credit_amount'));
    // Without a model to judge, which has been judged by now. On the rows of the fit the features say no more of the group.
    const alone = ['scored.yaml', '--method', method, '--by', 'age_group', ...features];
    const judge = ['--judge', 'data/holdout.parquet'];
    const again = [...judge, '--fit', `${method}.parquet`, '--output', `${method}-twice.parquet`];
    expect((await result(...alone, ...again)).measures).toEqual([]);
    const twice = await read(`${method}-twice.parquet`);
    if (method === 'correlation-remover')
      twice.numbers
        .get('credit_amount')
        ?.forEach((value, row) =>
          expect(value).toBeCloseTo(changed.numbers.get('credit_amount')?.[row] as number, 6),
        );
    const same = [...judge, ...fit, '--level', '0', '--output', `${method}-same.parquet`];
    const unchanged = await result(...alone, ...same);
    expect((await read(`${method}-same.parquet`)).numbers).toEqual(original.numbers);
    for (const { before: was, after } of unchanged.data) expect(after).toBe(was);
  });
});

describe('rows with weights', () => {
  const features = ['--feature', 'credit_amount', '--feature', 'duration_months'];

  it.each([
    ['reweighing', []],
    ['group-thresholds', []],
    ['equalized-odds', []],
    ['disparate-impact-remover', features],
    ['correlation-remover', features],
  ])('count as often as they weigh, by %s %j', async (method, more) => {
    const args = ['--method', method, '--by', 'age_group', ...more];
    const weighed = await result('weighed.yaml', ...args, '--fit', 'weighed.parquet');
    const repeated = await result('scored.yaml', ...args, '--fit', 'repeated');
    const about = ({ rule, mixture, weights, constraint, measures, data }: MitigationResult) => ({
      rule,
      mixture,
      weights,
      // The names of the tables that were fitted to differ.
      data: data.map(({ before: was, after }) => [was, after]),
      constraint,
      measures: measures.map(({ before: was, after }) => [was.value, after.value]),
    });
    const digits = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (_, each: unknown) =>
          typeof each === 'number' ? Number(each.toFixed(9)) : each,
        ),
      );
    expect(digits(about(weighed))).toEqual(digits(about(repeated)));
  });

  it('keep their weights in those of reweighing', async () => {
    const args = ['--method', 'reweighing', '--by', 'sex', '--fit', 'weighed.parquet'];
    const found = await result('weighed.yaml', ...args, '--output', 'reweighed.csv');
    expect(found.notes.join(' ')).toContain('Rows count by "times"');
    const { numbers } = await readColumns(table('reweighed.csv'), { numbers: ['times', 'weight'] });
    const [times, weight] = ['times', 'weight'].map((name) => numbers.get(name) as Float64Array);
    const sum = (values: Float64Array | undefined) => values?.reduce((all, one) => all + one, 0);
    expect(sum(weight)).toBeCloseTo(sum(times) as number, 9);
    times?.forEach((value, row) => expect((weight?.[row] as number) > 0).toBe(value > 0));
  });

  it('need a weight each', async () => {
    const policy = readFileSync(at('weighed.yaml'), 'utf8');
    writeFileSync(at('unfit.yaml'), policy.replace('weight: times', 'weight: minus'));
    const args = ['--method', 'reweighing', '--by', 'sex', '--fit', 'weighed.parquet'];
    await expect(result('unfit.yaml', ...args)).rejects.toMatchObject({
      code: 'invalid_data',
      faults: [expect.objectContaining({ path: 'columns.weight', found: '-1' })],
    });
  });
});

describe('data of sluice mitigate', () => {
  const method = ['--method', 'group-thresholds', '--by', 'age_group'];
  const about = ({ rule, constraint, measures }: MitigationResult) => ({
    rule,
    constraint,
    measures,
  });

  let whole: MitigationResult;
  beforeAll(async () => {
    whole = await result('scored.yaml', ...method, '--fit', 'scored-train.parquet');
  });

  it('is what a pattern names, in the order of names', async () => {
    const parts = await result('scored.yaml', ...method, '--fit', 'parts/part-*.jsonl');
    expect(about(parts)).toEqual(about(whole));
    expect(parts.notes[0]).toContain('Fitted to parts/part-*.jsonl');
  });

  it('is joined with predictions in a table of their own', async () => {
    const policy = readFileSync(at('scored.yaml'), 'utf8');
    writeFileSync(
      at('joined.yaml'),
      policy
        .replace('scored-holdout.parquet', 'plain-holdout.parquet\n  predictions: scores.csv')
        .replace('score: score', 'score: score\n  key: id'),
    );
    const split = await result('joined.yaml', ...method, '--seed', '5');
    expect(split.notes[0]).toContain('Fitted to 200 of the 400 rows of plain-holdout.parquet');
    const fit = ['--fit', 'plain-train.parquet', '--fit-predictions', 'scores-train.csv'];
    const given = await result('joined.yaml', ...method, ...fit, '--output', 'with-lots.parquet');
    expect(about(given)).toEqual(about(whole));
    const { kinds } = await readColumns(table('with-lots.parquet'), {});
    expect([...kinds.keys()].slice(-2)).toEqual(['score', 'mitigated_prediction']);
  });

  it.each([
    [
      'files that are fitted to among those judged by',
      ['--fit', 'parts/part-0.jsonl', '--judge', 'parts'],
      'parts/part-0.jsonl cannot be both fitted to and judged by',
    ],
    ['predictions of nothing', ['--judge-predictions', 'scores.csv'], 'needs --judge'],
    [
      'predictions without a key',
      ['--fit', 'plain-train.parquet', '--fit-predictions', 'scores-train.csv'],
      'columns.key',
    ],
    [
      'S3 unless it is allowed',
      ['--fit', 's3://risk/train'],
      'To have it read, add --allow-s3 s3://risk/',
    ],
  ])('is refused: %s', async (_, args, expected) => {
    const { code, err } = await mitigate('scored.yaml', ...method, ...args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(expected) });
  });

  it('is called as it was given when it is not there', async () => {
    const { err } = await mitigate('scored.yaml', ...method, '--fit', 'parts/*.csv');
    expect(err).toContain('parts/*.csv: no file matches the pattern');
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
      'one cost without the other',
      ['--method', 'group-thresholds', '--by', 'sex', '--false-positive-cost', '2'],
      '--false-negative-cost',
    ],
    [
      'a level beyond 1',
      ['--method', 'correlation-remover', '--by', 'sex', '--level', '2'],
      'from 0 to 1',
    ],
  ])('%s', async (_, args, expected) => {
    const { code, err } = await mitigate(...args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(expected) });
    expect(existsSync(at('new.csv'))).toBe(false);
  });

  it.each([
    [
      'a column that is not there',
      ['--method', 'group-thresholds', '--by', 'age_grup'],
      'Did you mean "age_group"?',
    ],
    [
      'features that are no numbers',
      [
        ...['--method', 'correlation-remover', '--by', 'sex', '--fit', 'data/train.parquet'],
        ...['--feature', 'purpose'],
      ],
      'is no number',
    ],
  ])('%s', async (_, args, expected) => {
    const error = await result('scored.yaml', ...args).catch((failure: unknown) => failure);
    expect(JSON.stringify((error as SluiceError).faults)).toContain(
      JSON.stringify(expected).slice(1, -1),
    );
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
    await expect(result('zipmap.yaml', ...args)).rejects.toThrow("'zipmap': False");
    expect(existsSync(at('decided.onnx'))).toBe(false);
  });

  it('with a problem document when a script asks', async () => {
    const { code, out } = await mitigate('--method', 'reweighing', '--by', 'sex', '--json');
    expect(code).toBe(2);
    expect(problemSchema.parse(JSON.parse(out)).code).toBe('invalid_request');
  });

  it('groups in the judged rows that the fit has not seen, unless they keep what the model says', async () => {
    const sexes = await readColumns(table('data/train.parquet'), { texts: ['purpose'] });
    const keep = Uint8Array.from(sexes.texts.get('purpose') as string[], (purpose) =>
      Number(
        purpose !== 'education' &&
          ['radio_tv', 'new_car', 'used_car', 'furniture_equipment', 'education'].includes(purpose),
      ),
    );
    expect(keep.some((one) => one === 1)).toBe(true);
    await writeTable({
      source: table('data/train.parquet'),
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
    await expect(result(...args)).rejects.toMatchObject({
      faults: expect.arrayContaining([
        expect.objectContaining({ message: 'no row of the fit has purpose = education' }),
      ]),
    });
    const found = await result(...args, '--unseen', 'keep', '--output', 'keeps.onnx');
    const { served, ruled } = await bothDecisions('keeps.onnx', found, 'data/holdout.parquet');
    expect(served).toEqual(ruled);
  });
});
