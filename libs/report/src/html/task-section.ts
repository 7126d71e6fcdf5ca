import type { FitPoint, Measure, ResidualHistogram, TaskFigures } from '@sluice/contracts';
import { figure, intervalText, measureText } from '../figures.js';
import { classCurves, confidence } from './class-curves-section.js';
import { confusion } from './confusion-table.js';
import { details, legend } from './legend.js';
import { taskTables, type FigureTable } from '../task-tables.js';
import { html, userText, type Content, type Markup } from './markup.js';
import { metricLabel } from './outcome-sections.js';
import type { Page } from './page.js';
import { fitPlot, residualPlot } from './regression-plots.js';
import { table } from './table.js';

/** Of several classes the confusion and each class, of a regression labels by prediction; of both each group. */
export const taskFigures = (page: Page): Markup | null => {
  const tables = taskTables(page.verdict);
  const { figures } = page.context;
  if (tables.length === 0 && figures == null) return null;
  return html`<section aria-labelledby="figures">
    <h2 id="figures">Figures in detail</h2>
    ${figures?.confusion && confusion(page, figures.confusion)}
    ${figures?.confidence && confidence(page, figures.confidence)}
    ${figures?.fit && figures.residuals && pictures(page, figures.fit, figures.residuals)}
    ${figures?.tenths && tenths(page, figures.tenths)}
    ${tables.map((each) => figureTable(page, each))}
    ${figures?.classCurves && classCurves(page, figures.classCurves)}
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
      ...figures.map((measure) => figureCell(measure)),
    ]),
  });
};

/** The interval does not break in two. */
const figureCell = (measure: Measure | undefined): Content => {
  if (measure?.value == null || measure.interval === null) return measureText(measure ?? null);
  return html`${figure(measure.value)}
    <span class="interval">${intervalText(measure.interval)}</span>`;
};

const pictures = (page: Page, fit: readonly FitPoint[], residuals: ResidualHistogram): Markup =>
  html`<div class="pair">
    <figure>
      <h3>Labels by prediction</h3>
      <figcaption>
        <strong>On the diagonal, predictions are right on average.</strong> Above it they are too
        low, below it too high. The larger a mark, the more rows.
      </figcaption>
      ${fitPlot(fit, page.id)}
    </figure>
    <figure>
      <h3>Errors</h3>
      <figcaption>
        <strong>How far off predictions are, and to which side.</strong> Errors are prediction −
        label, here within half a per cent of themselves.
      </figcaption>
      ${residualPlot(residuals, page.id)}
      ${
        residuals.champion &&
        legend([
          ['bars', 'This version'],
          ['champion', 'Champion'],
        ])
      }
      ${details({
        id: page.id,
        caption: 'Share of rows by error',
        captionHidden: true,
        columns: [
          { title: 'Error from' },
          { title: 'to', kind: 'figure' },
          { title: 'This version', kind: 'figure' },
          ...(residuals.champion ? [{ title: 'Champion', kind: 'figure' as const }] : []),
        ],
        rows: residualRows(residuals),
      })}
    </figure>
  </div> `;

const residualRows = ({ from, width, version, champion }: ResidualHistogram): string[][] => {
  const end = from + version.shares.length * width;
  const row = (start: string, stop: string, share: number, theirs: number | undefined) => [
    start,
    stop,
    figure(share),
    ...(theirs === undefined ? [] : [figure(theirs)]),
  ];
  return [
    row('below', figure(from), version.below, champion?.below),
    ...version.shares.map((share, at) =>
      row(figure(from + at * width), figure(from + (at + 1) * width), share, champion?.shares[at]),
    ),
    row(figure(end), 'above', version.above, champion?.above),
  ];
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
