import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { digestOfBytes, verdictDigest, verdictSchema, type Verdict } from '@sluice/contracts';
import { NotAVerdict, readCompleted } from './read-completed.js';

const check = (id: string, outcome: 'pass' | 'warn' | 'fail') => ({
  id,
  outcome,
  severity: 'fail' as const,
  measure: null,
  limit: { at_least: 0.5 },
  reason: 'Größe 10⁻³ – so wanted',
  advice: null,
});

const verdict: Verdict = {
  schema: 'sluice/verdict/v1',
  outcome: 'fail',
  subject: {
    model: 'credit-risk',
    version: digestOfBytes('version'),
    champion: null,
    datasets: { evaluation: digestOfBytes('dataset') },
    policy: digestOfBytes('policy'),
  },
  rows: 100,
  checks: [check('a', 'fail'), check('b', 'warn'), check('c', 'pass'), check('d', 'fail')],
  measures: [],
};
const evaluation = randomUUID();
const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const json = JSON.stringify({ evaluation, verdict });

describe('readCompleted', () => {
  it('finds what the registry has to know, and the digest that the whole document has', () => {
    const read = readCompleted(bytesOf(json));
    expect(read).toMatchObject({
      evaluation,
      subject: verdict.subject,
      outcome: 'fail',
      failedChecks: ['a', 'd'],
      digest: verdictDigest(verdict),
    });
    expect(digestOfBytes(read.document)).toBe(verdictDigest(verdict));
    expect(verdictSchema.parse(JSON.parse(Buffer.from(read.document).toString()))).toEqual(verdict);
  });

  it('gives the same bytes for another order of keys and other white space', () => {
    const { outcome, ...others } = verdict;
    const turned = JSON.stringify({ verdict: { ...others, outcome }, evaluation }, null, 2);
    expect(readCompleted(bytesOf(turned)).document).toEqual(readCompleted(bytesOf(json)).document);
  });

  it('keeps one of a key that stands twice, so that no reader finds the other', () => {
    const twice = json.replace('"outcome":"fail"', '"outcome":"pass","outcome":"fail"');
    const { outcome, document } = readCompleted(bytesOf(twice));
    expect(outcome).toBe('fail');
    expect(Buffer.from(document).toString()).not.toContain('"outcome":"pass","rows"');
    expect(document).toEqual(readCompleted(bytesOf(json)).document);
  });

  it.each([
    ['no JSON', bytesOf('{'), 'not JSON'],
    ['JSON that breaks off', bytesOf(json.slice(0, -1)), 'not JSON'],
    ['no UTF-8', Buffer.from(json, 'latin1'), 'not JSON'],
    ['nothing', bytesOf('null'), 'expected object'],
    ['an unknown key', bytesOf(json.replace('"rows"', '"more":1,"rows"')), 'more'],
    ['no outcome', bytesOf(json.replace('"outcome":"fail",', '')), 'outcome'],
    ['no id', bytesOf(json.replace(evaluation, 'seven')), 'evaluation'],
  ])('refuses %s', (_, bytes, why) => {
    expect(() => readCompleted(bytes)).toThrow(NotAVerdict);
    expect(() => readCompleted(bytes)).toThrow(why);
  });

  it('tells of thousands of faults the first ones', () => {
    const measures = Array.from({ length: 5_000 }, () => ({ metric: 'none' }));
    const broken = JSON.stringify({ evaluation, verdict: { ...verdict, measures } });
    let message = '';
    try {
      readCompleted(bytesOf(broken));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('measures');
    expect(message.length).toBeLessThan(64 * 1024);
  });
});
