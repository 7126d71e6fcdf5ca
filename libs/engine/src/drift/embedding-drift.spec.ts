import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { policySchema, type Measure, type Policy } from '@sluice/contracts';
import { driftFigures, mergeDriftProfiles, type DriftProfile } from '@sluice/evaluation';
import { seededRandom, type Random } from '@sluice/statistics';
import { verdictOnDrift } from '../fixtures/drift.fixture.js';
import { faultAt, rejection, temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { driftOfDataset } from './drift-of-dataset.js';

const { embeddings } = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/oracles/drift.json', import.meta.url), 'utf8'),
) as {
  embeddings: {
    reference: number[][];
    current: number[][];
    evidently: Readonly<Record<string, number>>;
  };
};

const folder = temporaryFolder();
const all = [
  { metric: 'embedding_classifier_auc', at_most: 1 },
  { metric: 'embedding_mmd_p_value', at_least: 0 },
  { metric: 'embedding_euclidean_distance', at_most: 1e9 },
  { metric: 'embedding_cosine_distance', at_most: 2 },
  { metric: 'embedding_drifted_share', at_most: 1 },
];

const policyOf = (embedding: object, checks: unknown[] = all): Policy =>
  policySchema.parse({
    version: 1,
    model: 'test',
    task: 'binary-classification',
    data: { evaluation: 'current.parquet', reference: 'reference.parquet' },
    columns: { label: 'outcome', favorable: 'yes', score: 'risk' },
    checks,
    drift: { embeddings: [{ name: 'review', ...embedding }] },
  });

const vectorText = (vector: readonly (number | null)[] | null): string =>
  vector === null ? 'NULL' : `[${vector.map((each) => each ?? 'NULL').join(',')}]`;

const lists = (
  name: string,
  rows: readonly (readonly (number | null)[] | null)[],
): Promise<string> =>
  writeTable(
    join(folder, `${name}.parquet`),
    `SELECT unnest([${rows.map(vectorText).join(',')}]::DOUBLE[][]) AS vector`,
  );

const columns = (name: string, rows: readonly (readonly number[])[]): Promise<string> =>
  writeTable(
    join(folder, `${name}.parquet`),
    `SELECT ${rows[0]!.map((_, axis) => `unnest([${rows.map((row) => row[axis]).join(',')}]::DOUBLE[]) AS v${axis}`).join(', ')}`,
  );

const driftOf = (policy: Policy, reference: string, current: string) =>
  driftOfDataset({ policy, reference: { path: reference }, dataset: { path: current } });

const measuresOf = async (
  drift: DriftProfile,
  policy: Policy,
): Promise<Readonly<Record<string, Measure>>> => {
  const { checks } = await verdictOnDrift(drift, policy, folder);
  return Object.fromEntries(
    checks.flatMap(({ measure }) => (measure ? [[measure.metric, measure]] : [])),
  );
};

