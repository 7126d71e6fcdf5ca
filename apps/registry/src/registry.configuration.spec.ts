import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadRegistryConfiguration } from './registry.configuration.js';

const needed = {
  DATABASE_URL: 'postgres://sluice@localhost/sluice',
  NATS_URL: 'nats://localhost:4222',
  SLUICE_BLOBS: '/var/lib/sluice/blobs',
};

describe('the configuration of the registry', () => {
  it('has defaults for what it can', () => {
    expect(loadRegistryConfiguration(needed)).toMatchObject({
      PORT: 7100,
      SLUICE_ALLOWED_HOSTS: ['127.0.0.1', 'localhost'],
      SLUICE_MAX_UPLOAD_BYTES: 2_147_483_648,
    });
  });

  it.each([
    ['an empty one', ''],
    ['a short one', 'slk_1234'],
    ['a word', 'changeme'],
    ['zeros', `slk_${'0'.repeat(64)}`],
    ['a rhythm', `slk_${'0123456789abcdef'.repeat(4)}`],
    ['few digits', `slk_${'0123456'.repeat(10).slice(0, 64)}`],
  ])('refuses %s as the key of the admin', (_, key) => {
    const load = () => loadRegistryConfiguration({ ...needed, SLUICE_ADMIN_KEY: key });
    expect(load).toThrow('The configuration is not valid.');
  });

  it('takes a random key', () => {
    const key = `slk_${randomBytes(32).toString('hex')}`;
    const configuration = loadRegistryConfiguration({ ...needed, SLUICE_ADMIN_KEY: key });
    expect(configuration.SLUICE_ADMIN_KEY).toBe(key);
  });

  it('reads the names under which it may be asked', () => {
    const read = (hosts: string) =>
      loadRegistryConfiguration({ ...needed, SLUICE_ALLOWED_HOSTS: hosts }).SLUICE_ALLOWED_HOSTS;
    expect(read('Registry.example, [::1]')).toEqual(['registry.example', '[::1]']);
    for (const hosts of ['*', 'a,,b', 'https://a', 'a:80']) expect(() => read(hosts)).toThrow();
  });
});
