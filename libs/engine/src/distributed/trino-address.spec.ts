import { describe, expect, it } from '@jest/globals';
import { parseTrinoAddress, trinoCredentials } from './trino-address.js';

const faultOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error as Error & { code: string; faults: { message: string; hint?: string }[] };
  }
  throw new Error('Nothing was refused.');
};

describe('parseTrinoAddress', () => {
  it.each([
    ['trino://ann@trino.example.com/hive/risk', 'https://trino.example.com'],
    ['trino://ann@trino.example.com:8443/hive/risk', 'https://trino.example.com:8443'],
    ['trino://ann@trino.example.com/hive/risk?tls=false', 'http://trino.example.com:8080'],
    ['trino://ann@127.0.0.1:9000/hive/risk', 'http://127.0.0.1:9000'],
    ['trino://ann@localhost/hive/risk', 'http://localhost:8080'],
    ['trino://ann@[::1]:9000/hive/risk', 'http://[::1]:9000'],
    ['trino://ann@localhost:8443/hive/risk?tls=true', 'https://localhost:8443'],
    // A name that only begins like this machine's is another one's.
    ['trino://ann@127.0.0.1.example.com/hive/risk', 'https://127.0.0.1.example.com'],
    ['trino://ann@localhost.example.com/hive/risk', 'https://localhost.example.com'],
  ])('reads %s, encrypted unless it stays on this machine', (text, origin) => {
    expect(parseTrinoAddress(text)).toEqual({
      origin,
      user: 'ann',
      catalog: 'hive',
      schema: 'risk',
    });
  });

  it('decodes names', () => {
    expect(parseTrinoAddress('trino://ann%40corp@h/my%2Fcatalog/s%23')).toMatchObject({
      user: 'ann@corp',
      catalog: 'my/catalog',
      schema: 's#',
    });
  });

  it.each([
    ['http://ann@h/c/s', 'no address of a Trino'],
    ['nonsense', 'no address of a Trino'],
    ['trino:///c/s', 'no address of a Trino'],
    ['trino://h/c/s', 'names no user'],
    ['trino://ann@h', 'one catalog and one schema'],
    ['trino://ann@h/c', 'one catalog and one schema'],
    ['trino://ann@h/c/s/t', 'one catalog and one schema'],
    ['trino://ann@h/c/s#x', 'a fragment'],
    ['trino://ann@h/c/s?ssl=true', 'unknown option "ssl"'],
    ['trino://ann@h/c/s?tls=1', 'tls that is not true or false'],
    ['trino://ann%0d%0ax-trino-user%3aroot@h/c/s', 'spaces or characters beyond ASCII'],
    ['trino://ann@h/c%0a/s', 'spaces or characters beyond ASCII'],
    ['trino://ann%ff@h/c/s', 'spaces or characters beyond ASCII'],
  ])('refuses %s: it %s', (text, reason) => {
    const error = faultOf(() => parseTrinoAddress(text));
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain(reason);
  });

  it('refuses a password and does not repeat it', () => {
    const error = faultOf(() => parseTrinoAddress('trino://ann:hunter2@h/c/s'));
    expect(error.faults[0]?.hint).toContain('SLUICE_TRINO_PASSWORD');
    expect(JSON.stringify([error.message, error.faults])).not.toContain('hunter2');
  });
});

describe('trinoCredentials', () => {
  const encrypted = parseTrinoAddress('trino://ann@trino.example.com/c/s');
  const plain = parseTrinoAddress('trino://ann@trino.example.com/c/s?tls=false');

  it('come from the environment', () => {
    expect(trinoCredentials({}, plain)).toEqual({});
    expect(trinoCredentials({ SLUICE_TRINO_PASSWORD: 'p' }, encrypted)).toEqual({ password: 'p' });
    expect(trinoCredentials({ SLUICE_TRINO_TOKEN: 't' }, encrypted)).toEqual({ token: 't' });
  });

  it.each(['SLUICE_TRINO_PASSWORD', 'SLUICE_TRINO_TOKEN'])(
    'never cross a network in the clear: %s',
    (name) => {
      const error = faultOf(() => trinoCredentials({ [name]: 'hunter2' }, plain));
      expect(error.message).toContain(name);
      expect(error.message).not.toContain('hunter2');
    },
  );

  it('are one at a time, and none that would break a header', () => {
    const both = { SLUICE_TRINO_PASSWORD: 'p', SLUICE_TRINO_TOKEN: 't' };
    expect(faultOf(() => trinoCredentials(both, encrypted)).message).toContain('only one');
    const broken = { SLUICE_TRINO_TOKEN: 'x\r\ny: z' };
    expect(faultOf(() => trinoCredentials(broken, encrypted)).message).toContain('characters');
  });
});
