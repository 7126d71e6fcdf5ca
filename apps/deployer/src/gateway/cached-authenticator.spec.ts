import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SluiceError, type Principal } from '@sluice/contracts';
import type { QueryClient } from '@sluice/platform';
import { CachedAuthenticator } from './cached-authenticator.js';

const maria: Principal = {
  keyId: '0b9ee5a8-6b0e-4a52-9d2a-8f7a3a0f0001',
  name: 'maria',
  kind: 'person',
  roles: ['predictor'],
};

describe('CachedAuthenticator', () => {
  let holder: Principal | null;
  let reachable: boolean;
  let questions: number;
  let authenticator: CachedAuthenticator;

  beforeEach(() => {
    jest.useFakeTimers();
    holder = maria;
    reachable = true;
    questions = 0;
    const registry = {
      ask: async () => {
        questions += 1;
        if (!reachable) throw new SluiceError('unavailable', 'No answer.');
        return { principal: holder };
      },
    };
    authenticator = new CachedAuthenticator(registry as unknown as QueryClient);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const ask = () => authenticator.authenticate('a'.repeat(64));
  const pass = (seconds: number) => jest.advanceTimersByTime(seconds * 1000);

  it('stops a revoked key within 10 seconds', async () => {
    expect(await ask()).toBe(maria);
    holder = null;
    pass(9);
    expect(await ask()).toBe(maria);
    pass(1.1);
    expect(await ask()).toBeNull();
  });

  it('lets a new key in a second after it was tried too early', async () => {
    holder = null;
    expect(await ask()).toBeNull();
    holder = maria;
    pass(0.5);
    expect(await ask()).toBeNull();
    pass(0.6);
    expect(await ask()).toBe(maria);
  });

  it('trusts a confirmed key for 60 seconds without the registry, and then nobody', async () => {
    await ask();
    reachable = false;
    pass(59);
    expect(await ask()).toBe(maria);
    pass(2);
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('trusts a refusal no longer than a second, even without the registry', async () => {
    holder = null;
    await ask();
    reachable = false;
    pass(2);
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('asks an absent registry once a second and not for every request', async () => {
    await ask();
    reachable = false;
    pass(20);
    for (let request = 0; request < 10; request += 1) await ask();
    expect(questions).toBe(2);
    pass(1.1);
    reachable = true;
    holder = null;
    expect(await ask()).toBeNull();
  });
});
