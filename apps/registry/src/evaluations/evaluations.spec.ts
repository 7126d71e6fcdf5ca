import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterEntity } from '@sluice/platform';
import {
  digestOfBytes,
  evaluateJobSchema,
  manifestDigest,
  parsePolicy,
  policyDigest,
  SluiceError,
  subjects,
  toProblem,
  verdictDigest,
  type Evaluation,
} from '@sluice/contracts';
import { Gate, policyText } from '../testing/gate.fixture.js';
import { eventually, TestRegistry } from '../testing/test-registry.js';

const model = 'credit-risk';

describe('evaluations', () => {
  let registry: TestRegistry;
  let gate: Gate;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    gate = new Gate(registry);
    await gate.model(model);
    await gate.version(model);
  });
  afterAll(() => registry.close());

  const get = async (id: string): Promise<Evaluation> =>
    (await registry.call('GET', `/evaluations/${id}`)).body;
  const deadLetters = (): Promise<DeadLetterEntity[]> =>
    registry.database.manager.find(DeadLetterEntity);
  const failure = toProblem(new SluiceError('invalid_data', 'The table has no column credit.'));

  it('asks for one by a job, in the transaction that notes it', async () => {
    // Environments in an order that Postgres' jsonb would turn around.
    const text = policyText(model, '{ production: { approvals: 1 }, staging: {} }');
    const datasets = { evaluation: await gate.dataset() };
    const json = { model, version: 1, policy: text, datasets };
    const { status, body, headers } = await registry.call('POST', '/evaluations', {
      json,
      headers: { 'x-correlation-id': 'pull-request-7' },
    });
    expect([status, body.state]).toEqual([202, 'queued']);
    expect(headers.get('location')).toBe(`/api/v1/evaluations/${body.id}`);
    const policy = parsePolicy(text);
    expect(body.policyDigest).toBe(policyDigest(policy));

    const sent = (await registry.sent(subjects.evaluateJob)).at(-1);
    const job = evaluateJobSchema.parse(sent?.data);
    expect(sent?.correlationid).toBe('pull-request-7');
    expect(job).toMatchObject({
      evaluation: body.id,
      version: { version: 1 },
      champion: null,
      dataset: { digest: datasets.evaluation, format: 'csv' },
    });
    // What arrives must mean the same, down to the order of environments.
    expect(policyDigest(job.policy)).toBe(body.policyDigest);
  });

  it('asks for one against a reference exactly when the policy names one', async () => {
    const plain = policyText(model);
    const text = plain
      .replace(/^ {2}evaluation: .*$/m, (line) => `${line}\n  reference: data/train.csv`)
      .replace(/^data: \{ (.*) \}$/m, 'data: { $1, reference: data/train.csv }');
    expect(parsePolicy(text).data.reference).toBe('data/train.csv');
    const evaluation = await gate.dataset();
    const reference = await gate.dataset();
    const ask = (policy: string, datasets: object) =>
      registry.call('POST', '/evaluations', { json: { model, version: 1, policy, datasets } });

    const { status, body } = await ask(text, { evaluation, reference });
    expect([status, body.datasets]).toEqual([202, { evaluation, reference }]);
    const job = evaluateJobSchema.parse((await registry.sent(subjects.evaluateJob)).at(-1)?.data);
    expect(job.reference).toEqual({ digest: reference, format: 'csv' });

    for (const [policy, datasets, message] of [
      [text, { evaluation }, 'no dataset is given for it'],
      [plain, { evaluation, reference }, 'names no data.reference'],
    ] as const) {
      const refused = await ask(policy, datasets);
      expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
      expect(refused.body.faults[0]).toMatchObject({
        path: 'datasets.reference',
        message: expect.stringContaining(message),
      });
    }
    const unknown = await ask(text, { evaluation, reference: digestOfBytes('unknown') });
    expect(unknown.status).toBe(404);
  });

  it('tells the evaluator the files of a dataset of several', async () => {
    const files = [];
    for (const path of ['a.csv', 'b.csv'])
      files.push({ path, digest: await gate.upload(Buffer.from(path)), size: path.length });
    const manifest = { files };
    const digest = manifestDigest(manifest);
    const json = { name: 'parts', digest, format: 'csv', manifest };
    await registry.call('POST', '/datasets', { json });
    const datasets = { evaluation: digest };
    const policy = policyText(model);
    await registry.call('POST', '/evaluations', { json: { model, version: 1, policy, datasets } });
    const job = evaluateJobSchema.parse((await registry.sent(subjects.evaluateJob)).at(-1)?.data);
    expect(job.dataset).toEqual({ digest, format: 'csv', manifest });
  });

  it('follows the evaluator from queued to its verdict', async () => {
    const { id } = await gate.evaluation(model, 1);
    const progress = { step: 'Scoring rows', done: 10, total: 100 };
    await registry.publish(subjects.evaluationProgressed, { evaluation: id, progress });
    await eventually('progress', async () => (await get(id)).state === 'running');
    const running = await get(id);
    expect(running.progress).toEqual(progress);

    const verdict = await gate.verdict(running, 'fail');
    await registry.publish(subjects.evaluationCompleted, { evaluation: id, verdict });
    expect(await gate.finishedEvaluation(id)).toMatchObject({
      state: 'succeeded',
      outcome: 'fail',
      verdict,
      verdictDigest: verdictDigest(verdict),
      problem: null,
    });
  });

  it('has one effect of a message that comes five times, and none of what comes after the end', async () => {
    const asked = await gate.evaluation(model, 1);
    const verdict = await gate.verdict(asked);
    const completed = { evaluation: asked.id, verdict };
    const id = randomUUID();
    for (let i = 0; i < 5; i += 1)
      await registry.publish(subjects.evaluationCompleted, completed, id);
    const finished = await gate.finishedEvaluation(asked.id);
    await registry.publish(subjects.evaluationFailed, { evaluation: asked.id, problem: failure });
    await registry.publish(subjects.evaluationProgressed, {
      evaluation: asked.id,
      progress: { step: 'late', done: 1, total: null },
    });
    await registry.publish(subjects.evaluationCompleted, {
      evaluation: asked.id,
      verdict: { ...verdict, outcome: 'fail' },
    });
    // Messages are taken in order, so once another one's is in, these were looked at.
    await gate.evaluated(model, 1);
    expect(await get(asked.id)).toEqual(finished);
    const { body } = await registry.call('GET', '/audit?limit=200');
    const entries = body.items.filter(
      ({ subject }: { subject: string }) => subject === `evaluations/${asked.id}`,
    );
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      'evaluation.created',
      'evaluation.succeeded',
    ]);
  });

  it('tells why there is no verdict', async () => {
    const { id } = await gate.evaluation(model, 1);
    await registry.publish(subjects.evaluationFailed, { evaluation: id, problem: failure });
    expect(await gate.finishedEvaluation(id)).toMatchObject({ state: 'failed', problem: failure });
  });

  it.each([
    ['version', digestOfBytes('another model')],
    ['champion', digestOfBytes('a champion that never was')],
    ['policy', digestOfBytes('a laxer policy')],
    ['datasets', { evaluation: digestOfBytes('easier data') }],
    ['model', 'another'],
  ])('believes no verdict about another %s', async (what, value) => {
    const asked = await gate.evaluation(model, 1);
    const verdict = await gate.verdict(asked);
    await registry.publish(subjects.evaluationCompleted, {
      evaluation: asked.id,
      verdict: { ...verdict, subject: { ...verdict.subject, [what]: value } },
    });
    const { state, outcome, problem } = await gate.finishedEvaluation(asked.id);
    expect([state, outcome, problem?.code]).toEqual(['failed', null, 'digest_mismatch']);
    expect(problem?.faults?.[0]?.path).toContain(what);
  });

  it('sets poison aside, with its reason, and goes on', async () => {
    const before = (await deadLetters()).length;
    const { evaluationCompleted } = subjects;
    await registry.publishRaw(evaluationCompleted, 'not JSON');
    await registry.publishRaw(evaluationCompleted, Buffer.from([0, 0xff, 0xfe, 0]));
    await registry.publishRaw(evaluationCompleted, JSON.stringify({ specversion: '1.0' }));
    await registry.publish(evaluationCompleted, { evaluation: 'no id', verdict: {} });
    await registry.publish(subjects.evaluationFailed, {
      evaluation: randomUUID(),
      problem: failure,
    });
    await gate.evaluated(model, 1);
    const letters = (await deadLetters()).slice(before);
    expect(letters.map(({ consumer }) => consumer)).toEqual(Array(5).fill('registry-evaluations'));
    expect(letters.every(({ error }) => error.length > 0)).toBe(true);
  });

  it.each([
    ['another model', policyText('other'), 'model', 2],
    ['an unknown key', policyText(model).replace('checks:', 'chekcs:'), 'chekcs', 10],
    [
      'an unknown environment',
      policyText(model, '{ staging: {}, prod: {} }'),
      'environments.prod',
      undefined,
    ],
    [
      'no artifact',
      policyText(model)
        .replace('artifact: model.onnx\n', '')
        .replace('favorable: good', 'favorable: good\n  score: s'),
      'artifact',
      undefined,
    ],
    ['no YAML', 'a: [', '', 1],
  ])('refuses a policy with %s, and says where', async (_, policy, path, line) => {
    const json = { model, version: 1, policy, datasets: { evaluation: await gate.dataset() } };
    const { status, body } = await registry.call('POST', '/evaluations', { json });
    expect([status, body.code]).toEqual([400, 'invalid_policy']);
    const fault = body.faults.find((one: { path?: string }) => (one.path ?? '').includes(path));
    expect(fault).toBeDefined();
    if (line !== undefined) expect(fault).toMatchObject({ line, column: expect.any(Number) });
  });

  it('wants a version and a dataset that it knows', async () => {
    const policy = policyText(model);
    const datasets = { evaluation: await gate.dataset() };
    for (const json of [
      { model, version: 99, policy, datasets },
      { model, version: 3_000_000_000, policy, datasets },
      { model, version: 1, policy, datasets: { evaluation: digestOfBytes('unknown') } },
    ])
      expect((await registry.call('POST', '/evaluations', { json })).status).toBe(404);
    expect((await registry.call('GET', `/evaluations/${randomUUID()}`)).status).toBe(404);
    expect((await registry.call('GET', '/evaluations/1')).status).toBe(400);
  });

  it('evaluates once for one idempotency key', async () => {
    const json = {
      model,
      version: 1,
      policy: policyText(model),
      datasets: { evaluation: await gate.dataset() },
    };
    const headers = { 'idempotency-key': 'run-1' };
    const before = (await registry.sent(subjects.evaluateJob)).length;
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => registry.call('POST', '/evaluations', { json, headers })),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await registry.sent(subjects.evaluateJob)).toHaveLength(before + 1);
  });

  it('lists them newest first, by model, version and outcome', async () => {
    const { body } = await registry.call(
      'GET',
      `/evaluations?model=${model}&version=1&outcome=fail`,
    );
    expect(body.items.length).toBeGreaterThan(0);
    expect(body.items.every((item: Evaluation) => item.outcome === 'fail')).toBe(true);
    const first = (await registry.call('GET', '/evaluations?limit=1')).body;
    const second = (await registry.call('GET', `/evaluations?limit=1&after=${first.next}`)).body;
    expect(second.items[0].createdAt <= first.items[0].createdAt).toBe(true);
    expect(second.items[0].id).not.toBe(first.items[0].id);
    expect((await registry.call('GET', '/evaluations?version=3000000000')).body.items).toEqual([]);
    expect((await registry.call('GET', '/evaluations?state=failed')).status).toBe(400);
  });
});
