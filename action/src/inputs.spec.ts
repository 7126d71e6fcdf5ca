import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { parseInputs } from './inputs.js';

const given: Record<string, string> = {
  mode: 'promote',
  policy: './models/sluice.yaml',
  'registry-url': 'https://sluice.example.com',
  'api-key': 'k',
  'github-token': 't',
  'timeout-minutes': '1.5',
  comment: 'False',
  environments: 'staging, production',
  'allow-s3': 's3://risk/holdout, s3://shared',
};
const parse = (change: Record<string, string> = {}) =>
  parseInputs((name) => ({ ...given, ...change })[name] ?? '');

describe('parseInputs', () => {
  it('reads all of them', () => {
    expect(parse()).toEqual({
      mode: 'promote',
      policyPath: 'models/sluice.yaml',
      registryUrl: 'https://sluice.example.com',
      apiKey: 'k',
      githubToken: 't',
      timeoutMs: 90_000,
      comment: false,
      allowS3: [
        { bucket: 'risk', prefix: 'holdout' },
        { bucket: 'shared', prefix: '' },
      ],
      environments: ['staging', 'production'],
    });
    expect(parse({ environments: '' }).environments).toBeNull();
  });

  it.each([
    ['mode', ''],
    ['policy', '/etc/passwd'],
    ['policy', 'a/../../b'],
    ['registry-url', ''],
    ['timeout-minutes', '0'],
    ['timeout-minutes', 'NaN'],
    ['timeout-minutes', '361'],
    ['comment', 'maybe'],
    ['environments', 'Production!'],
    ['allow-s3', 'risk/holdout'],
    ['allow-s3', 's3://risk/../other'],
  ])('refuses %s %p', (name, value) => {
    expect(() => parse({ [name]: value })).toThrow('The inputs of the action are not valid.');
  });

  it('knows exactly the inputs of action.yml', async () => {
    const manifest = await readFile(new URL('../action.yml', import.meta.url), 'utf8');
    const section = /^inputs:\n([\s\S]*?)^outputs:/m.exec(manifest)?.[1] ?? '';
    const declared = [...section.matchAll(/^ {2}([\w-]+):/gm)].map(([, name]) => name);
    const read = new Set<string>();
    parseInputs((name) => {
      read.add(name);
      return given[name] ?? '';
    });
    expect([...read].toSorted()).toEqual(declared.toSorted());
  });
});
