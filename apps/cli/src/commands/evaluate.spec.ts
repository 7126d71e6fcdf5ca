import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { manifestOf } from '@sluice/artifacts';
import {
  digestOfBytes,
  manifestDigest,
  parsePolicy,
  policyDigest,
  problemSchema,
  verdictSchema,
} from '@sluice/contracts';
import { sluice, type CliResult } from '../run-cli.fixture.js';

const example = fileURLToPath(new URL('../../../../examples/credit-risk', import.meta.url));
const policyText = readFileSync(join(example, 'sluice.yaml'), 'utf8');

/** A repository of the test's own, which it may break. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-evaluate-'));
  for (const path of ['sluice.yaml', 'model.onnx', 'data', 'proposals'])
    cpSync(join(example, path), join(folder, path), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const evaluate = (...args: string[]): Promise<CliResult> =>
  sluice(['evaluate', '--policy', 'sluice.yaml', ...args], { folder });
const against = ['--champion', 'model.onnx'];

describe('sluice evaluate on the example', () => {
  it('passes the first model, which has no champion yet', async () => {
    const { code, out, err } = await evaluate();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('credit-risk passes');
  });

  it('fails the more accurate model and says why', async () => {
    const { code, out } = await evaluate('--artifact', 'proposals/more-accurate.onnx', ...against);
    expect(code).toBe(1);
    expect(out).toMatch(/FAIL +demographic_parity_ratio by age_group: 0\.590/);
    expect(out).toContain('25_or_under');
  });

  it('passes the fair model, and prints the verdict as one document with --json', async () => {
    const args = ['--artifact', 'proposals/fair.onnx', ...against, '--json'];
    const { code, out } = await evaluate(...args);
    expect(code).toBe(0);
    const verdict = verdictSchema.parse(JSON.parse(out));
    expect(verdict.outcome).toBe('pass');
    expect(verdict.subject).toEqual({
      model: 'credit-risk',
      version: manifestDigest(await manifestOf(join(example, 'proposals/fair.onnx'))),
      champion: manifestDigest(await manifestOf(join(example, 'model.onnx'))),
      datasets: {
        evaluation: digestOfBytes(readFileSync(join(example, 'data/holdout.parquet'))),
      },
      policy: policyDigest(parsePolicy(policyText)),
    });
    expect((await evaluate(...args)).out).toBe(out);
  });

  it('takes the paths of the policy from its own folder, wherever it is run', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const args = ['evaluate', '--policy', '../sluice.yaml'];
    expect((await sluice(args, { folder: elsewhere })).code).toBe(0);
  });

  it('shows progress to a person, and leaves nothing of it behind', async () => {
    // In a folder with a sluice.yaml, no option is needed.
    const { err } = await sluice(['evaluate'], { folder, isTTY: true });
    expect(err).toContain('scoring rows … 100 %');
    expect(err.endsWith('\r\u001b[2K')).toBe(true);
  });
});

describe('sluice evaluate --html', () => {
  const html = (...args: string[]): Promise<CliResult> =>
    evaluate('--artifact', 'proposals/more-accurate.onnx', ...against, ...args);
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

  it('writes reports beside the text, says where, and leaves no draft', async () => {
    const { code, out, err } = await html('--html', 'report.html', '--markdown', 'comment.md');
    expect(code).toBe(1);
    expect(out).toContain('credit-risk does not pass');
    const told = ['report.html', 'comment.md'].map(
      (name) => `The report is in ${join(folder, name)}\n`,
    );
    expect(err).toBe(told.join(''));
    expect(read('comment.md')).toMatch(
      /^## ❌ Sluice: `credit-risk` does not pass[^]*Reproduce it with `npx sluice evaluate --policy sluice\.yaml --artifact proposals\/more-accurate\.onnx --champion model\.onnx`/,
    );
    const text = read('report.html');
    expect(text).toMatch(/^<!doctype html>/);
    expect(text.length).toBeLessThan(200_000);
    for (const part of ['does not pass', '0.590', 'ROC curve', 'Calibration', 'Fairness of both'])
      expect(text).toContain(part);
    expect(text).toContain(
      'npx sluice evaluate --policy sluice.yaml --artifact proposals/more-accurate.onnx --champion model.onnx',
    );
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('leaves the verdict alone on standard output with --json, and is the same each time', async () => {
    const first = await html('--html', 'report.html', '--json');
    const text = read('report.html');
    expect(verdictSchema.parse(JSON.parse(first.out)).outcome).toBe('fail');
    expect((await html('--html', 'report.html', '--json')).out).toBe(first.out);
    expect(read('report.html')).toBe(text);
    expect((await html('--json')).out).toBe(first.out);
  });

  it.each([
    ['a folder', 'data', 'it is a folder'],
    ['a folder that is not there', 'nowhere/report.html', 'there is no such folder'],
    ['a folder that is a file', 'sluice.yaml/report.html', 'its folder is a file'],
    ['a name that no file can have', 'x'.repeat(300), 'cannot be written'],
  ])('refuses %s with 2', async (_, path, expected) => {
    const { code, out, err } = await html('--html', path);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(expected);
  });
});

describe('sluice evaluate on predictions in the data', () => {
  const write = (rows: string[]): void => {
    writeFileSync(join(folder, 'data/predictions.csv'), ['paid,group,score', ...rows].join('\n'));
    writeFileSync(
      join(folder, 'sluice.yaml'),
      `version: 1
model: credit-risk
task: binary-classification
data: { evaluation: data/predictions.csv }
columns:
  label: paid
  favorable: 'yes'
  score: score
  protected: [{ name: group }]
checks:
  - { metric: roc_auc, at_least: 0.6 }
`,
    );
  };
  const rows = Array.from({ length: 200 }, (_, index) => {
    const good = index % 2 === 0;
    const score = good ? 0.9 - (index % 10) / 20 : 0.1 + (index % 10) / 20;
    return `${good ? 'yes' : 'no'},${index % 3 === 0 ? 'a' : 'b'},${score}`;
  });

  it('needs no artifact, and the verdict names none', async () => {
    write(rows);
    const { code, out } = await evaluate('--json');
    expect(code).toBe(0);
    expect(verdictSchema.parse(JSON.parse(out)).subject).toMatchObject({
      version: null,
      champion: null,
    });
  });

  it('takes the parts of a table from a folder, and names its manifest', async () => {
    write(rows);
    const inFolder = (evaluation: string): void =>
      writeFileSync(
        join(folder, 'sluice.yaml'),
        readFileSync(join(folder, 'sluice.yaml'), 'utf8').replace(
          /evaluation: [^ ]+/,
          `evaluation: ${evaluation}`,
        ),
      );
    const whole = verdictSchema.parse(JSON.parse((await evaluate('--json')).out));
    mkdirSync(join(folder, 'parts'));
    const parts = [rows.slice(0, 70), rows.slice(70)].map((part, index) => {
      const text = ['paid,group,score', ...part].join('\n');
      writeFileSync(join(folder, `parts/${index}.csv`), text);
      return { path: `${index}.csv`, digest: digestOfBytes(text), size: text.length };
    });
    for (const evaluation of ['parts', 'parts/', '"parts/*.csv"']) {
      inFolder(evaluation);
      const verdict = verdictSchema.parse(JSON.parse((await evaluate('--json')).out));
      expect(verdict.checks).toEqual(whole.checks);
      expect(verdict.subject.datasets).toEqual({ evaluation: manifestDigest({ files: parts }) });
    }
    inFolder('"parts/*.parquet"');
    expect(await evaluate()).toMatchObject({
      code: 2,
      err: expect.stringContaining('no file matches the pattern'),
    });
  });

  it('takes no --artifact and no --champion', async () => {
    write(rows);
    expect(await evaluate('--artifact', 'model.onnx')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--artifact needs a policy with an artifact'),
    });
    expect((await evaluate('--champion', 'model.onnx')).err).toContain('--champion needs');
  });

  it('refuses a score outside 0 to 1 with 2', async () => {
    write([...rows, 'yes,a,1.5']);
    const { code, err } = await evaluate();
    expect(code).toBe(2);
    expect(err).toMatch(/^error: .*\n {2}.*1\.5/s);
  });
});

describe('sluice evaluate on predictions in a file of their own', () => {
  const rows = Array.from({ length: 200 }, (_, index) => {
    const good = index % 2 === 0;
    return {
      id: index,
      paid: good ? 'yes' : 'no',
      group: index % 3 === 0 ? 'a' : 'b',
      score: good ? 0.9 - (index % 10) / 20 : 0.1 + (index % 10) / 20,
    };
  });
  const write = (predictions = rows): void => {
    const file = (name: string, lines: string[]): void =>
      writeFileSync(join(folder, 'data', name), lines.join('\n'));
    file('outcomes.csv', [
      'id,paid,group',
      ...rows.map((row) => `${row.id},${row.paid},${row.group}`),
    ]);
    file(
      'predictions.jsonl',
      predictions.map(({ id, score }) => JSON.stringify({ id, score })),
    );
    file('joined.csv', [
      'id,paid,group,score',
      ...rows.map((row) => `${row.id},${row.paid},${row.group},${row.score}`),
    ]);
  };
  const policy = (data: string, key: string): void =>
    writeFileSync(
      join(folder, 'sluice.yaml'),
      `version: 1
model: credit-risk
task: binary-classification
data: ${data}
columns:
  label: paid
  favorable: 'yes'
  score: score
  protected: [{ name: group }]${key}
checks:
  - { metric: roc_auc, at_least: 0.6 }
`,
    );
  const verdictOf = async () => verdictSchema.parse(JSON.parse((await evaluate('--json')).out));
  const separate = '{ evaluation: data/outcomes.csv, predictions: data/predictions.jsonl }';

  it('gives the figures of the joined table, and binds the digest of both', async () => {
    write(rows.toReversed());
    policy(separate, '\n  key: id');
    const verdict = await verdictOf();
    const bytes = (name: string) => digestOfBytes(readFileSync(join(folder, 'data', name)));
    expect(verdict.subject.datasets).toEqual({
      evaluation: bytes('outcomes.csv'),
      predictions: bytes('predictions.jsonl'),
    });
    const text = (await evaluate()).out;
    expect(text).toContain(` · predictions ${bytes('predictions.jsonl').slice(7, 19)}`);
    policy('{ evaluation: data/joined.csv }', '');
    const joined = await verdictOf();
    expect(verdict.checks).toEqual(joined.checks);
    expect(verdict.measures).toEqual(joined.measures);
    expect(joined.subject.datasets).toEqual({ evaluation: bytes('joined.csv') });
  });

  it('ends with 2 when a row has no prediction', async () => {
    write(rows.slice(3));
    policy(separate, '\n  key: id');
    const { code, out, err } = await evaluate();
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/data\/outcomes\.csv: 3 rows have no prediction .*such as the key "0"/);
  });

  it('says that the predictions are missing, by their own key', async () => {
    write();
    rmSync(join(folder, 'data/predictions.jsonl'));
    policy(separate, '\n  key: id');
    const { code, err } = await evaluate();
    expect(code).toBe(2);
    expect(err).toContain('data/predictions.jsonl: there is no such file');
    expect(err).toContain('Check data.predictions in the policy');
  });

  it('refuses a policy with one of the two keys alone', async () => {
    write();
    policy(separate, '');
    expect((await evaluate()).err).toContain('expected columns.key');
    policy('{ evaluation: data/joined.csv }', '\n  key: id');
    expect((await evaluate()).err).toContain('expected data.predictions');
  });
});

describe('sluice evaluate on bad input', () => {
  const broken = async (change: () => void, ...args: string[]): Promise<CliResult> => {
    change();
    const result = await evaluate(...args);
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toMatch(/^error: /);
    expect(result.err).not.toContain('    at ');
    return result;
  };
  const policy = (from: string | RegExp, to: string) => (): void =>
    writeFileSync(join(folder, 'sluice.yaml'), policyText.replace(from, to));

  it('tells every fault of a policy with file, line, column, found and expected', async () => {
    const { err } = await broken(
      policy(
        /at_least: 0\.70[\s\S]*no_worse_by: 0\.02/,
        'atleast: 0.70 }\n  - { metric: auc, at_least: 2',
      ),
    );
    expect(err).toMatch(
      /^ {2}sluice\.yaml:15:\d+: unknown key atleast .*did you mean at_least\?$/m,
    );
    expect(err).toMatch(/^ {2}sluice\.yaml:16:\d+: .*\(found "auc"; expected one of accuracy, /m);
  });

  it('tells what is not YAML, with its place', async () => {
    const { err } = await broken(policy('version: 1', 'version: [1'));
    expect(err).toMatch(/sluice\.yaml:\d+:\d+: /);
  });

  it.each([
    ['the policy', 'sluice.yaml', 'sluice.yaml: there is no such file'],
    ['the model', 'model.onnx', 'model.onnx'],
    ['the data', 'data/holdout.parquet', 'data/holdout.parquet'],
  ])('says that %s is missing', async (_, path, expected) => {
    const { err } = await broken(() => rmSync(join(folder, path)));
    expect(err).toContain(expected);
  });

  it('says that the champion is missing', async () => {
    const { err } = await broken(() => undefined, '--champion', 'champion.onnx');
    expect(err).toContain('champion');
  });

  it.each([
    ['is no ONNX', () => Buffer.from('not a model')],
    ['is empty', () => Buffer.alloc(0)],
    ['was cut short', () => readFileSync(join(example, 'model.onnx')).subarray(0, 900)],
  ])('refuses a model that %s', async (_, bytes) => {
    const { err } = await broken(() => writeFileSync(join(folder, 'model.onnx'), bytes()));
    expect(err).toContain('model.onnx');
  });

  it('refuses data that is no Parquet', async () => {
    const { err } = await broken(() =>
      writeFileSync(join(folder, 'data/holdout.parquet'), 'no table'),
    );
    expect(err).toContain('data/holdout.parquet');
  });

  it('names a label column that is not there', async () => {
    const { err } = await broken(policy('label: credit', 'label: credits'));
    expect(err).toContain('credits');
  });

  it('is a problem document with --json', async () => {
    policy('label: credit', 'label: credits')();
    const { code, out } = await evaluate('--json');
    expect(code).toBe(2);
    const problem = problemSchema.parse(JSON.parse(out));
    expect(problem.code).toBe('invalid_data');
    expect(problem.faults).not.toHaveLength(0);
  });
});
