import { describe, expect, it } from '@jest/globals';
import { escapeMarkdown } from './escape-markdown.js';
import {
  commentBudget,
  renderVerdictMarkdown,
  verdictHeadline,
} from './render-verdict-markdown.js';
import { renderVerdictText } from './render-verdict-text.js';
import { check, failingVerdict, measure } from './verdict.fixture.js';

const context = {
  policyFile: 'sluice.yaml',
  versionNumber: 2,
  championNumber: 1,
  headSha: 'f'.repeat(40),
};
const hostile =
  '](javascript:alert(1)) <img src=x onerror=1> @org/team #1 | `x` \n## injected https://evil.example www.evil.example $x$ :tada:';

describe('renderVerdictMarkdown', () => {
  it('says what came out, why, and what to do, before any table', () => {
    const text = renderVerdictMarkdown(failingVerdict(), context);
    expect(text).toMatch(
      /^## ❌ Sluice: `credit-risk` version 2 does not pass\n\n1 of 3 checks failed, 1 with a warning\./,
    );
    const order = [
      '### Why',
      'a ratio of 0.590',
      '**What to do:**',
      '### Warnings',
      '### Checks',
      '<details>',
    ].map((part) => text.indexOf(part));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
  });

  it('shows each check with its value, interval, limit and n, and a state where there is no value', () => {
    const text = renderVerdictMarkdown(failingVerdict(), context);
    expect(text).toContain(
      '| ❌ FAIL | `demographic_parity_ratio` by age\\_group | 0.590 | [0.460, 0.750] | ≥ 0.8 | 400 |',
    );
    expect(text).toContain('| ⚠️ warning | `true_positive_rate` | insufficient |  | ≥ 0.7 | 3 |');
    expect(text).toContain(
      '| `accuracy` | 0.765 [0.400, 0.600] | 0.748 [0.400, 0.600] | +0.018 [−0.020, 0.050] |',
    );
    expect(text).toContain(
      '| 25\\_or\\_under | 76 | 0.474 [0.400, 0.600] | █████░░░░░ | undefined |',
    );
  });

  it('says that it passes only when the verdict does', () => {
    const verdict = { ...failingVerdict(), outcome: 'pass' as const, checks: [check({})] };
    expect(renderVerdictMarkdown(verdict, context)).toMatch(
      /^## ✅ Sluice: `credit-risk` version 2 passes/,
    );
    expect(renderVerdictMarkdown(verdict, context)).not.toContain('### Why');
  });

  it('keeps every name of a user inert', () => {
    const text = renderVerdictMarkdown(failingVerdict(hostile, hostile), {
      ...context,
      policyNote: hostile,
    });
    expect(text).not.toMatch(/<img/);
    expect(text).not.toMatch(/(^|[^\\])\]\(/);
    expect(text).not.toMatch(/@org/);
    expect(text).not.toMatch(/^## injected/m);
    expect(text).not.toMatch(/https:\/\/evil|www\.evil/);
    expect(text).not.toMatch(/\$x\$|:tada:/);
    const table = text.split('\n').filter((line) => line.startsWith('| ❌'));
    // Six cells have seven bars; a bar in a name is escaped.
    expect(table[0]?.match(/(?<!\\)\|/g)).toHaveLength(7);
  });

  it('shows digits enough to tell a value from the limit that it misses', () => {
    const verdict = failingVerdict();
    const near = check({
      outcome: 'fail',
      measure: measure({ metric: 'roc_auc', value: 0.69996 }),
    });
    expect(renderVerdictMarkdown({ ...verdict, checks: [near] }, context)).toContain(
      '| `roc_auc` | 0.69996 |',
    );
    expect(renderVerdictText({ ...verdict, checks: [near] })).toContain('roc_auc: 0.69996 [');
  });

  it('names columns in summaries, which are HTML, without escapes for Markdown', () => {
    expect(renderVerdictMarkdown(failingVerdict('<b>', 'age_<i>'), context)).toContain(
      '<summary>By age_&lt;i&gt;</summary>',
    );
  });

  it.each([65_536, 20_000, 5_000, 1_000])(
    'never exceeds a budget of %i, and says what it left out',
    (budget) => {
      const base = failingVerdict();
      const groups = Array.from(
        { length: 200 },
        (_, index) => `group ${index} ${'é😀'.repeat(10)}`,
      );
      const large = {
        ...base,
        checks: Array.from({ length: 200 }, (_, index) =>
          check({
            id: `accuracy/column_${index}/at_least`,
            outcome: 'fail',
            reason: 'x'.repeat(500),
            advice: 'y'.repeat(300),
          }),
        ),
        measures: groups.flatMap((group) => [
          measure({ by: 'g', group }),
          measure({ by: 'h', group }),
        ]),
      };
      const text = renderVerdictMarkdown(large, context, budget);
      expect(text.length).toBeLessThanOrEqual(budget);
      expect(text).toContain('Left out for length');
      expect(text).toMatch(/^## ❌/);
    },
  );

  it('leaves nothing out of what fits', () => {
    expect(renderVerdictMarkdown(failingVerdict(), context, commentBudget)).not.toContain(
      'Left out',
    );
  });
});

describe('renderVerdictText', () => {
  it('shows the outcome, the reasons and the groups without colour', () => {
    const text = renderVerdictText(failingVerdict());
    expect(text).toContain('✗ credit-risk does not pass: 1 of 3 checks failed on 400 rows');
    expect(text).toContain(
      '✗ FAIL  demographic_parity_ratio by age_group: 0.590 [0.460, 0.750], limit ≥ 0.8',
    );
    expect(text).toContain('What to do: Look at what lowers');
    expect(text).toMatch(/25_or_under {2}█████░░░░░ {2}0.474/);
    expect(text).not.toContain('\u001b');
  });

  it('lets no escape sequence of a name reach the terminal', () => {
    expect(renderVerdictText(failingVerdict('\u001b[2Jgone\u0007'))).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it('colours on request', () => {
    expect(renderVerdictText(failingVerdict(), { color: true })).toContain('\u001b[31m');
  });
});

describe('verdictHeadline', () => {
  it('names the first failure', () => {
    expect(verdictHeadline(failingVerdict())).toBe(
      'credit-risk does not pass: demographic_parity_ratio by age_group is 0.590, the limit is ≥ 0.8',
    );
  });
});

describe('escapeMarkdown', () => {
  it.each(['plain words', 'over 25', 'älter'])('leaves %j as it is', (text) => {
    expect(escapeMarkdown(text)).toBe(text);
  });
});
