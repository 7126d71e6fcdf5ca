import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findUpRecord, readUpRecord, removeUpRecord, writeUpRecord } from './up-record.js';

const record = {
  registryUrl: 'http://127.0.0.1:7100',
  gatewayUrl: 'http://127.0.0.1:7300',
  adminKeyFile: '/somewhere/admin.key',
  pid: 1,
  services: {},
};

describe('up.json', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-record-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is found from any folder below the one that holds .sluice', () => {
    const home = join(folder, '.sluice');
    const below = join(folder, 'a', 'b');
    mkdirSync(home);
    mkdirSync(below, { recursive: true });
    writeUpRecord(home, record);
    expect(findUpRecord(below)).toEqual(record);
    removeUpRecord(home);
    expect(findUpRecord(below)).toBeUndefined();
  });

  it.each(['{"registryUrl":', 'null', '{"registryUrl":1}'])(
    'refuses what it did not write: %s',
    (text) => {
      writeFileSync(join(folder, 'up.json'), text);
      expect(() => readUpRecord(folder)).toThrow(/is not what sluice up wrote/);
    },
  );
});
