import { describe, expect, it } from '@jest/globals';
import type { DriftFigures, Measure, Verdict } from '@sluice/contracts';
import { parseStrictly } from './html/parse-strictly.fixture.js';
import { renderVerdictHtml } from './html/render-verdict-html.js';
import { renderVerdictMarkdown } from './render-verdict-markdown.js';
import { renderVerdictText } from './render-verdict-text.js';
import { failingVerdict, measure } from './verdict.fixture.js';

const hostile = '<script>a|b`c</script>';
const columns = Array.from({ length: 40 }, (_, index) =>
  index === 39 ? hostile : `column ${index}`,
);
const distance = (column: string, index: number): Measure => ({
  ...measure({ metric: 'drift_distance' }),
  column,
  value: index / 100,
  interval: { lower: 0, upper: 0.5, level: 0.99875, method: 'dkw-massart' },
});
const verdict: Verdict = {
  ...failingVerdict(),
  measures: [
    { ...measure({ metric: 'drifted_columns_share' }), value: 0.25, interval: null },
    {
      ...measure({ metric: 'embedding_cosine_distance' }),
      column: hostile,
      value: 0.125,
      interval: null,
    },
    ...columns.map(distance),
  ],
};
const figures: DriftFigures = {
  rows: { reference: 1000, current: 400 },
  columns: columns.slice(20).map((column) => ({
    column,
    kind: 'categorical',
    bars: Array.from({ length: 13 }, (_, bar) => ({
      label: `${hostile} ${bar}`,
      role: 'value',
      reference: 0.1,
      current: 0.05,
    })),
  })),
  others: 20,
};

describe('drift in reports', () => {
  it('is a table of the columns that drift most, and says how many more there are', () => {
    const markdown = renderVerdictMarkdown(verdict, { policyFile: 'sluice.yaml' });
    expect(markdown).toContain('Drift from the reference');
    expect(markdown).toContain('20 more columns drift less.');
    expect(markdown).not.toContain('<script>');
    const text = renderVerdictText(verdict);
    expect(text).toMatch(/column 38 +█+░+ {2}0\.380 \[0\.000, 0\.500\]/);
    expect(text).toContain('and 25 more columns that drift less');
    for (const shown of [markdown, text])
      expect(shown).toMatch(/embedding_cosine_distance`? of .*script.*0\.125/);
  });

  it('shows limits that chunks of the reference set as figures, and where they come from', () => {
    const limit = {
      at_least: 0.712345678912,
      reference_chunks: { rows: 200, chunks: 10, mean: 0.76, deviation: 0.0159 },
    };
    const [first] = failingVerdict().checks;
    const limited = { ...verdict, checks: [{ ...first!, limit }] };
    expect(renderVerdictText(limited)).toContain('≥ 0.712 (10 chunks of 200 reference rows)');
  });

  it('is drawn in a page that is well formed, inert and small', () => {
    const page = renderVerdictHtml(verdict, null, { policyFile: 'sluice.yaml' }, figures);
    parseStrictly(page);
    expect(page).toContain('id="drift"');
    expect(page).toContain('20 more columns drift less');
    expect(page).toContain('The largest change is of');
    expect(page).toContain('embedding_cosine_distance of ');
    expect(page).not.toContain('<script>');
    expect(Buffer.byteLength(page)).toBeLessThan(400_000);
    expect(renderVerdictHtml(failingVerdict(), null, { policyFile: 'a' })).not.toContain(
      'id="drift"',
    );
  });
});
