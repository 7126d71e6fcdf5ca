import { afterEach, describe, expect, it } from '@jest/globals';
import { problemSchema, type Promotion } from '@sluice/contracts';
import { problem, RegistryDouble } from '../registry-double.fixture.js';
import {
  auditTrail,
  champion,
  deployment,
  evaluationId,
  model,
  newArtifact,
  oldArtifact,
  promotion,
  promotionId,
  version,
} from '../resources.fixture.js';
import { sluice, type CliResult } from '../run-cli.fixture.js';

const key = `slk_${'0123456789abcdef'.repeat(4)}`;
const page = (items: unknown[]): unknown => ({ items, next: null });

let registry: RegistryDouble;
const scripted = async (script: Parameters<typeof RegistryDouble.start>[0]): Promise<void> => {
  registry = await RegistryDouble.start(script);
};
const ask = (...args: string[]): Promise<CliResult> =>
  sluice(args, { environment: { SLUICE_URL: registry.url, SLUICE_API_KEY: key } });
afterEach(() => registry?.stop());

describe('listings', () => {
  it('sluice models prints a table, and everything there is as JSON', async () => {
    await scripted({ 'GET /api/v1/models': page([model]) });
    const { code, out } = await ask('models');
    expect(code).toBe(0);
    expect(out).toMatch(/^MODEL +LATEST +CREATED +BY +DESCRIPTION\ncredit-risk +2 +2026-/);
    expect(registry.seen[0]?.key).toBe(key);
    expect(JSON.parse((await ask('models', '--json')).out)).toEqual({ items: [model] });
  });

  it('sluice versions shows where each came from, and nothing a terminal would obey', async () => {
    const evil = version({ number: 1, author: 'eve', source: { repository: 'a/b\u001b[2J' } });
    await scripted({ 'GET /api/v1/models/credit-risk/versions': page([version(), evil]) });
    const { out } = await ask('versions', 'credit-risk');
    expect(out).toContain('carol');
    expect(out).toContain('acme/credit-risk#2 ab12cd3');
    expect(out).toContain(newArtifact.slice(7, 19));
    expect(out).not.toContain('\u001b');
  });

  it('sluice promotions hands on its filters', async () => {
    await scripted({ 'GET /api/v1/promotions': page([promotion()]) });
    const { out } = await ask('promotions', '--state', 'awaiting_approval');
    expect(out).toMatch(/1 → 2 +production +awaiting approval +0 of 1/);
  });

  it('sluice status shows champions, what really runs, and what waits', async () => {
    const behind = { ...deployment, desiredVersion: 2, state: 'starting', detail: 'starting 2' };
    await scripted({
      'GET /api/v1/models': page([model]),
      'GET /api/v1/environments': {
        items: [
          { name: 'staging', approvals: 0 },
          { name: 'production', approvals: 1 },
        ],
      },
      'GET /api/v1/models/credit-risk/environments': { items: [champion] },
      'GET /api/v1/deployments': { items: [behind] },
      'GET /api/v1/promotions': page([promotion()]),
    });
    const { code, out } = await ask('status');
    expect(code).toBe(0);
    expect(out).toMatch(/credit-risk +staging +–/);
    expect(out).toMatch(/credit-risk +production +1 .*starting, serves 1 .*, wants 2 – starting 2/);
    expect(out).toContain(oldArtifact.slice(7, 19));
    expect(out).toContain(promotionId);
  });

  it('sluice status says that it does not know what runs when the deployer does not answer', async () => {
    await scripted({
      'GET /api/v1/models/credit-risk': model,
      'GET /api/v1/environments': { items: [{ name: 'production', approvals: 1 }] },
      'GET /api/v1/models/credit-risk/environments': { items: [champion] },
      'GET /api/v1/deployments': {
        ...problem('internal', 'x'),
        code: 'unavailable',
        detail: 'The deployer does not answer.',
      },
      'GET /api/v1/promotions': page([]),
    });
    const { code, out, err } = await ask('status', 'credit-risk');
    expect(code).toBe(0);
    expect(out).toContain('not known');
    expect(err).toContain('The deployer does not answer.');
  });

  it('sluice audit checks the chain', async () => {
    const trail = auditTrail(5);
    await scripted({ 'GET /api/v1/audit': page(trail) });
    const whole = await ask('audit', '--limit', '2');
    expect(whole.code).toBe(0);
    expect(whole.out.trim().split('\n')).toHaveLength(3);
    await registry.stop();
    const altered = trail.map((entry) =>
      entry.position === 3 ? { ...entry, actor: 'eve' } : entry,
    );
    await scripted({ 'GET /api/v1/audit': page(altered) });
    const broken = await ask('audit', '--json');
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.out)).toMatchObject({ firstBreak: 3 });
  });
});

