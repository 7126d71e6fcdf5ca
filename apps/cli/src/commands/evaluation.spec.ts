import { afterEach, describe, expect, it } from '@jest/globals';
import type { Evaluation } from '@sluice/contracts';
import { problem, RegistryDouble, type Seen } from '../registry-double.fixture.js';
import { evaluationId as id, model, newArtifact as digest } from '../resources.fixture.js';
import { sluice, type CliResult } from '../run-cli.fixture.js';

const evaluation = (change: Partial<Evaluation> = {}): Evaluation => ({
  id,
  model: 'credit-risk',
  version: 3,
  champion: 2,
  policyDigest: digest,
  datasets: { evaluation: digest },
  state: 'running',
  progress: {
    step: 'scoring rows',
    done: 41,
    total: 100,
    overall: { step: 3, of: 5, fraction: 0.482 },
  },
  outcome: null,
  verdict: null,
  verdictDigest: null,
  problem: null,
  cancellation: null,
  createdAt: model.createdAt,
  createdBy: 'ci',
  finishedAt: null,
  ...change,
});
const cancelled = (reason: string): Evaluation =>
  evaluation({
    state: 'cancelled',
    cancellation: { by: 'maria', reason, at: model.createdAt },
    finishedAt: model.createdAt,
  });

const key = `slk_${'5'.repeat(64)}`;

describe('sluice evaluation', () => {
  let registry: RegistryDouble;
  afterEach(() => registry.stop());
  const ask = async (
    script: Parameters<typeof RegistryDouble.start>[0],
    args: string[],
    more: Parameters<typeof sluice>[1] = {},
  ): Promise<CliResult> => {
    registry = await RegistryDouble.start(script);
    const environment = { SLUICE_URL: registry.url, SLUICE_API_KEY: key };
    return sluice(['evaluation', ...args], { environment, folder: '/', ...more });
  };

  it('says how far one is', async () => {
    const { code, out } = await ask({ [`GET /api/v1/evaluations/${id}`]: evaluation() }, [id]);
    expect(code).toBe(0);
    expect(out).toContain('running: step 3 of 5, scoring rows … 41 %');
  });

  it('cancel ends one, and says by whom and why', async () => {
    const script = {
      [`POST /api/v1/evaluations/${id}/cancel`]: ({ body }: Seen) => ({
        body: cancelled((body as { reason: string }).reason),
      }),
    };
    const { code, out } = await ask(script, ['cancel', id, '--reason', 'the wrong data']);
    expect(code).toBe(0);
    expect(out).toContain('no verdict: cancelled by maria: the wrong data');
  });

  it('cancel takes its own options, and is refused when there is nothing to cancel', async () => {
    const script = {
      [`POST /api/v1/evaluations/${id}/cancel`]: problem('conflict', 'It has succeeded already.'),
    };
    const { code, out, err } = await ask(script, ['cancel', id, '--json']);
    expect(code).toBe(1);
    expect(err).toContain('It has succeeded already.');
    expect(JSON.parse(out)).toMatchObject({ code: 'conflict' });
  });

  it('watch waits for the end, and no verdict is no pass', async () => {
    let asked = 0;
    const script = {
      [`GET /api/v1/evaluations/${id}`]: () => ({
        body: (asked += 1) < 3 ? evaluation() : cancelled(''),
      }),
    };
    const { code, out, err } = await ask(script, ['watch', id], { isTTY: true });
    expect(asked).toBe(3);
    expect(code).toBe(2);
    expect(out).toContain('cancelled by maria');
    expect(err).toContain('step 3 of 5, scoring rows … 41 %');
  });

  it('watch says on Ctrl-C that the evaluation goes on, and how to end it', async () => {
    const stop = new AbortController();
    const script = {
      [`GET /api/v1/evaluations/${id}`]: () => {
        setTimeout(() => stop.abort(), 50);
        return { body: evaluation() };
      },
    };
    const { code, err } = await ask(script, ['watch', id], { signal: stop.signal });
    expect(code).toBe(130);
    expect(err).toContain(`sluice evaluation cancel ${id}`);
    expect(registry.seen.every(({ method }) => method === 'GET')).toBe(true);
  });
});
