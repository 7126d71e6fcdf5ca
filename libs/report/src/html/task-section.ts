import type { TaskFigures } from '@sluice/contracts';
import { figure, measureText } from '../figures.js';
import { taskTables, type FigureTable } from '../task-tables.js';
import { html, userText, type Markup } from './markup.js';
import { metricLabel } from './outcome-sections.js';
import { countText, type Page } from './page.js';
import { table } from './table.js';

/** Of several classes the confusion and each class, of a regression labels by prediction; of both each group. */
export const taskFigures = (page: Page): Markup | null => {
  const tables = taskTables(page.verdict);
  const { figures } = page.context;
  if (tables.length === 0 && figures == null) return null;
  return html`<section aria-labelledby="figures">
    <h2 id="figures">Figures in detail</h2>
    ${figures?.confusion && confusion(page, figures.confusion)}
    ${figures?.tenths && tenths(page, figures.tenths)}
    ${tables.map((each) => figureTable(page, each))}
  </section> `;
};

const figureTable = (page: Page, { column, metrics, rows }: FigureTable): Markup => {
  const shown = rows.slice(0, page.bounds.groups);
  return table({
    id: page.id,
    caption:
      column === null
        ? 'By class, each against all others, with 95 % intervals'
        : html`By ${userText(column, page.bounds.name)}, with 95 % intervals`,
    columns: [
      { title: column === null ? 'Class' : 'Group' },
      ...metrics.map((metric) => ({ title: metricLabel(metric), kind: 'figure' as const })),
    ],
    rows: shown.map(({ name, figures }) => [
      userText(name, page.bounds.name),
      ...figures.map((measure) => measureText(measure ?? null)),
    ]),
  });
};

/** More classes than this make a table that nobody reads. */
const mostClasses = 20;

const confusion = (
  page: Page,
  { classes, counts }: NonNullable<TaskFigures['confusion']>,
): Markup => {
  if (classes.length > mostClasses)
    return html`<p class="note">
      The confusion of ${classes.length} classes is too large to show.
    </p> `;
  return table({
    id: page.id,
    caption: 'Rows by label, down, and prediction, across; rows that are predicted right are bold',
    columns: [
      { title: 'Label' },
      ...classes.map((name) => ({
        title: name.slice(0, page.bounds.name),
        kind: 'figure' as const,
      })),
    ],
    rows: classes.map((name, label) => {
      const own = counts[label] as readonly number[];
      const rows = own.reduce((sum, count) => sum + count, 0);
      return [
        userText(name, page.bounds.name),
        ...own.map((count, prediction) => {
          const text = `${countText(count)}${rows === 0 ? '' : ` (${Math.round((100 * count) / rows)} %)`}`;
          return label === prediction ? html`<strong>${text}</strong>` : text;
        }),
      ];
    }),
  });
};

const tenths = (page: Page, parts: NonNullable<TaskFigures['tenths']>): Markup =>
  table({
    id: page.id,
    caption: 'Mean label by tenth of the predictions, from the lowest',
    columns: [
      { title: 'Tenth' },
      { title: 'Mean prediction', kind: 'figure' },
      { title: 'Mean label', kind: 'figure' },
      { title: 'Prediction − label', kind: 'figure' },
    ],
    rows: parts.map(({ prediction, label }, index) => [
      String(index + 1),
      figure(prediction),
      figure(label),
      figure(prediction - label),
    ]),
  });
