import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterEntity } from '@sluice/platform';
import {
  digestOfBytes,
  queries,
  subjects,
  verdictDigest,
  type Check,
  type Evaluation,
  type EvaluationSummary,
  type Measure,
  type Verdict,
} from '@sluice/contracts';
import { Gate } from '../testing/gate.fixture.js';
import { eventually, TestRegistry } from '../testing/test-registry.js';

const model = 'credit-risk';
const mebibyte = 1024 ** 2;
/**
 * Five times what is promised, since machines that run tests are shared. Read on the event loop, this verdict
 * holds it up for longer, on any machine.
 */
const longestBlockMs = 250;
/** Of an evaluation in a page; its policy may have 64 KiB, and its verdict 64 MiB. */
const mostBytesAnItem = 2048;

const measureOf = (group: string): Measure => ({
  metric: 'accuracy',
  of: 'version',
  by: 'team',
  group,
  column: null,
  value: 0.8123456789,
  interval: { lower: 0.7123456789, upper: 0.8923456789, level: 0.95, method: 'wilson' },
  n: 1234,
  state: 'ok',
  reason: null,
});

/** Over five mebibytes, with twelve checks that failed. */
const enlarged = (verdict: Verdict): Verdict => ({
  ...verdict,
  checks: Array.from({ length: 12 }, (_, index) => ({
    ...(verdict.checks[0] as Check),
    id: `accuracy/at_least/${index}`,
  })),
  measures: Array.from({ length: 24_000 }, (_, index) => measureOf(`Gruppe ${index} – größer`)),
});

