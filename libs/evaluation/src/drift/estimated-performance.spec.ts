import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema, type Check, type DriftMetricName } from '@sluice/contracts';
import { seededRandom, type Random } from '@sluice/statistics';
import { performanceOf, type Judged } from '../../test/performance.js';
import { profileOf } from '../../test/profiles.js';
import { decideCheck } from '../checks/decide-check.js';
import type { Profile } from '../profile.js';
import type { DriftProfile, PerformanceDrift } from './drift-profile.js';
import { mergeDriftProfiles } from './merge-drift-profiles.js';

interface NannyMlCase {
  readonly reference: { score: number[]; prediction: number[]; label: number[] };
  readonly analysis: { score: number[]; prediction: number[] };
  readonly chunk_size: number;
  readonly calibrated: boolean;
  readonly metrics: Readonly<
    Record<
      string,
      {
        estimated: number[];
        reference_realised: number[];
        lower_threshold: number;
        upper_threshold: number;
      }
    >
  >;
  readonly unrounded_roc_auc: number[];
}
const { cbpe } = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/oracles/nannyml.json', import.meta.url), 'utf8'),
) as { cbpe: Readonly<Record<string, NannyMlCase>> };

const theirs = {
  estimated_accuracy: 'accuracy',
  estimated_precision: 'precision',
  estimated_recall: 'recall',
  estimated_f1: 'f1',
  estimated_roc_auc: 'roc_auc',
} as const;
const names = Object.keys(theirs) as (keyof typeof theirs)[];

const driftOf = (performance: PerformanceDrift | null, reference: number, current: number) =>
  ({
    rows: { reference, current },
    columns: [],
    joint: null,
    embeddings: [],
    reference: null,
    performance,
  }) satisfies DriftProfile;

/** The labels and scores of the current rows are beside the point: nobody knows them. */
const profile: Profile = profileOf(
  Array.from({ length: 40 }, (_, row) => ({
    label: row % 2 === 0,
    prediction: row % 2 === 0,
    score: row / 40,
    groups: {},
  })),
  [],
);

const decided = (drift: DriftProfile, check: object): Check =>
  decideCheck(policyCheckSchema.parse(check), { profile, hasChampion: false, drift });

const estimate = (drift: DriftProfile, metric: DriftMetricName) =>
  decided(drift, { metric, at_least: 0 }).measure;

describe.each(Object.entries(cbpe))('estimated performance of %s scores', (_, oracle) => {
  const rowsOf = ({ score, prediction, label }: Partial<NannyMlCase['reference']>): Judged[] =>
    (score ?? []).map((each, row) => ({
      score: each,
      prediction: prediction?.[row] === 1,
      label: label?.[row] === 1,
    }));
  const reference = rowsOf(oracle.reference);
  const chunk = (index: number, size = oracle.chunk_size): DriftProfile => {
    const rows = rowsOf(oracle.analysis).slice(
      index * oracle.chunk_size,
      (index + 1) * oracle.chunk_size,
    );
    return driftOf(performanceOf(reference, rows, size), reference.length, rows.length);
  };

  it.each(names)('is that of NannyML on each chunk: %s', (metric) => {
    // NannyML rounds the cumulative counts of its ROC AUC to 5 decimals.
    const expected =
      metric === 'estimated_roc_auc'
        ? oracle.unrounded_roc_auc
        : oracle.metrics[theirs[metric]]!.estimated;
    expected.forEach((value, index) => {
      const measure = estimate(chunk(index), metric);
      expect(Math.abs((measure?.value as number) - value)).toBeLessThan(1e-9);
      expect(measure?.interval?.method).toBe(
        oracle.calibrated ? 'cbpe-isotonic' : 'cbpe-raw-scores',
      );
    });
  });

  it.each(names)('has limits of its chunks, as NannyML, once there are 6: %s', (metric) => {
    const check = decided(chunk(0), {
      metric,
      at_least: 'reference_chunks',
      at_most: 'reference_chunks',
    });
    // The oracle's reference makes five chunks: thresholds of so few would alarm too often.
    expect(check).toMatchObject({
      outcome: 'fail',
      measure: { state: 'insufficient', reason: expect.stringContaining('takes at least 6') },
      limit: { reference_chunks: { rows: 200, chunks: 5 } },
    });
    expect(check.limit).not.toHaveProperty('at_least');
    const { lower_threshold, upper_threshold, reference_realised } =
      oracle.metrics[theirs[metric]]!;
    const { mean, deviation } = check.limit.reference_chunks!;
    expect(Math.max(0, mean! - 3 * deviation!)).toBeCloseTo(lower_threshold, 9);
    expect(Math.min(1, mean! + 3 * deviation!)).toBeCloseTo(upper_threshold, 9);
    expect(reference_realised).toHaveLength(5);

    const smaller = decided(chunk(0, 100), { metric, at_least: 'reference_chunks' });
    const chunks = smaller.limit.reference_chunks!;
    expect(chunks).toMatchObject({ rows: 100, chunks: 10 });
    expect(smaller.limit.at_least).toBeCloseTo(
      Math.max(0, chunks.mean! - 3 * chunks.deviation!),
      11,
    );
    expect(smaller.limit).not.toHaveProperty('at_most');
    expect(smaller.outcome).toBe(
      (smaller.measure?.value as number) >= smaller.limit.at_least! ? 'pass' : 'fail',
    );
    expect(smaller.reason).toContain('the mean of 10 chunks of 100 reference rows');
  });
});

