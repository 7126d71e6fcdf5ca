import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { policySchema, type Policy } from '@sluice/contracts';
import { verdictOnDrift } from '../fixtures/drift.fixture.js';
import { temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import { driftOfDataset } from './drift-of-dataset.js';
import { performanceDrift } from './performance-drift.js';
import { ScoredCounts } from './scored-counts.js';

interface Case {
  readonly reference: { score: number[]; prediction: number[]; label: number[] };
  readonly analysis: { score: number[]; prediction: number[] };
  readonly metrics: Readonly<Record<string, { reference_realised: number[] }>>;
}
const { cbpe } = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/oracles/nannyml.json', import.meta.url), 'utf8'),
) as { cbpe: Readonly<Record<string, Case>> };

const folder = temporaryFolder();
const written = (name: string, scores: readonly number[], labels: readonly number[]) =>
  writeTable(
    join(folder, `${name}.parquet`),
    `SELECT unnest([${scores.join(',')}]::DOUBLE[]) AS risk, unnest([${labels.map((label) => (label === 1 ? "'yes'" : "'no'")).join(',')}]) AS outcome`,
  );

const policyOf = (chunks?: object): Policy =>
  policySchema.parse({
    version: 1,
    model: 'test',
    task: 'binary-classification',
    data: { evaluation: 'current.parquet', reference: 'reference.parquet' },
    columns: { label: 'outcome', favorable: 'yes', score: 'risk' },
    checks: [{ metric: 'estimated_f1', at_least: 'reference_chunks' }],
    drift: { columns: ['risk'], ...(chunks && { chunks }) },
  });

const counts = (rows: number, score: number | null = 0.5): ScoredCounts => {
  const found = new ScoredCounts();
  found.add({
    firstRow: 0,
    rows,
    label: new Uint8Array(rows).fill(1),
    prediction: new Uint8Array(rows),
    score: score === null ? null : new Float64Array(rows).fill(score),
    championPrediction: null,
    championScore: null,
    weight: null,
    groups: [],
  });
  return found;
};

describe('performance without labels', () => {
  it('is taken from files in the order of their rows', async () => {
    const { reference, analysis, metrics } = cbpe['overconfident']!;
    const policy = policyOf({ rows: 100 });
    const { score } = analysis;
    const { drift } = await driftOfDataset({
      policy,
      reference: { path: await written('reference', reference.score, reference.label) },
      // Labels are needed of the evaluation data, and count for nothing here.
      dataset: {
        path: await written(
          'current',
          score,
          score.map((_, row) => row % 2),
        ),
      },
    });
    const { chunks, current } = drift.performance!;
    expect(chunks).toMatchObject({ rows: 100 });
    expect(chunks.realised).toHaveLength(10);
    // Pairs of chunks are NannyML's, of twice the rows.
    metrics['accuracy']!.reference_realised.forEach((theirs, index) => {
      const [a, b] = chunks.realised.slice(2 * index, 2 * index + 2);
      expect((a!.accuracy! + b!.accuracy!) / 2).toBeCloseTo(theirs, 12);
    });
    expect(Array.from(current.scores)).toEqual([...new Set(score)].sort((a, b) => a - b));
    const [check] = (await verdictOnDrift(drift, policy, folder)).checks;
    expect(check?.measure?.value).toBeGreaterThan(0.5);
    expect(check?.limit.reference_chunks).toMatchObject({ rows: 100, chunks: 10 });
    expect(check?.limit.at_least).toBeGreaterThan(0);
  });

  it('parts the reference by what the policy says, or by the evaluation data', () => {
    const rows = (chunks: Parameters<typeof performanceDrift>[2], current = 100) =>
      performanceDrift(counts(1003), counts(current), chunks)!.chunks;
    expect([rows({ rows: 200 }).rows, rows({ rows: 200 }).realised.length]).toEqual([200, 5]);
    expect([rows({ number: 7 }).rows, rows({ number: 7 }).realised.length]).toEqual([143, 7]);
    expect(rows(undefined).rows).toBe(100);
    expect(rows(undefined, 40).rows).toBe(40);
    expect(rows(undefined, 5000).rows).toBe(100);
    expect(rows(undefined, 3).rows).toBe(20);
    expect(rows({ rows: 5000 }).realised).toEqual([]);
  });

  it('is of scores, and not of predictions alone', () => {
    expect(performanceDrift(counts(40, null), counts(40), undefined)).toBeNull();
  });
});

describe('ScoredCounts', () => {
  it('counts rows by score, label and prediction, in any batches', () => {
    const rows = Array.from({ length: 9000 }, (_, row) => ({
      score: ((row * 37) % 50) / 50,
      label: row % 2,
      prediction: row % 3 === 0 ? 1 : 0,
    }));
    const made = new ScoredCounts();
    for (const [from, to] of [
      [0, 1],
      [1, 5000],
      [5000, 9000],
    ] as const) {
      const batch = rows.slice(from, to);
      made.add({
        firstRow: from,
        rows: batch.length,
        label: Uint8Array.from(batch, ({ label }) => label),
        prediction: Uint8Array.from(batch, ({ prediction }) => prediction),
        score: Float64Array.from(batch, ({ score }) => score),
        championPrediction: null,
        championScore: null,
        weight: null,
        groups: [],
      });
    }
    const { scores, truePositives } = made.judged(100, 8000);
    expect(Array.from(scores)).toEqual(Array.from({ length: 50 }, (_, index) => index / 50));
    scores.forEach((score, index) =>
      expect(truePositives[index]).toBe(
        rows
          .slice(100, 8000)
          .filter((row) => row.score === score && row.label === 1 && row.prediction === 1).length,
      ),
    );
    const { predictedPositive, predictedNegative } = made.predicted();
    const sum = (values: Float64Array): number => values.reduce((total, each) => total + each, 0);
    expect([sum(predictedPositive), sum(predictedNegative)]).toEqual([3000, 6000]);
    expect(new ScoredCounts().predicted().scores).toHaveLength(0);
  });
});
