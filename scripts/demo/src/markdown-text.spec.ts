import { describe, expect, it } from '@jest/globals';
import picocolors from 'picocolors';
import { markdownToText } from './markdown-text.js';
import { alignTable, widthOf, wrap } from './text-layout.js';

const bare = { colors: picocolors.createColors(false), width: 60 };

describe('markdownToText', () => {
  it('shows a comment as a person sees it on GitHub', () => {
    const comment = `<!-- sluice:verdict -->
## ❌ Sluice: \`credit-risk\` does not pass

- **roc\\_auc**: 1 &lt; 2
  <br>**What to do:** see [the guide](https://example.com)

| | check | n |
|---|---|---:|
| ✅ pass | a \\| b | 7 |
| ❌ FAIL | c | 400 |

<details>
<summary>All figures</summary>

| folded | away |
|---|---|

</details>

---
<sub>Evaluated on 400 rows</sub>`;
    expect(markdownToText(comment, bare)).toBe(`❌ Sluice: credit-risk does not pass

- roc_auc: 1 < 2
  What to do: see the guide

         check    n
✅ pass  a | b    7
❌ FAIL  c      400

▸ All figures

Evaluated on 400 rows`);
  });

  it('leaves text that looks like markup but is escaped', () => {
    expect(markdownToText('\\[a\\](b) \\*\\*c\\*\\*', bare)).toBe('[a](b) **c**');
  });
});

describe('layout', () => {
  it('counts what the eye sees', () => {
    expect(widthOf('\u001b[31m✅ ok\u001b[0m')).toBe(5);
    expect(widthOf('⚠️')).toBe(1);
  });

  it('breaks lines at spaces and keeps their indentation', () => {
    expect(wrap('  one two three', 9)).toEqual(['  one two', '  three']);
    expect(wrap('unbreakable', 4)).toEqual(['unbreakable']);
  });

  it('lets the widest column of a table give way', () => {
    const rows = [
      ['name', 'why'],
      ['a', 'a long reason that has no room'],
    ];
    const lines = alignTable(rows, { width: 26, toTheRight: [false, false] });
    expect(lines).toEqual(['name  why', 'a     a long reason that', '      has no room']);
  });
});
