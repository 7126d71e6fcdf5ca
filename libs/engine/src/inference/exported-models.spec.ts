import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Policy } from '@sluice/contracts';
import type { BinaryProfile as Profile } from '@sluice/evaluation';
import {
  faultAt,
  policyWithModel,
  rejection,
  temporaryFolder,
  writeTable,
} from '../fixtures/tables.fixture.js';
import { profileDataset } from '../index.js';

/*
 * Models as skl2onnx writes them with its defaults, and what scikit-learn says of the same rows:
 * test/fixtures/models/make_models.py.
 */
const models = fileURLToPath(new URL('../../../../test/fixtures/models', import.meta.url));
const folder = temporaryFolder();

interface Recorded {
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly label: readonly (string | number)[];
  readonly favorable: string | number;
  readonly scores: readonly number[];
  readonly predictions: readonly (string | number)[];
}
const recorded = (name: string): Recorded =>
  JSON.parse(readFileSync(join(models, `${name}.json`), 'utf8')) as Recorded;

/** The recorded rows as JSON Lines, and the same as Parquet. */
const tablesOf = async (name: string): Promise<{ jsonl: string; parquet: string }> => {
  const { columns, label } = recorded(name);
  const lines = label.map((outcome, row) =>
    JSON.stringify({
      outcome,
      ...Object.fromEntries(Object.entries(columns).map(([key, values]) => [key, values[row]])),
    }),
  );
  const jsonl = join(folder, `${name}.jsonl`);
  writeFileSync(jsonl, lines.join('\n'));
  const parquet = join(folder, `${name}.parquet`);
  return { jsonl, parquet: await writeTable(parquet, `SELECT * FROM read_json('${jsonl}')`) };
};

const policyOf = (name: string, columns: Record<string, unknown> = {}): Policy =>
  policyWithModel({ protected: [], favorable: recorded(name).favorable, ...columns });

const profileOf = async (policy: Policy, name: string, path: string): Promise<Profile> =>
  (
    await profileDataset({
      policy,
      dataset: { path },
      model: { path: join(models, `${name}.onnx`) },
    })
  ).profile;

const cellsOf = ({ label, favorable, predictions }: Recorded): Map<string, number> => {
  const counts = new Map<string, number>();
  label.forEach((truth, row) => {
    const key = `${truth === favorable} ${predictions[row] === favorable}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  return counts;
};

const aucOf = ({ label, favorable, scores }: Recorded): number => {
  const of = (wanted: boolean): number[] =>
    scores.filter((_, row) => (label[row] === favorable) === wanted);
  const wins = of(true).flatMap((mine) =>
    of(false).map((other) => (Math.abs(mine - other) < 1e-7 ? 0.5 : Number(mine > other))),
  );
  return wins.reduce((sum, win) => sum + win, 0) / wins.length;
};

/** Of each score, in order, the bin that it fell into. */
const binsOf = (profile: Profile): number[] =>
  (profile.overall.scores?.version.bins ?? []).flatMap((bin, index) => {
    const { positives = [], negatives = [] } = profile.overall.scores?.version ?? {};
    return Array.from({ length: (positives[index] ?? 0) + (negatives[index] ?? 0) }, () => bin);
  });

const expectRecorded = (profile: Profile, name: string): void => {
  const expected = recorded(name);
  const cells = profile.overall.cells.map(
    ({ label, prediction, count }) => [`${label} ${prediction}`, count] as const,
  );
  expect(new Map(cells)).toEqual(cellsOf(expected));
  expect(profile.overall.ranking?.version.auc).toBeCloseTo(aucOf(expected), 12);
  const scores = expected.scores.toSorted((a, b) => a - b);
  const bins = binsOf(profile);
  expect(bins).toHaveLength(scores.length);
  bins.forEach((bin, index) => {
    expect(scores[index]).toBeGreaterThan(bin / 1000 - 1e-6);
    expect(scores[index]).toBeLessThan((bin + 1) / 1000 + 1e-6);
  });
};

const features = { features: ['x0', 'x1', 'x2'] };

describe('a model as it was exported scores as it did in scikit-learn', () => {
  it.each([
    ['zipmap-texts', "labels of text, probabilities in ZipMap's dictionaries", features],
    ['zipmap-integers', 'labels of integers, probabilities in dictionaries', features],
    ['text', 'free text by TF-IDF', {}],
    ['mixed', 'free text beside numbers, an input each', {}],
    ['pixels', 'a tensor of four dimensions from a column of nested lists', {}],
  ])('%s: %s', async (name, _what, columns) => {
    const tables = await tablesOf(name);
    for (const path of Object.values(tables))
      expectRecorded(await profileOf(policyOf(name, columns), name, path), name);
  });
});

describe('a tensor of four dimensions', () => {
  const name = 'pixels';
  const from = async (image: string, columns: Record<string, unknown> = {}) => {
    const { jsonl } = await tablesOf(name);
    const path = join(folder, `pixels-${(files += 1)}.parquet`);
    await writeTable(path, `SELECT * REPLACE (${image} AS image) FROM read_json('${jsonl}')`);
    return { path, profile: () => profileOf(policyOf(name, columns), name, path) };
  };
  let files = 0;

  it.each([
    ['fixed arrays of arrays', 'image::FLOAT[8][8][1]'],
    ['a fixed array laid flat', 'flatten(flatten(image))::FLOAT[64]'],
    ['a list laid flat', 'flatten(flatten(image))'],
    ['lists of two dimensions', 'flatten(image)'],
  ])('is filled from %s', async (_what, image) => {
    expectRecorded(await (await from(image)).profile(), name);
  });

  it('is filled from the one column that the policy lists, whatever its name', async () => {
    const { path } = await from('image');
    const renamed = join(folder, 'renamed.parquet');
    await writeTable(renamed, `SELECT * RENAME (image AS scan) FROM '${path}'`);
    expectRecorded(await profileOf(policyOf(name, { features: ['scan'] }), name, renamed), name);
  });

  it('takes missing values inside a list as NaN, which the score then shows', async () => {
    const holed = 'list_transform(flatten(flatten(image)), lambda v, i: IF(i = 3, NULL, v))';
    const error = await rejection((await from(holed)).profile());
    expect(faultAt(error, 'outputs.score')).toMatchObject({ found: 'NaN' });
  });

  const row = '(outcome = 1 AND image[1][1][3] > 0.5)';
  it.each<[string, string, string, RegExp, RegExp | undefined]>([
    [
      'of another length',
      'flatten(flatten(image))[:60]',
      'inputs.image',
      /cannot be filled/,
      /60 values/,
    ],
    [
      'of another length in some rows',
      `IF(${row}, flatten(flatten(image))[:60], flatten(flatten(image)))`,
      'image',
      /lists of another length/,
      /60 values/,
    ],
    ['missing in some rows', `IF(${row}, NULL, image)`, 'image', /missing lists/, undefined],
    [
      'of text',
      'list_transform(flatten(flatten(image)), lambda v: v::VARCHAR)',
      'inputs.image',
      /cannot be filled from the column/,
      /VARCHAR\[\]/,
    ],
    [
      'of numbers that no 32-bit float holds',
      'list_transform(flatten(flatten(image)), lambda v: v + 1e300)',
      'image',
      /cannot take/,
      undefined,
    ],
    ['a single number', '0.5', 'inputs.image', /several values a row/, undefined],
  ])('is refused lists %s', async (_what, image, path, message, found) => {
    const fault = faultAt(await rejection((await from(image)).profile()), path);
    expect(fault.message).toMatch(message);
    if (found !== undefined) expect(fault.found).toMatch(found);
  });
});