describe('sluice promote', () => {
  const args = ['promote', 'credit-risk', '2', '--to', 'production'];

  it('says what is missing', async () => {
    await scripted({ 'POST /api/v1/promotions': promotion() });
    const { code, out } = await ask(...args);
    expect(code).toBe(0);
    expect(out).toContain(`sluice approve ${promotionId}`);
    expect(registry.seen[0]?.body).toEqual({
      model: 'credit-risk',
      version: 2,
      environment: 'production',
    });
  });

  const waited = async (...states: Partial<Promotion>[]): Promise<CliResult> => {
    let reads = 0;
    await scripted({
      'POST /api/v1/promotions': promotion(),
      [`GET /api/v1/promotions/${promotionId}`]: () => ({
        body: promotion(states[Math.min(reads++, states.length - 1)]),
      }),
    });
    return ask(...args, '--evaluation', evaluationId, '--wait');
  };

  it('waits for approval and rollout with --wait', async () => {
    const { code, out, err } = await waited({}, { state: 'rolling_out' }, { state: 'succeeded' });
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('succeeded') });
    expect(err).toContain('waiting for 1 approval');
  });

  it('exits with 1 and the reason when the rollout fails', async () => {
    const failed = problem('unavailable', 'The new version did not become ready.');
    const { code, out } = await waited({ state: 'failed', problem: failed });
    expect(code).toBe(1);
    expect(out).toContain('The new version did not become ready.');
  });

  it('exits with 1 when the registry refuses', async () => {
    await scripted({
      'POST /api/v1/promotions': problem('verdict_missing', 'The verdict says fail.'),
    });
    const { code, out, err } = await ask(...args, '--json');
    expect(code).toBe(1);
    expect(err).toBe('error: The verdict says fail.\n');
    expect(problemSchema.parse(JSON.parse(out)).code).toBe('verdict_missing');
  });
});

describe('decisions and keys', () => {
  it('sluice approve sends the comment', async () => {
    const approved = promotion({
      state: 'rolling_out',
      approvals: [{ by: 'maria', comment: 'ok', at: model.createdAt }],
    });
    await scripted({ [`POST /api/v1/promotions/${promotionId}/approvals`]: approved });
    const { code, out } = await ask('approve', promotionId, '--comment', 'ok');
    expect({ code, body: registry.seen[0]?.body }).toEqual({ code: 0, body: { comment: 'ok' } });
    expect(out).toContain('approved by maria: ok');
  });

  it("sluice approve exits with 1 on the author's own version", async () => {
    await scripted({
      [`POST /api/v1/promotions/${promotionId}/approvals`]: problem(
        'forbidden',
        'carol is the author.',
      ),
    });
    expect(await ask('approve', promotionId)).toEqual({
      code: 1,
      out: '',
      err: 'error: carol is the author.\n',
    });
  });

  it('sluice reject shows that it is over', async () => {
    await scripted({
      [`POST /api/v1/promotions/${promotionId}/rejection`]: promotion({ state: 'rejected' }),
    });
    expect(await ask('reject', promotionId)).toMatchObject({
      code: 0,
      out: expect.stringContaining('rejected'),
    });
  });

  it('sluice keys create prints the key alone, so that it can go into a file', async () => {
    const created = {
      id: evaluationId,
      name: 'maria',
      kind: 'person',
      roles: ['approver', 'reader'],
      createdAt: model.createdAt,
      createdBy: 'admin',
      revokedAt: null,
      secret: key,
    };
    await scripted({ 'POST /api/v1/keys': created });
    const { code, out, err } = await ask('keys', 'create', 'maria', '--role', 'approver', 'reader');
    expect({ code, out }).toEqual({ code: 0, out: `${key}\n` });
    expect(err).toContain('approver, reader');
    expect(registry.seen[0]?.body).toEqual({
      name: 'maria',
      kind: 'person',
      roles: ['approver', 'reader'],
    });
  });

  it('sluice keys create refuses a machine that approves without asking the registry', async () => {
    await scripted({});
    const { code, err } = await ask(
      'keys',
      'create',
      'ci',
      '--kind',
      'machine',
      '--role',
      'approver',
    );
    expect(code).toBe(2);
    expect(err).toContain('a machine cannot approve');
    expect(registry.seen).toHaveLength(0);
  });
});
