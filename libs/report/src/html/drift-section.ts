import { plainText, type ColumnFigure, type DriftBar } from '@sluice/contracts';
import { driftTable, wholeName } from '../drift-rows.js';
import { figure, measureText } from '../figures.js';
import { at, drawing } from './drawing.js';
import { html, shortened, userText, type Markup } from './markup.js';
import { countText, type Page } from './page.js';
import { table } from './table.js';

/** How the evaluation data differs from the reference, column by column; null when the policy names none. */
export const drift = (page: Page): Markup | null => {
  const found = driftTable(page.verdict);
  if (found === null) return null;
  const { bounds, id, drift: figures } = page;
  const shown = found.columns.slice(0, bounds.columns);
  const more = found.columns.length - shown.length;
  const level = shown[0]?.distance.interval?.level;
  return html`<section aria-labelledby="drift">
    <h2 id="drift">Drift</h2>
    <p class="lead">
      How the evaluation data differs from the
      reference${figures && ` of ${countText(figures.rows.reference)} rows`}. A distance of 0 is no
      difference, 1 nothing in common; missing values count as a value.
    </p>
    ${found.whole.length > 0 ? wholeTable(page) : null}
    ${table({
      id,
      caption: `Columns by drift distance${level === undefined ? '' : `, with intervals of ${percent(level)}, which hold for all columns together`}`,
      stacks: true,
      columns: [
        { title: 'Column' },
        { title: 'Distance', kind: 'figure' },
        { title: 'Rise of missing values', kind: 'figure' },
        { title: 'New categories', kind: 'figure' },
      ],
      rows: shown.map(({ column, distance, missing, newCategories }) => [
        userText(column, bounds.name),
        measureText(distance),
        missing ? measureText(missing) : '–',
        newCategories ? measureText(newCategories) : '–',
      ]),
    })}
    ${more > 0 ? html`<p class="note">${more} more ${more === 1 ? 'column drifts' : 'columns drift'} less, and ${more === 1 ? 'is' : 'are'} in the verdict.</p> ` : null}
    ${figures ? html`<div class="pair">${figures.columns.slice(0, bounds.columns).map((column) => columnFigure(column, page))}</div> ` : null}
  </section> `;
};

const percent = (level: number): string => `${Number((level * 100).toFixed(3))} %`;

const wholeTable = ({ verdict, id, bounds }: Page): Markup =>
  table({
    id,
    caption: 'Drift of the whole table',
    captionHidden: true,
    columns: [{ title: 'Figure' }, { title: 'Value', kind: 'figure' }],
    rows: (driftTable(verdict)?.whole ?? []).map((measure) => [
      html`<code>${shortened(plainText(wholeName(measure)), bounds.name)}</code>`,
      measureText(measure),
    ]),
  });

const columnFigure = (column: ColumnFigure, { bounds, id }: Page): Markup =>
  html`<figure>
    <h3>${userText(column.column, bounds.name)}</h3>
    <figcaption>Share of rows by value: evaluation data above, reference below.</figcaption>
    ${histogram(column, id)}
    <details>
      <summary>As a table</summary>
      ${table({
        id,
        caption: 'Share of rows',
        captionHidden: true,
        columns: [
          { title: 'Value' },
          { title: 'Evaluation data', kind: 'figure' },
          { title: 'Reference', kind: 'figure' },
        ],
        rows: column.bars.map((bar) => [
          barName(bar, bounds.name),
          figure(bar.current),
          figure(bar.reference),
        ]),
      })}
    </details>
  </figure> `;

const barName = ({ label, role }: DriftBar, longest: number): Markup =>
  role === 'value' ? userText(label, longest) : html`<i>${label}</i>`;

const width = 460;
const rowHeight = 26;
const labelWidth = 150;

/** Two bars for each value, told apart by place, colour and outline. */
const histogram = ({ column, bars }: ColumnFigure, id: () => string): Markup => {
  const longest = Math.max(1e-9, ...bars.flatMap((bar) => [bar.reference, bar.current]));
  const length = (share: number): number => at((share / longest) * (width - labelWidth - 50));
  const rows = bars.map(
    (bar, index) =>
      html`<text class="label" x="1" y="${index * rowHeight + 15}"
          >${shortened(plainText(bar.label), 20)}</text
        ><rect
          class="current"
          x="${labelWidth}"
          y="${index * rowHeight + 2}"
          width="${length(bar.current)}"
          height="10"
        /><rect
          class="past"
          x="${labelWidth}"
          y="${index * rowHeight + 13}"
          width="${length(bar.reference)}"
          height="8"
        /><text
          class="tick"
          x="${at(labelWidth + 4 + length(Math.max(bar.current, bar.reference)))}"
          y="${index * rowHeight + 16}"
          >${figure(bar.current)}</text
        >`,
  );
  const [most] = bars.toSorted(
    (a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference),
  );
  return drawing(
    {
      width,
      height: bars.length * rowHeight + 4,
      title: `Distribution of ${shortened(plainText(column), 40)}`,
      description: most
        ? `The largest change is of ${shortened(plainText(most.label), 40)}: ${figure(most.reference)} of the reference, ${figure(most.current)} of the evaluation data. All figures are in the table.`
        : 'There are no values.',
      id,
    },
    rows,
  );
};
