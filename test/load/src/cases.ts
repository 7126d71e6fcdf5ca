import { digestOfBytes, policyDigest } from '@sluice/contracts';
import { profileDataset } from '@sluice/engine';
import { evaluate } from '@sluice/evaluation';
import { profileScored } from './champion.js';
import { connected } from './duckdb-connection.js';
import { evaluateInThread } from './event-loop.js';
import { bareHistograms, drift } from './drift.js';
import { readBare, scoreBare, scoreWithEngine } from './onnx-scoring.js';
import type { CaseTiming } from './timing.js';
import { scoredPolicy } from './workload.js';

/**
 * What is timed, by name. Each runs in a process of its own, so that its peak memory is its own. A case that does more
 * than what it is timed for says itself how long that took.
 */
export const cases: Record<string, (path: string) => Promise<void | CaseTiming>> = {
  /** The bare limit: DuckDB scans and groups the same columns, and nothing else. */
  'duckdb-scan-and-group': (path) =>
    connected(async (connection) => {
      for (const column of ['age_group', 'sex']) {
        await connection.runAndReadAll(
          `SELECT ${column}, label, score >= 0.5 AS prediction, count(*), sum(score) FROM read_parquet('${path}') GROUP BY ALL`,
        );
      }
    }),

  'duckdb-read': readBare,
  'onnx-bare-trees': scoreBare('trees'),
  'onnx-scoring-trees': scoreWithEngine('trees'),
  'onnx-bare-network': scoreBare('network'),
  'onnx-scoring-network': scoreWithEngine('network'),

  'profile-of-version': profileScored(false),
  'profile-of-pair': profileScored(true),

  /** Quality, fairness and drift as the evaluator does them, on a table with many groups. */
  'evaluation-in-thread': evaluateInThread,

  /** All that a gate computes: the profile with exact ranks, every measure with its interval, the verdict. */
  evaluation: async (path) => {
    const policy = scoredPolicy(path);
    const { profile } = await profileDataset({ policy, dataset: { path } });
    evaluate({
      policy,
      profile,
      subject: {
        model: policy.model,
        version: null,
        champion: null,
        datasets: { evaluation: digestOfBytes(path) },
        policy: policyDigest(policy),
      },
    });
  },

  /** The bare limit of drift: a histogram per column of both tables. */
  'duckdb-histograms': bareHistograms,

  drift,
};
