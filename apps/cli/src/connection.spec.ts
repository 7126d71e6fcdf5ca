import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { problem, RegistryDouble } from './registry-double.fixture.js';
import { sluice } from './run-cli.fixture.js';

const key = `slk_${'0123456789abcdef'.repeat(4)}`;

describe('which registry, and as whom', () => {
  let folder: string;
  let registry: RegistryDouble;
  let answer: unknown;
  beforeEach(async () => {
    answer = { items: [], next: null };
    registry = await RegistryDouble.start({ 'GET /api/v1/models': () => ({ body: answer }) });
    folder = mkdtempSync(join(tmpdir(), 'sluice-connection-'));
    const home = join(folder, '.sluice');
    mkdirSync(home);
    const adminKeyFile = join(home, 'admin.key');
    writeFileSync(adminKeyFile, `${key}\n`);
    const record = {
      registryUrl: registry.url,
      gatewayUrl: registry.url,
      adminKeyFile,
      pid: 1,
      services: {},
    };
    writeFileSync(join(home, 'up.json'), JSON.stringify(record));
  });
  afterEach(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are those of sluice up when nothing is said', async () => {
    expect((await sluice(['models'], { folder })).code).toBe(0);
    expect(registry.seen[0]?.key).toBe(key);
  });

  it('never sends the admin key of the local registry to another one', async () => {
    const { code, err } = await sluice(['models', '--url', 'http://127.0.0.1:9'], { folder });
    expect(code).toBe(2);
    expect(err).toContain('Give --key-file or SLUICE_API_KEY');
  });

  it('prefers a key file on the command line over SLUICE_API_KEY', async () => {
    const other = key.replaceAll('0', 'f');
    writeFileSync(join(folder, 'maria.key'), other);
    const environment = { SLUICE_API_KEY: key };
    await sluice(['models', '--key-file', 'maria.key'], { folder, environment });
    expect(registry.seen[0]?.key).toBe(other);
  });

  it('says what to do when there is none', async () => {
    const { code, err } = await sluice(['models'], { folder: tmpdir() });
    expect(code).toBe(2);
    expect(err).toContain('sluice up');
  });

  it('exits with 2 when the key is not known', async () => {
    answer = problem('unauthenticated', 'That API key is not known.');
    expect(await sluice(['models'], { folder })).toEqual({
      code: 2,
      out: '',
      err: 'error: That API key is not known.\n',
    });
  });

  it('ends quietly at Ctrl-C', async () => {
    const stop = new AbortController();
    stop.abort();
    const result = await sluice(['models'], { folder, signal: stop.signal });
    expect(result).toEqual({ code: 130, out: '', err: '' });
  });
});
