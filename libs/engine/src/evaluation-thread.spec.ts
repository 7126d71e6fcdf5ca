import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  digestOfBytes,
  parsePolicy,
  policyDigest,
  verdictSchema,
  type Policy,
} from '@sluice/contracts';
import { evaluate } from '@sluice/evaluation';
import { EvaluationThread, type EvaluationProgress } from './evaluation-thread.js';
import { temporaryFolder, writeTable } from './fixtures/tables.fixture.js';
import { profileDataset } from './profile-dataset.js';

const example = fileURLToPath(new URL('../../../examples/credit-risk', import.meta.url));
const subjectOf = (policy: Policy, champion = false) => ({
  model: policy.model,
  version: digestOfBytes('a version'),
  champion: champion ? digestOfBytes('a champion') : null,
  datasets: { evaluation: digestOfBytes('a dataset') },
  policy: policyDigest(policy),
});

const groupColumns = 20;
const manyGroups = parsePolicy(`version: 1
model: wide
task: binary-classification
data: { evaluation: wide.parquet }
columns:
  label: label
  favorable: good
  score: score
  protected: [${Array.from({ length: groupColumns }, (_, i) => `{ name: c${i} }`).join(', ')}]
checks:
${Array.from({ length: groupColumns }, (_, i) => `  - { metric: accuracy, by: c${i}, at_least: 0.1 }`).join('\n')}
`);

/** Work ends at a step as soon as nobody wants it any more. */
const expectGivenUp = async (
  step: string,
  work: (attention: {
    onProgress: (progress: EvaluationProgress) => void;
    signal: AbortSignal;
  }) => Promise<unknown>,
): Promise<void> => {
  const reason = new Error('no longer wanted');
  const abort = new AbortController();
  const last: EvaluationProgress[] = [];
  const onProgress = (progress: EvaluationProgress): void => {
    last[0] = progress;
    if (progress.step === step) abort.abort(reason);
  };
  await expect(work({ onProgress, signal: abort.signal })).rejects.toBe(reason);
  expect(last[0]?.step).toBe(step);
  expect(last[0]?.done).toBeLessThan(last[0]?.total ?? 0);
};

describe('a thread that evaluates', () => {
  const wide = join(temporaryFolder(), 'wide.parquet');
  beforeAll(async () => {
    const groups = Array.from(
      { length: groupColumns },
      (_, i) => `'g' || (hash(i, ${i + 2}) % 50) AS c${i}`,
    );
    await writeTable(
      wide,
      `SELECT CASE WHEN hash(i, 1) % 1000 < 700 * s + 150 THEN 'good' ELSE 'bad' END AS label,
        s AS score, ${groups.join(', ')}
      FROM (SELECT i, (hash(i, 0) % 1000003) / 1000003.0 AS s FROM range(150000) t(i))`,
    );
  });

  it('comes to the same verdict and profile as without it, byte for byte', async () => {
    const policy = parsePolicy(readFileSync(join(example, 'sluice.yaml'), 'utf8'));
    const request = {
      policy,
      dataset: { path: join(example, policy.data.evaluation) },
      model: { path: join(example, 'proposals/fair.onnx') },
      champion: { path: join(example, 'model.onnx') },
    };
    const subject = subjectOf(policy, true);
    const { profile, ...about } = await profileDataset(request);
    const thread = new EvaluationThread();
    try {
      expect(await thread.profile(request)).toEqual(about);
      const decided = await thread.decide(subject);
      expect(decided.profile).toBe(JSON.stringify(profile));
      expect(decided.verdict).toBe(JSON.stringify(evaluate({ policy, profile, subject })));
    } finally {
      await thread.close();
    }
  });

  it('leaves the event loop free, and tells where it is, whatever the size of the verdict, until nobody wants it', async () => {
    const told: EvaluationProgress[] = [];
    const thread = new EvaluationThread();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    try {
      delay.enable();
      const onProgress = (progress: EvaluationProgress) => void told.push(progress);
      await thread.profile({ policy: manyGroups, dataset: { path: wide } }, { onProgress });
      const decided = await thread.decide(subjectOf(manyGroups), { onProgress });
      delay.disable();
      // Some 15 ms with two cores to itself; here they may be busy. On the loop itself it is seconds.
      expect(delay.max / 1e6).toBeLessThan(1000);
      expect(decided.verdict.length).toBeGreaterThan(1024 ** 2);
      expect(verdictSchema.safeParse(JSON.parse(decided.verdict)).success).toBe(true);
      await expectGivenUp('measure', (attention) =>
        thread.decide(subjectOf(manyGroups), attention),
      );
    } finally {
      await thread.close();
    }
    expect([...new Set(told.map(({ step }) => step))]).toEqual([
      'survey',
      'score',
      'rank',
      'measure',
    ]);
    for (const step of ['survey', 'score', 'rank', 'measure']) {
      const ofStep = told.filter((progress) => progress.step === step);
      expect(ofStep.at(-1)?.done).toBe(ofStep.at(-1)?.total);
      expect(ofStep.map(({ done }) => done)).toEqual(
        ofStep.map(({ done }) => done).toSorted((a, b) => a - b),
      );
    }
  });

  it('passes on what is wrong with the data, with its code and faults', async () => {
    const policy = parsePolicy(readFileSync(join(example, 'sluice.yaml'), 'utf8'));
    const thread = new EvaluationThread();
    const model = { path: join(example, 'model.onnx') };
    try {
      await expect(
        thread.profile({
          policy,
          dataset: { path: join(example, 'README.md'), format: 'parquet' },
          model,
        }),
      ).rejects.toMatchObject({ name: 'SluiceError', code: 'invalid_data', faults: [{}] });
      await expect(thread.decide(subjectOf(policy))).rejects.toThrow('no profile to decide on');
    } finally {
      await thread.close();
    }
  });

  it('gives up in the middle of the rows', async () => {
    const thread = new EvaluationThread();
    try {
      const request = { policy: manyGroups, dataset: { path: wide } };
      await expectGivenUp('score', (attention) => thread.profile(request, attention));
    } finally {
      await thread.close();
    }
  });
});
