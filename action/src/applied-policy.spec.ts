import { describe, expect, it } from '@jest/globals';
import { choosePolicy } from './applied-policy.js';

const text = (limit: number) => `version: 1
model: m
task: binary-classification
artifact: m.onnx
data: { evaluation: d.csv }
columns: { label: y, favorable: good }
checks: [{ metric: accuracy, at_least: ${limit} }]
`;
const choose = (base: string | null, head: string | null) =>
  choosePolicy({ path: 'sluice.yaml', baseRef: 'main', base, head });
const limitOf = (chosen: ReturnType<typeof choose>) => chosen.policy.checks[0]?.at_least;

describe('choosePolicy', () => {
  it('takes the base, whatever the head says', () => {
    expect(limitOf(choose(text(0.7), text(0.1)))).toBe(0.7);
    expect(limitOf(choose(text(0.7), text(0.9)))).toBe(0.7);
    expect(limitOf(choose(text(0.7), null))).toBe(0.7);
  });

  it('says what reviewers need to know, and nothing otherwise', () => {
    expect(choose(text(0.7), text(0.7)).note).toBeNull();
    expect(choose(text(0.7), `# words\n${text(0.7)}`).note).toBeNull();
    expect(choose(text(0.7), text(0.1)).note).toContain('changes sluice.yaml');
    expect(choose(text(0.7), null).note).toContain('removes sluice.yaml');
    expect(choose(null, text(0.1)).note).toContain('main has no sluice.yaml yet');
  });

  it.each([
    ['neither has one', null, null, 'There is no policy'],
    ['the base is broken', 'version: 2', text(0.7), 'The policy of main is not valid'],
    ['the head is broken', text(0.7), 'version: 2', 'faults'],
  ])('decides nothing when %s', (_when, base, head, said) => {
    expect(() => choose(base, head)).toThrow(said);
  });
});
