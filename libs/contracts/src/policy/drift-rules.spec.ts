import { describe, expect, it } from '@jest/globals';
import { driftMetricNames, metricDefinition, type MetricName } from './metrics.js';
import { checkId, policyCheckSchema } from './policy-check.js';
import { policySchema } from './policy.js';

const faultsOf = (checks: readonly object[], rest: Record<string, unknown> = {}): string[] => {
  const { columns, ...others } = rest;
  const parsed = policySchema.safeParse({
    version: 1,
    model: 'credit-risk',
    task: 'binary-classification',
    data: { evaluation: 'data/holdout.parquet', reference: 'data/train.parquet' },
    columns: { label: 'credit', favorable: 'good', score: 'risk', ...(columns as object) },
    checks,
    ...others,
  });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const distance = { metric: 'drift_distance', at_most: 0.1 };

describe('limits that chunks of the reference set', () => {
  const limited = { metric: 'estimated_f1', at_least: 'reference_chunks' };

  it('are of estimated performance, on either side, and hold by the estimate', () => {
    const both = { ...limited, at_most: 'reference_chunks' };
    expect(faultsOf([limited, both])).toEqual([]);
    expect(policyCheckSchema.parse(limited).holds).toBe('estimate');
    expect(policyCheckSchema.parse({ ...limited, at_least: 0.7 }).holds).toBe('unless_shown');
    expect(faultsOf([{ metric: 'accuracy', at_least: 'reference_chunks' }])).toEqual([
      'checks.0.at_least: expected a number: accuracy has no thresholds from chunks of the reference',
    ]);
    expect(faultsOf([{ ...distance, at_most: 'reference_chunks' }])).toEqual([
      'checks.0.at_most: expected a number: drift_distance has no thresholds from chunks of the reference',
    ]);
  });

  it('make a check of its own beside one with a number', () => {
    const ids = [limited, { ...limited, at_least: 0.7 }].map((check) =>
      checkId(policyCheckSchema.parse(check)),
    );
    expect(ids).toEqual(['estimated_f1/at_least_reference_chunks', 'estimated_f1/at_least']);
  });

  it('come from chunks of so many rows, or from so many chunks', () => {
    const chunks = (given: object) => faultsOf([limited], { drift: { chunks: given } });
    expect(chunks({ rows: 500 })).toEqual([]);
    expect(chunks({ number: 12 })).toEqual([]);
    expect(chunks({ number: 5 })).toHaveLength(1);
    expect(chunks({ rows: 500, number: 12 })).toHaveLength(1);
  });
});

describe('embeddings', () => {
  const check = { metric: 'embedding_mmd_p_value', column: 'text', at_least: 0.01 };
  const named = (...embeddings: object[]) => ({ drift: { embeddings } });

  it('are a column of lists, or columns of numbers', () => {
    expect(faultsOf([check], named({ name: 'text', column: 'vector' }))).toEqual([]);
    expect(faultsOf([check], named({ name: 'text', columns: ['a', 'b'] }))).toEqual([]);
    expect(faultsOf([check], named({ name: 'text' }))).toEqual([
      'drift.embeddings.0: expected either column, of lists, or columns, of numbers',
    ]);
    const both = { name: 'text', column: 'vector', columns: ['a', 'b'] };
    expect(faultsOf([check], named(both))).toHaveLength(1);
  });

  it('are named once, and by the checks of them', () => {
    const one = { name: 'text', column: 'vector' };
    expect(faultsOf([check])).toEqual([
      'checks.0.metric: expected drift.embeddings: embedding_mmd_p_value compares one of them',
    ]);
    expect(faultsOf([{ ...check, column: 'image' }], named(one))).toEqual([
      'checks.0.column: expected an embedding of drift.embeddings: text',
    ]);
    expect(faultsOf([check], named(one, one))).toEqual([
      'drift.embeddings.1.name: expected each name once',
    ]);
    const { column: _, ...every } = check;
    expect(faultsOf([every], named(one, { name: 'image', column: 'pixels' }))).toEqual([]);
  });
});

describe('weights', () => {
  const weighted = { columns: { weight: 'mass' } };

  it('count in every metric that has a form for them, and are not passed over in silence', () => {
    expect(faultsOf([distance], weighted)).toEqual([]);
    expect(faultsOf([distance], { ...weighted, drift: { weights: 'ignore' } })).toEqual([]);
    const exact = { metric: 'fisher_exact_p_value', at_least: 0.01 };
    const both = { ...weighted, drift: { method: 'evidently' } };
    expect(faultsOf([distance, exact], both)).toEqual([
      'drift.method: expected `effect` beside columns.weight: the tests of Evidently know no weights; or `drift: { weights: ignore }` to count rows, whatever they weigh',
      'checks.1.metric: expected z_test_p_value beside columns.weight: fisher_exact_p_value knows no weights; or `drift: { weights: ignore }` to count rows, whatever they weigh',
    ]);
    expect(
      faultsOf([exact], { ...weighted, drift: { method: 'evidently', weights: 'ignore' } }),
    ).toEqual([]);
    // What stands in for a metric has a form for weights itself.
    for (const name of driftMetricNames) {
      const { unweightedInstead } = metricDefinition(name);
      if (unweightedInstead === undefined) continue;
      expect(driftMetricNames).toContain(unweightedInstead);
      expect(metricDefinition(unweightedInstead as MetricName).unweightedInstead).toBeUndefined();
    }
    expect(faultsOf([{ metric: 'accuracy', at_least: 0.5 }], weighted)).toEqual([]);
    expect(faultsOf([distance], { drift: { weights: 'ignore' } })).toEqual([
      'drift.weights: expected columns.weight beside it',
    ]);
  });
});