describe('embedding drift', () => {
  const { reference, current, evidently } = embeddings;

  it.each([
    ['a column of lists', lists, { column: 'vector' }],
    ['columns of numbers', columns, { columns: ['v0', 'v1', 'v2', 'v3'] }],
  ] as const)('has the figures of Evidently from files: %s', async (kind, write, embedding) => {
    const policy = policyOf(embedding);
    const { drift, warnings } = await driftOf(
      policy,
      await write(`reference ${kind}`, reference),
      await write(`current ${kind}`, current),
    );
    expect(warnings).toEqual([]);
    // Its parts are no columns of their own.
    expect(drift.columns).toEqual([]);
    const measures = await measuresOf(drift, policy);
    const value = (metric: string): number => measures[metric]?.value as number;
    expect(value('embedding_euclidean_distance')).toBeCloseTo(evidently['euclidean']!, 11);
    expect(value('embedding_cosine_distance')).toBeCloseTo(evidently['cosine']!, 11);
    expect(value('embedding_drifted_share')).toBe(evidently['ratio']);
    // Evidently's model is a linear one by stochastic descent, judged on one half of the rows: not the same figure.
    const classifier = measures['embedding_classifier_auc']?.interval;
    expect(classifier?.method).toBe('cross-validated-delong');
    expect(classifier?.lower).toBeLessThan(evidently['model']!);
    expect(classifier?.upper).toBeGreaterThan(evidently['model']!);
    expect(value('embedding_mmd_p_value')).toBeLessThan(0.5);
    expect(measures['embedding_mmd_p_value']).toMatchObject({ column: 'review', n: 70 });
  });

  const normal = (random: Random): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const points = (n: number, dimensions: number, random: Random, shift = 0): number[][] =>
    Array.from({ length: n }, () =>
      Array.from({ length: dimensions }, (_, axis) =>
        Number((normal(random) + (axis < 8 ? shift : 0)).toFixed(5)),
      ),
    );

  it('sees a shift of long embeddings, and none where there is none', async () => {
    const random = seededRandom([6]);
    const policy = policyOf({ column: 'vector' });
    const first = await lists('long', points(150, 96, random));
    const measured = async (shift: number) => {
      const other = await lists(`long-${shift}`, points(120, 96, random, shift));
      return await measuresOf((await driftOf(policy, first, other)).drift, policy);
    };
    const shifted = await measured(1);
    expect(shifted['embedding_classifier_auc']?.interval).toMatchObject({
      method: 'cross-validated-delong-of-64-projections',
    });
    expect(shifted['embedding_classifier_auc']?.interval?.lower).toBeGreaterThan(0.5);
    expect(shifted['embedding_mmd_p_value']?.value).toBe(0.005);
    const same = await measured(0);
    expect(same['embedding_classifier_auc']?.interval?.lower).toBeLessThan(0.5);
    expect(same['embedding_mmd_p_value']?.value).toBeGreaterThan(0.005);
  }, 60_000);

  it('leaves rows out that lack a part, and adds up by parts as far as it can', async () => {
    const random = seededRandom([7]);
    const policy = policyOf({ column: 'vector' });
    const [a, b] = [points(90, 3, random), points(80, 3, random)];
    const whole = await driftOf(
      policy,
      await lists('holes-a', [...a, null, [1, null, 3]]),
      await lists('holes-b', b),
    );
    expect(whole.drift.embeddings[0]?.rows).toEqual({ reference: 90, current: 80 });
    const part = async (index: number) =>
      (
        await driftOf(
          policy,
          await lists(`part-a-${index}`, a.slice(index * 45, (index + 1) * 45)),
          await lists(`part-b-${index}`, b.slice(index * 40, (index + 1) * 40)),
        )
      ).drift;
    const merged = mergeDriftProfiles([await part(0), await part(1)]);
    const [ofWhole, ofParts] = [
      await measuresOf(whole.drift, policy),
      await measuresOf(merged, policy),
    ];
    for (const metric of ['embedding_euclidean_distance', 'embedding_cosine_distance'])
      expect(ofParts[metric]?.value).toBeCloseTo(ofWhole[metric]?.value as number, 11);
    for (const metric of ['embedding_classifier_auc', 'embedding_mmd_p_value'])
      expect(ofParts[metric]).toMatchObject({
        state: 'undefined',
        reason: 'it rests on rows, and the profile was merged from parts',
      });
    expect(driftFigures(whole.drift).columns).toEqual([]);
  });

  it('is insufficient of few rows, and undefined of what has no direction', async () => {
    const policy = policyOf({ column: 'vector' });
    const few = await lists('few', points(10, 2, seededRandom([8])));
    const many = await lists('many', points(30, 2, seededRandom([9])));
    const measures = await measuresOf((await driftOf(policy, few, many)).drift, policy);
    for (const { metric } of all) expect(measures[metric]?.state).toBe('insufficient');
    const zeros = await lists(
      'zeros',
      Array.from({ length: 30 }, () => [0, 0]),
    );
    const still = await measuresOf((await driftOf(policy, zeros, zeros)).drift, policy);
    expect(still['embedding_cosine_distance']?.state).toBe('undefined');
    expect(still['embedding_euclidean_distance']?.value).toBe(0);
    expect(still['embedding_drifted_share']?.value).toBe(0);
    expect(still['embedding_mmd_p_value']?.value).toBe(1);
    expect(still['embedding_classifier_auc']?.value ?? 0.5).toBe(0.5);
  });

  it('says what is wrong with a column that is no embedding', async () => {
    const good = await lists('good', points(30, 2, seededRandom([10])));
    const fault = async (policy: Policy, current: string, path: string) =>
      faultAt(await rejection(driftOf(policy, good, current)), path);
    const longer = await lists('longer', points(30, 3, seededRandom([11])));
    const lengths = await fault(
      policyOf({ column: 'vector' }),
      longer,
      'drift.embeddings[0].column',
    );
    expect(lengths).toMatchObject({
      message:
        'the column "vector" of current.parquet has 30 lists of another length than most of the reference',
      found: 'a list of 3 values',
    });
    const absent = await rejection(driftOf(policyOf({ column: 'vectors' }), good, good));
    expect(absent.faults.map(({ path, message }) => [path, message])).toEqual([
      ['drift.embeddings[0].column', 'reference.parquet has no column "vectors"'],
      ['drift.embeddings[0].column', 'current.parquet has no column "vectors"'],
    ]);
    const texts = await writeTable(
      join(folder, 'texts.parquet'),
      `SELECT ['a', 'b'] AS vector, 'x' AS t, i AS n FROM range(30) t(i)`,
    );
    expect(
      (await fault(policyOf({ column: 'vector' }), texts, 'drift.embeddings[0].column')).message,
    ).toBe('the column "vector" of current.parquet is of the type VARCHAR[]');
    const parts = policyOf({ columns: ['n', 't'] });
    const wrong = faultAt(
      await rejection(driftOf(parts, texts, texts)),
      'drift.embeddings[0].columns[1]',
    );
    expect(wrong.message).toBe('the column "t" holds no numbers');
  });
});
