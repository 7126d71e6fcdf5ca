import { describe, expect, it } from '@jest/globals';
import { parseOutputs, shownLine } from './workflow-log.js';

describe('shownLine', () => {
  it.each([
    ['Uploaded model.onnx', 'Uploaded model.onnx'],
    ['::group::Details', '▸ Details'],
    ['::endgroup::', undefined],
    [
      '::error title=Gate,file=sluice.yaml,line=3::50%25 too low%0Aread on',
      'error: 50% too low\nread on',
    ],
    ['::warning::careful', 'warning: careful'],
    ['::add-mask::hidden', undefined],
  ])('shows %j as GitHub does', (line, expected) => {
    expect(shownLine(line, [])).toBe(expected);
  });

  it('never shows a secret', () => {
    expect(shownLine('the key slk_abc is wrong', ['slk_abc'])).toBe('the key *** is wrong');
  });
});

describe('parseOutputs', () => {
  it('reads both forms, and values with anything in them', () => {
    const text = 'outcome=pass\nverdict<<end_1\n{"a":1}\nb=2\nend_1\nempty<<end_2\n\nend_2\n';
    expect(parseOutputs(text)).toEqual({ outcome: 'pass', verdict: '{"a":1}\nb=2', empty: '' });
  });

  it('refuses a value that was cut short', () => {
    expect(() => parseOutputs('verdict<<end\n{"a":')).toThrow('has no end');
  });
});