/** Rows of a model whose scores are the probabilities, or a distortion of them. */
const scored = (n: number, random: Random, center = 0.5, distort = 1): Judged[] =>
  Array.from({ length: n }, () => {
    const p = Math.min(0.99, Math.max(0.01, center + 0.9 * (random() - 0.5)));
    // Few distinct scores, so that thousands of tables are quick to look at.
    const score = Math.round(50 * p ** distort) / 50;
    return { score, prediction: p >= 0.5, label: random() < p };
  });

describe('the interval of estimated performance', () => {
  it('holds the performance of the population in 95 % of samples', () => {
    const random = seededRandom([11]);
    // Rows that are worth more than those of the reference, of scores that say too little.
    const [center, distort] = [0.6, 2];
    const population = driftOf(
      performanceOf(
        scored(100_000, random, 0.5, distort),
        scored(100_000, random, center, distort),
      ),
      100_000,
      100_000,
    );
    const metrics = ['estimated_accuracy', 'estimated_roc_auc'] as const;
    const truths = metrics.map((metric) => estimate(population, metric)?.value as number);
    const missed = [0, 0];
    const rounds = 120;
    for (let round = 0; round < rounds; round += 1) {
      const drift = driftOf(
        performanceOf(scored(600, random, 0.5, distort), scored(400, random, center, distort)),
        600,
        400,
      );
      metrics.forEach((metric, place) => {
        const { lower, upper } = estimate(drift, metric)!.interval!;
        const truth = truths[place]!;
        if (truth < lower || truth > upper) missed[place]! += 1;
      });
    }
    // 5 % of 120 and two standard errors.
    for (const count of missed) expect(count).toBeLessThanOrEqual(10);
  }, 120_000);

  it('is wider at a higher level, and never leaves [0, 1]', () => {
    const random = seededRandom([12]);
    const drift = driftOf(performanceOf(scored(300, random), scored(60, random)), 300, 60);
    const at = (level: number) =>
      decideCheck(
        policyCheckSchema.parse({ metric: 'estimated_f1', at_least: 0.1, holds: 'interval' }),
        { profile, hasChampion: false, drift, level },
      ).measure!.interval!;
    expect(at(0.99).lower).toBeLessThan(at(0.9).lower);
    const sure = performanceOf(
      scored(300, random).map((row) => ({ ...row, label: row.prediction })),
      scored(60, random),
    );
    const { value, interval } = estimate(driftOf(sure, 300, 60), 'estimated_recall')!;
    expect(interval!.upper).toBeLessThanOrEqual(1);
    expect(value).toBeLessThanOrEqual(1);
  });
});

describe('limits that chunks of the reference set', () => {
  const check = { metric: 'estimated_accuracy', at_least: 'reference_chunks' };

  it('alarm within 5 % without drift, and on rows that the model finds harder', () => {
    const random = seededRandom([13]);
    const rounds = 120;
    let alarms = 0;
    for (let round = 0; round < rounds; round += 1) {
      const drift = driftOf(performanceOf(scored(2000, random), scored(200, random)), 2000, 200);
      if (decided(drift, check).outcome === 'fail') alarms += 1;
    }
    // Two standard errors beyond 2.6 %, what chance is below 3 deviations of 10 chunks or fewer.
    expect(alarms / rounds).toBeLessThanOrEqual(0.055);
    const hard = (n: number): Judged[] =>
      scored(n, random).map((row) => ({ ...row, score: 0.5 + (row.score - 0.5) / 10 }));
    const drift = driftOf(performanceOf([...scored(2000, random)], hard(200)), 2000, 200);
    const found = decided(drift, check);
    expect(found.outcome).toBe('fail');
    expect(found.reason).toMatch(
      /below the limit of 0\.\d+; the limit is 3 standard .*, the mean of 10 chunks/,
    );
  }, 120_000);

  it('hold by the estimate, as they allow for chance themselves', () => {
    expect(policyCheckSchema.parse(check).holds).toBe('estimate');
    expect(policyCheckSchema.parse({ ...check, at_least: 0.5 }).holds).toBe('unless_shown');
  });

  it('are insufficient for fewer rows than a chunk, and undefined without scores', () => {
    const random = seededRandom([14]);
    const few = driftOf(performanceOf(scored(1000, random), scored(50, random), 100), 1000, 50);
    expect(decided(few, check)).toMatchObject({
      outcome: 'fail',
      measure: { state: 'insufficient', reason: expect.stringContaining('has 50 rows') },
    });
    expect(decided(driftOf(null, 1000, 50), check)).toMatchObject({
      outcome: 'fail',
      measure: { state: 'undefined' },
    });
  });
});

describe('merged estimates', () => {
  it('are those of the whole, chunk by chunk', () => {
    const random = seededRandom([15]);
    const [reference, current] = [scored(900, random), scored(300, random)];
    const whole = driftOf(performanceOf(reference, current, 50), 900, 300);
    const parts = [0, 1, 2].map((part) =>
      driftOf(
        performanceOf(
          reference.slice(part * 300, (part + 1) * 300),
          current.slice(part * 100, (part + 1) * 100),
          50,
        ),
        300,
        100,
      ),
    );
    const merged = mergeDriftProfiles(parts);
    expect(merged.performance).toEqual(whole.performance);
    for (const metric of names) expect(estimate(merged, metric)).toEqual(estimate(whole, metric));
    const first = parts[0] as DriftProfile;
    expect(mergeDriftProfiles([first, driftOf(null, 1, 1)]).performance).toBeNull();
    const other = driftOf(performanceOf(reference, current, 60), 900, 300);
    expect(() => mergeDriftProfiles([first, other])).toThrow('chunks of different sizes');
  });
});
