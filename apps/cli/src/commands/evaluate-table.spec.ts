import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sluice, type CliResult } from '../run-cli.fixture.js';

const policy = (rest: string): string => `
version: 1
model: test
task: binary-classification
data: { evaluation: none.parquet }
${rest}
checks: [{ metric: accuracy, at_least: 0.5 }]
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-table-'));
  const columns = 'columns: { label: y, favorable: 1';
  writeFileSync(join(folder, 'scored.yaml'), policy(`${columns}, score: s }`));
  writeFileSync(join(folder, 'model.yaml'), policy(`artifact: m.onnx\n${columns} }`));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evaluate = (
  file: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<CliResult> => sluice(['evaluate', '--policy', file, ...args], { folder, environment });
const engine = ['--engine', 'trino://ann@127.0.0.1:9/hive/risk'];
const table = ['--table', 't'];

describe('sluice evaluate --engine', () => {
  it.each([
    [engine, '--engine needs --table'],
    [table, '--table needs --engine'],
    [[...engine, ...table, '--artifact', 'm.onnx'], '--artifact cannot stand beside --engine'],
    [[...engine, ...table, '--champion', 'm.onnx'], '--champion cannot stand beside --engine'],
    [['--engine', 'spark://h', ...table], 'no address of a Trino'],
  ])('refuses %j', async (args, reason) => {
    const { code, out, err } = await evaluate('scored.yaml', args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(reason);
  });

  it('refuses a policy with a model, and says what to do', async () => {
    const { code, err } = await evaluate('model.yaml', [...engine, ...table]);
    expect(code).toBe(2);
    expect(err).toContain('a distributed engine runs no models');
    expect(err).toContain('Score the table first');
  });

  it('never shows a password', async () => {
    const inUrl = await evaluate('scored.yaml', [
      '--engine',
      'trino://ann:hunter2@h/hive/risk',
      ...table,
      '--json',
    ]);
    expect(inUrl.err).toContain('SLUICE_TRINO_PASSWORD');
    expect(inUrl.out + inUrl.err).not.toContain('hunter2');
    const inTheClear = await evaluate('scored.yaml', [...engine, ...table, '--json'], {
      SLUICE_TRINO_PASSWORD: 'hunter2',
    });
    expect(inTheClear.err).toContain('is not encrypted');
    expect(inTheClear.out + inTheClear.err).not.toContain('hunter2');
  });
});
