import { describe, expect, it } from '@jest/globals';
import { plainLine } from './log.js';

describe('plainLine', () => {
  it.each([
    ['::set-output name=a::b', '· ::set-output name=a::b'],
    ['  ##[error]x', '· ##[error]x'],
    ['one\n::add-mask::x', 'one ::add-mask::x'],
    ['a\u001b[31mred', 'a [31mred'],
    ['plain :: text', 'plain :: text'],
  ])('makes %j harmless', (text, expected) => {
    expect(plainLine(text)).toBe(expected);
  });
});
