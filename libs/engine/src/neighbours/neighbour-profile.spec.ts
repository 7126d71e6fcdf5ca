import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parsePolicy, type Policy } from '@sluice/contracts';
import type { NeighbourProfile } from '@sluice/evaluation';
import { drawnRows } from './drawn-rows.js';
import { faultAt, policyWith, rejection, temporaryFolder } from '../fixtures/tables.fixture.js';
import { profileDataset, type ProfileRequest } from '../index.js';

const folder = temporaryFolder();

interface Case {
  readonly features: number[][];
  readonly label: number[];
  readonly prediction: number[];
  readonly weight?: number[];
  readonly expected: Record<string, Record<'label' | 'prediction', { shared: number }>>;
}
const { cases } = JSON.parse(
  readFileSync(
    new URL('../../../../test/fixtures/oracles/consistency.json', import.meta.url),
    'utf8',
  ),
) as { cases: Record<string, Case> };

const asking = (consistency: object, columns: object = {}): Policy =>
  policyWith(
    { favorable: '1', prediction: 'decided', score: undefined, ...columns },
    { consistency },
  );

const write = (name: string, header: string, rows: readonly unknown[]): string => {
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, [header, ...rows].join('\n'));
  return path;
};

const neighboursOf = async (
  policy: Policy,
  path: string,
  rest: Partial<ProfileRequest> = {},
): Promise<NeighbourProfile> => {
  const { profile } = await profileDataset({ policy, dataset: { path }, ...rest });
  if (profile.neighbours === undefined) throw new Error('no neighbours');
  return profile.neighbours;
};

describe('consistency from rows', () => {
  it.each(['german credit', 'breast cancer', 'weights'])(
    'is that of the oracle for %s',
    async (name) => {
      const each = cases[name] as Case;
      const names = (each.features[0] as number[]).map((_, c) => `x${c}`);
      const path = write(
        name,
        `${names.join(',')},outcome,decided,team,w`,
        each.label.map((label, row) =>
          [
            ...(each.features[row] as number[]),
            label,
            each.prediction[row],
            row % 2 === 0 ? 'a' : 'b',
            each.weight?.[row] ?? 1,
          ].join(','),
        ),
      );
      const weighted = each.weight === undefined ? {} : { weight: 'w' };
      const consistency = { columns: names, neighbours: 3, scale: 'none' };
      const found = await neighboursOf(asking(consistency, weighted), path);
      const { label, prediction } = each.expected['3'] as (typeof each.expected)[string];
      expect(1 - found.label.mean).toBeCloseTo(label.shared, 10);
      expect(1 - found.version.mean).toBeCloseTo(prediction.shared, 10);
      expect(found).toMatchObject({ neighbours: 3, sampled: false, champion: null });
    },
  );

  // Rows are of one of two kinds, far from each other, and decided by the kind.
  const kinds = Array.from({ length: 400 }, (_, row) => {
    const far = row % 4 === 0;
    const [income, job, owns] = [(far ? 9e6 : 0) + row, far ? 'clerk' : 'cook', row % 2 === 0];
    return `${income},${job},${owns},${row % 5 === 0 ? 1 : 0},${far ? 1 : 0},${row % 2 === 0 ? 'a' : 'b'}`;
  });
  const table = () => write('kinds', 'income,job,owns,outcome,decided,team', kinds);

  it('takes texts and truths as 0 or 1 for each value, and numbers by their deviation', async () => {
    const path = table();
    for (const columns of [['income'], ['job'], ['job', 'owns', 'income']])
      expect((await neighboursOf(asking({ columns }), path)).version.mean).toBeCloseTo(0, 12);
    // Half of those who own are far, and none of the others.
    const { version } = await neighboursOf(asking({ columns: ['owns'] }), path);
    expect(version.mean).toBeCloseTo((0.5 * 1) / 2, 12);
  });

  it('looks for the neighbours of as many rows as the policy says, the same ones each time', async () => {
    const policy = asking({ columns: ['income'], rows: 100 });
    const found = await neighboursOf(policy, table());
    expect(found).toMatchObject({ rows: 100, candidates: 400, sampled: true });
    expect(await neighboursOf(policy, table())).toEqual(found);
  });

  it('compares version and champion on the same rows', async () => {
    const example = fileURLToPath(new URL('../../../../examples/credit-risk/', import.meta.url));
    const text = readFileSync(join(example, 'sluice.yaml'), 'utf8');
    const model = { path: join(example, 'model.onnx') };
    const policy = {
      ...parsePolicy(text),
      consistency: {
        columns: ['age', 'duration_months'],
        neighbours: 5,
        scale: 'standard' as const,
        rows: 2000,
      },
    };
    const steps: string[] = [];
    const found = await neighboursOf(policy, join(example, 'data', 'holdout.parquet'), {
      model,
      champion: model,
      onProgress: ({ step }) => steps.push(step),
    });
    expect(found.version.mean).toBeGreaterThan(0.05);
    expect(found.champion).toEqual(found.version);
    expect(found.difference).toEqual({ mean: 0, variance: 0 });
    expect(steps.at(-1)).toBe('neighbours');
  });

  it('refuses what has no distance, all of it at once', async () => {
    const path = write(
      'unfit',
      'gap,far,id,text,outcome,decided,team',
      Array.from({ length: 120 }, (_, row) =>
        [
          row === 3 ? '' : row,
          row === 4 ? 'inf' : row,
          `n${row}`,
          row === 5 ? '' : 'a',
          row % 2,
          row % 2,
          row % 2 === 0 ? 'a' : 'b',
        ].join(','),
      ),
    );
    const columns = ['gap', 'far', 'id', 'text', 'age'];
    const error = await rejection(
      profileDataset({ policy: asking({ columns }), dataset: { path } }),
    );
    const of = (at: number) => faultAt(error, `consistency.columns[${at}]`);
    expect(of(0).message).toContain('has no finite number in one row');
    expect(of(1).message).toContain('has no finite number in one row');
    expect(of(2)).toMatchObject({ message: expect.stringContaining('has 120 texts') });
    expect(of(3).message).toContain('is missing in one row');
    expect(of(4).message).toBe('the dataset has no column "age"');
  });
});

describe('drawnRows', () => {
  it('draws as many as wanted, each row as often as another', () => {
    const counts = new Float64Array(50);
    for (let seed = 0; seed < 2000; seed += 1) {
      const drawn = drawnRows(50, 10, seed);
      expect(drawn.reduce((sum, each) => sum + each, 0)).toBe(10);
      drawn.forEach((each, row) => (counts[row] = (counts[row] as number) + each));
    }
    // 400 each, with a standard deviation of 18.
    expect(Math.min(...counts)).toBeGreaterThan(320);
    expect(Math.max(...counts)).toBeLessThan(480);
    expect([...drawnRows(3, 5, 1)]).toEqual([1, 1, 1]);
  });
});
