import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { apiKeySecretSchema } from '@sluice/contracts';
import { problem, RegistryDouble } from '../registry-double.fixture.js';
import { evaluationId, model } from '../resources.fixture.js';
import { adminKey, adminKeyFile, serviceKey } from './keys.js';

const kept = `slk_${'0123456789abcdef'.repeat(4)}`;
const fresh = `slk_${'fedcba9876543210'.repeat(4)}`;
const created = {
  id: evaluationId,
  name: 'evaluator',
  kind: 'machine',
  roles: ['service'],
  createdAt: model.createdAt,
  createdBy: 'admin',
  revokedAt: null,
  secret: fresh,
};

let home: string;
let registry: RegistryDouble | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sluice-keys-'));
});
afterEach(async () => {
  await registry?.stop();
  registry = undefined;
  rmSync(home, { recursive: true, force: true });
});

describe('the admin key', () => {
  it('is made once, for the eyes of its owner alone', () => {
    const secret = adminKey(home);
    expect(apiKeySecretSchema.parse(secret)).toBe(secret);
    expect(adminKey(home)).toBe(secret);
    expect(statSync(adminKeyFile(home)).mode & 0o777).toBe(0o600);
  });

  it('is never replaced by a new one when its file holds something else', () => {
    writeFileSync(adminKeyFile(home), 'slk_cut-sho');
    expect(() => adminKey(home)).toThrow(/holds no API key/);
    expect(readFileSync(adminKeyFile(home), 'utf8')).toBe('slk_cut-sho');
  });
});

describe('a key of a service', () => {
  const file = (): string => join(home, 'keys', 'evaluator.key');
  const keep = (): void => {
    mkdirSync(join(home, 'keys'));
    writeFileSync(file(), kept);
  };
  const keyWhen = async (answer: unknown): Promise<string> => {
    registry = await RegistryDouble.start({
      'GET /api/v1/environments': answer,
      'POST /api/v1/keys': created,
    });
    return serviceKey(home, 'evaluator', registry.url);
  };

  it('is made through the API with the role service, and kept', async () => {
    expect(await keyWhen({ items: [] })).toBe(fresh);
    expect(registry?.seen).toMatchObject([
      { body: { name: 'evaluator', kind: 'machine', roles: ['service'] }, key: adminKey(home) },
    ]);
    expect(readFileSync(file(), 'utf8')).toBe(`${fresh}\n`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('stays when the registry knows it, though it may not look at everything', async () => {
    keep();
    expect(await keyWhen(problem('forbidden', 'This needs reader.'))).toBe(kept);
  });

  it('gives way to a new one when the registry no longer knows it', async () => {
    keep();
    expect(await keyWhen(problem('unauthenticated', 'That API key is not known.'))).toBe(fresh);
  });
});
