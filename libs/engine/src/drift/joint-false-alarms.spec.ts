import { describe, expect, it } from '@jest/globals';
import { policySchema } from '@sluice/contracts';
import { seededRandom, type Random } from '@sluice/statistics';
import { embeddingDrift } from './embedding-drift.js';
import { jointFigures } from './joint-drift.js';

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Columns that go together, of rows of one population. */
const columns = (rows: number, random: Random, count = 5): Float64Array[] => {
  const common = Float64Array.from({ length: rows }, () => normal(random));
  return Array.from({ length: count }, (_, index) =>
    common.map((each) => each * (index % 2) + normal(random)),
  );
};

/** The share of alarms that chance may give beyond a level. */
const within = (level: number, rounds: number): number =>
  level + 2 * Math.sqrt((level * (1 - level)) / rounds);

describe('without drift, what rests on several columns alarms no more often than it says', () => {
  it('the domain classifier and the reconstruction error: 2.5 % beyond either end of 95 %', () => {
    const random = seededRandom([31]);
    const rounds = 200;
    const alarms = { classifier: 0, reconstruction: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const { domainClassifier, reconstruction } = jointFigures(['a', 'b', 'c', 'd', 'e'], {
        reference: columns(90, random),
        current: columns(60, random),
      });
      const { estimate, standardError } = domainClassifier!;
      if (estimate - 1.96 * standardError > 0.5) alarms.classifier += 1;
      const { reference, current } = reconstruction!;
      const spread = Math.hypot(
        current.standardError / current.mean,
        reference.standardError / reference.mean,
      );
      if (current.mean / reference.mean > Math.exp(1.96 * spread)) alarms.reconstruction += 1;
    }
    expect(alarms.classifier / rounds).toBeLessThanOrEqual(within(0.025, rounds));
    expect(alarms.reconstruction / rounds).toBeLessThanOrEqual(within(0.025, rounds));
  }, 60_000);

  it('embeddings', async () => {
    const dimensions = 6;
    const random = seededRandom([32, dimensions]);
    const policy = policySchema.parse({
      version: 1,
      model: 'test',
      task: 'binary-classification',
      data: { evaluation: 'a.parquet', reference: 'b.parquet' },
      columns: { label: 'y', favorable: 'yes', score: 's' },
      drift: { embeddings: [{ name: 'text', column: 'vector' }] },
      checks: [
        { metric: 'embedding_classifier_auc', at_most: 0.5 },
        { metric: 'embedding_mmd_p_value', at_least: 0.05 },
      ],
    });
    const rounds = 60;
    const alarms = { classifier: 0, discrepancy: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const rows = { reference: 50, current: 40 };
      const { joint } = await embeddingDrift(
        {
          name: 'text',
          dimensions,
          stream: async function* (side) {
            const values = Float64Array.from({ length: rows[side] * dimensions }, () =>
              normal(random),
            );
            yield { rows: rows[side], values };
          },
        },
        policy,
        rows,
      );
      const { estimate, standardError } = joint!.classifier!;
      if (estimate - 1.96 * standardError > 0.5) alarms.classifier += 1;
      if (joint!.discrepancy!.pValue < 0.05) alarms.discrepancy += 1;
    }
    expect(alarms.classifier / rounds).toBeLessThanOrEqual(within(0.025, rounds));
    expect(alarms.discrepancy / rounds).toBeLessThanOrEqual(within(0.05, rounds));
  }, 60_000);
});
