import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from './postgres/databases.js';
import { testServices } from './test-services.js';

const names = ['TEST_DATABASE_URL', 'TEST_NATS_URL', 'DATABASE_URL', 'NATS_URL'];

describe('the services for tests', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of names) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it('are those that the environment names, the ones for tests first', async () => {
    process.env['TEST_DATABASE_URL'] = 'postgres://test';
    process.env['DATABASE_URL'] = 'postgres://other';
    delete process.env['TEST_NATS_URL'];
    process.env['NATS_URL'] = 'nats://other';
    const services = await testServices();
    expect(services).toMatchObject({ databaseUrl: 'postgres://test', natsUrl: 'nats://other' });
    await services.stop();
  });

  it('are embedded ones otherwise, whose data goes with them', async () => {
    for (const name of names) delete process.env[name];
    const services = await testServices();
    const url = await createDatabase(services.databaseUrl, 'one_test');
    expect(new URL(url).pathname).toBe('/one_test');
    expect(services.natsUrl).toMatch(/^nats:\/\/sluice:[^@]+@127\.0\.0\.1:\d+$/);
    const homes = fileURLToPath(new URL('../../../.sluice/test', import.meta.url));
    const mine = homesOf(process.pid, homes);
    expect(mine).toHaveLength(1);
    await services.stop();
    expect(mine.some((home) => existsSync(home))).toBe(false);
  });
});

function homesOf(pid: number, homes: string): string[] {
  const own = readdirSync(homes).filter((name) => name.startsWith(`${pid}-`));
  return own.map((name) => join(homes, name));
}
