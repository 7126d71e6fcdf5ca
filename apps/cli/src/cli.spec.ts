import { describe, expect, it } from '@jest/globals';
import { problemSchema } from '@sluice/contracts';
import { sluice } from './run-cli.fixture.js';

const commands = [
  ['evaluate'],
  ['up'],
  ['status'],
  ['models'],
  ['versions'],
  ['evaluation'],
  ['promote'],
  ['promotions'],
  ['approve'],
  ['reject'],
  ['keys', 'create'],
  ['keys', 'list'],
  ['audit'],
];

describe('help', () => {
  it.each(commands)(
    'of %s %s has examples that start with the command itself',
    async (...words) => {
      const path = words.filter((word) => typeof word === 'string');
      const { code, out, err } = await sluice([...path, '--help']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^Usage: sluice /);
      expect(out).toMatch(/Examples?:\n/);
      expect(out).toContain(`sluice ${path.join(' ')}`);
    },
  );

  it('of sluice names every command and what exit codes mean', async () => {
    const { out } = await sluice(['--help']);
    for (const [name] of commands) expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(out).toContain('Exit codes: 0 ok or pass, 1 the gate fails or the registry refuses, 2');
  });
});

describe('a command line that is not right', () => {
  it.each([
    [['evaluate'], 'sluice.yaml: there is no such file – Run the command where the policy is'],
    [['evaluate', '--polcy', 'x'], '--policy'],
    [['evalute'], 'evaluate'],
    [['versions'], 'model'],
    [['promote', 'credit-risk', '3x', '--to', 'staging'], 'number from 1'],
    [['promote', 'credit-risk', '3'], '--to'],
    [['approve', '12'], 'an id such as'],
    [['keys', 'create', 'maria', '--role', 'king'], 'Expected one of reader'],
    [['promotions', '--state', 'done'], 'awaiting_approval'],
    [['up', '--port', '70000'], 'from 1 to 65335'],
  ])('%j exits with 2 and says what was expected', async (args, expected) => {
    const { code, out, err } = await sluice(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error: /);
    expect(err).toContain(expected);
  });

  it('is a problem document with --json', async () => {
    const { code, out } = await sluice(['models', '--json', '--colour', 'red']);
    expect(code).toBe(2);
    expect(problemSchema.parse(JSON.parse(out))).toMatchObject({ code: 'invalid_request' });
  });
});

describe('colours', () => {
  it.each([
    ['on a terminal', { isTTY: true }, true],
    ['not in a pipe', { isTTY: false }, false],
    ['not against NO_COLOR', { isTTY: true, environment: { NO_COLOR: '1' } }, false],
    ['not on a dumb terminal', { isTTY: true, environment: { TERM: 'dumb' } }, false],
  ])('%s', async (_, options, expected) => {
    const { err } = await sluice(['models', '--url', 'nonsense'], options);
    expect(err.includes('\u001b[31m')).toBe(expected);
  });
});
