import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import picocolors from 'picocolors';
import { renderTable, shortDigest } from './table.js';
import { plain } from './terminal.js';

const colored = picocolors.createColors(true);
const bare = picocolors.createColors(false);

describe('renderTable', () => {
  it('aligns columns by what is seen, and puts numbers to the right', () => {
    const text = renderTable(
      ['NAME', 'N', 'STATE'],
      [
        ['credit-risk', '3', colored.green('live')],
        ['größe', '12', 'failed'],
      ],
      bare,
    );
    expect(stripVTControlCharacters(text)).toBe(
      ['NAME          N  STATE', 'credit-risk   3  live', 'größe        12  failed'].join('\n'),
    );
  });

  it('keeps its headings when there are no rows', () => {
    expect(renderTable(['A', 'BB'], [], bare)).toBe('A  BB');
  });
});

describe('shortDigest', () => {
  it('keeps enough of a digest to know it again, and shows a missing one as such', () => {
    expect(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('0123456789ab');
    expect(shortDigest(null)).toBe('–');
  });
});

describe('plain', () => {
  it('leaves nothing in the text of others that a terminal would obey', () => {
    expect(plain('\u001b[31mred\u001b[0m\nforged line\u0007\u202e')).toBe('red forged line ');
    expect(plain('\u001b]0;title\u0007maria')).toBe('maria');
    expect(plain('Größe ≥ 3')).toBe('Größe ≥ 3');
  });
});