describe('verdicts of megabytes', () => {
  let registry: TestRegistry;
  let gate: Gate;
  let large: { id: string; verdict: Verdict };
  /** What the evaluator answers for, by the message's id. */
  const held = new Map<string, Buffer>();

  beforeAll(async () => {
    registry = await TestRegistry.start();
    gate = new Gate(registry);
    await gate.model(model);
    await gate.version(model);
    registry.nats.subscribe(queries.messageData('evaluator'), {
      callback: (_, question) => {
        const { id, offset } = question.json<{ id: string; offset: number }>();
        question.respond(held.get(id)?.subarray(offset, offset + 256 * 1024));
      },
    });
    // The thread starts with the first verdict; what is measured later is work on verdicts.
    await gate.evaluated(model, 1, 'fail');
  }, 60_000);
  afterAll(() => registry.close());

  /** A message that says where its data is, as the evaluator sends it. */
  const messageOf = (data: Buffer): string => {
    const id = randomUUID();
    held.set(id, data);
    return JSON.stringify({
      specversion: '1.0',
      id,
      source: '/sluice/evaluator',
      type: subjects.evaluationCompleted,
      subject: 'evaluations/large',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      dataref: queries.messageData('evaluator'),
      datasize: data.length,
      datadigest: digestOfBytes(data),
    });
  };
  const dataOf = (evaluation: Evaluation, verdict: Verdict): Buffer =>
    Buffer.from(JSON.stringify({ evaluation: evaluation.id, verdict }));
  const publish = (message: string): Promise<void> =>
    registry.publishRaw(subjects.evaluationCompleted, message);
  /** By the page, so that waiting does not read the verdict. */
  const ended = (id: string): Promise<EvaluationSummary> =>
    eventually(
      `the end of evaluation ${id}`,
      async () => {
        const { body } = await registry.call('GET', `/evaluations?model=${model}`);
        const items = body.items as EvaluationSummary[];
        return items.find((item) => item.id === id && item.finishedAt !== null);
      },
      60_000,
    );
  /** As bytes, since parsing them here would be in the same event loop. */
  const bytesOf = async (path: string): Promise<Buffer> => {
    const response = await fetch(`${registry.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${registry.admin}` },
    });
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  };

  /**
   * The longest block of the event loop during something. Whoever else computes on the machine can make one longer, but
   * hardly three times; what blocks the loop does so each time.
   */
  const longestBlock = async <Prepared>(
    prepare: () => Promise<Prepared>,
    during: (prepared: Prepared) => Promise<void>,
  ): Promise<number> => {
    let least = Infinity;
    for (let attempt = 0; attempt < 3 && least >= longestBlockMs; attempt += 1) {
      const prepared = await prepare();
      const blocks = monitorEventLoopDelay({ resolution: 5 });
      blocks.enable();
      await during(prepared);
      blocks.disable();
      least = Math.min(least, blocks.max / 1e6);
    }
    return least;
  };
  const nothing = (): Promise<void> => Promise.resolve();

  it('are taken in, and nothing else waits for it', async () => {
    const block = await longestBlock(
      async () => {
        const asked = await gate.evaluation(model, 1);
        large = { id: asked.id, verdict: enlarged(await gate.verdict(asked, 'fail')) };
        const data = dataOf(asked, large.verdict);
        expect(data.length).toBeGreaterThan(5 * mebibyte);
        return messageOf(data);
      },
      async (message) => {
        await publish(message);
        const { state, outcome } = await ended(large.id);
        expect([state, outcome]).toEqual(['succeeded', 'fail']);
      },
    );
    expect(block).toBeLessThan(longestBlockMs);
    const { verdictDigest: digest } = await ended(large.id);
    expect(digest).toBe(verdictDigest(large.verdict));
  }, 240_000);

  it('are told as the bytes that their digest is of, and nothing else waits for it', async () => {
    const { id, verdict } = large;
    let told: Buffer = Buffer.alloc(0);
    const block = await longestBlock(nothing, async () => {
      told = await bytesOf(`/evaluations/${id}`);
    });
    expect(block).toBeLessThan(longestBlockMs);
    // The verdict stands last in the answer.
    const at = told.indexOf('"verdict":') + '"verdict":'.length;
    expect(digestOfBytes(told.subarray(at, -1))).toBe(verdictDigest(verdict));
    const { body, headers } = await registry.call('GET', `/evaluations/${id}`);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('content-length')).toBe(String(told.length));
    expect(body).toEqual({ ...(await ended(id)), verdict });
  }, 120_000);

  it('make no page larger', async () => {
    const copied = 5;
    await registry.sql(
      `INSERT INTO evaluation (id, model, version, dataset_digest, policy_text, policy, policy_digest, state,
          outcome, verdict, verdict_digest, failed_checks, created_at, created_by, finished_at)
        SELECT gen_random_uuid(), model, version, dataset_digest, repeat('#', 65536), policy, policy_digest, state,
          outcome, verdict, verdict_digest, failed_checks, created_at, created_by, finished_at
        FROM (SELECT * FROM evaluation ORDER BY length(verdict::text) DESC NULLS LAST LIMIT 1) one,
          generate_series(1, ${copied})`,
    );
    let page: Buffer = Buffer.alloc(0);
    const block = await longestBlock(nothing, async () => {
      page = await bytesOf('/evaluations?limit=200&outcome=fail');
    });
    expect(block).toBeLessThan(longestBlockMs);
    const { items } = JSON.parse(page.toString()) as { items: object[] };
    expect(items.length).toBeGreaterThan(copied);
    expect(items.every((item) => !('verdict' in item) && 'verdictDigest' in item)).toBe(true);
    expect(page.length).toBeLessThan(items.length * mostBytesAnItem);
  }, 60_000);

  it('name some of the checks that failed when a promotion is refused', async () => {
    const json = { model, version: 1, environment: 'staging' };
    const { status, body } = await registry.call('POST', '/promotions', { json });
    expect([status, body.code]).toEqual([409, 'verdict_missing']);
    expect(body.detail).toContain('accuracy/at_least/0, accuracy/at_least/1,');
    expect(body.detail).toContain('accuracy/at_least/9 and 2 more.');
  });

  it('are none unless they are valid and those that the message names', async () => {
    const asked = await gate.evaluation(model, 1);
    const verdict = enlarged(await gate.verdict(asked));
    const before = await registry.database.manager.count(DeadLetterEntity);
    const lastMeasure = { ...measureOf('last'), metric: 'guess' };
    const invalid = { ...verdict, measures: [...verdict.measures, lastMeasure] };
    await publish(messageOf(dataOf(asked, invalid as Verdict)));
    const cut = dataOf(asked, verdict).subarray(0, -1);
    await publish(messageOf(cut));
    const other = messageOf(dataOf(asked, verdict));
    held.set(JSON.parse(other).id as string, dataOf(asked, { ...verdict, rows: 101 }));
    await publish(other);
    const letters = await eventually(
      'three dead letters',
      async () => {
        const found = await registry.database.manager.find(DeadLetterEntity, {
          order: { createdAt: 'ASC' },
        });
        return found.length >= before + 3 && found.slice(before);
      },
      60_000,
    );
    expect(letters.map(({ error }) => error)).toEqual([
      expect.stringContaining('"metric"'),
      expect.stringContaining('not JSON'),
      expect.stringContaining('does not match its digest'),
    ]);
    const { body } = await registry.call('GET', `/evaluations/${asked.id}`);
    expect(body).toMatchObject({ state: 'queued', outcome: null, verdict: null });
  }, 120_000);
});
