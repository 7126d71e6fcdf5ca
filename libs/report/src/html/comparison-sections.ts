import { definitionOf, metricDefinition, type Measure } from '@sluice/contracts';
import { figure, intervalText, measureParts, measureText, signed } from '../figures.js';
import {
  comparisonRows,
  groupTables,
  type ComparisonRow,
  type GroupRow,
  type GroupTable,
} from '../group-figures.js';
import { groupBars } from './group-bars.js';
import { differencePlot, reachOf, sideBySidePlot } from './interval-plot.js';
import { html, userText, type Content, type Markup } from './markup.js';
import { metricLabel, omitted } from './outcome-sections.js';
import { countText, type Page } from './page.js';
import { table } from './table.js';

const rates = [
  { metric: 'selection_rate', of: (row: GroupRow) => row.selectionRate },
  { metric: 'true_positive_rate', of: (row: GroupRow) => row.truePositiveRate },
  { metric: 'false_positive_rate', of: (row: GroupRow) => row.falsePositiveRate },
  { metric: 'accuracy', of: (row: GroupRow) => row.accuracy },
] as const;

/** How the model treats the groups of each protected column. */
export const groups = (page: Page): Markup | null => {
  const tables = groupTables(page.verdict);
  if (tables.length === 0) return null;
  const shown = tables.slice(0, page.bounds.columns);
  return html`<section aria-labelledby="groups">
    <h2 id="groups">By group</h2>
    <p class="lead">
      Bars are rates from 0 to 1, the line on a bar is its 95 % interval, and the dashed line the
      rate of all rows.
    </p>
    ${shown.map((each) => column(each, page))}${omitted(tables.length - shown.length, 'protected column', 'protected columns')}
  </section> `;
};

const column = ({ column: name, rows }: GroupTable, page: Page): Markup => {
  const { bounds, verdict, id } = page;
  const largest = new Set(rows.toSorted((a, b) => b.rows - a.rows).slice(0, bounds.groups));
  const shown = rows.filter((row) => largest.has(row));
  const left = rows.filter((row) => !largest.has(row));
  const overall = (metric: Measure['metric']): Measure | undefined =>
    verdict.measures.find(
      (measure) => measure.of === 'version' && measure.by === null && measure.metric === metric,
    );
  return html`<h3>${userText(name, bounds.name)}</h3>
    ${acrossGroups(name, page)}
    <div class="pair">
      ${rates.map(
        ({ metric, of }) =>
          html`<figure>
            <figcaption>
              <strong>${metricLabel(metric)}</strong> ${metricDefinition(metric).title}
            </figcaption>
            ${groupBars({
              title: metricLabel(metric),
              groups: shown.map((row) => ({ name: row.group, measure: of(row) })),
              overall: overall(metric),
              id,
            })}
          </figure> `,
      )}
    </div>
    ${table({
      id,
      caption: html`Rates by ${userText(name, bounds.name)}, with 95 % intervals`,
      columns: [
        { title: 'Group' },
        { title: 'Rows', kind: 'figure' },
        ...rates.map(({ metric }) => ({ title: metricLabel(metric), kind: 'figure' as const })),
      ],
      rows: shown.map((row) => [
        userText(row.group, bounds.name),
        countText(row.rows),
        ...rates.map(({ of }) => withInterval(of(row))),
      ]),
    })}${
      left.length === 0
        ? null
        : html`<p class="note">
            The ${shown.length} largest groups are shown. ${countText(left.length)} smaller ones,
            with ${countText(left.reduce((sum, row) => sum + row.rows, 0))} rows together, are left
            out; the whole verdict has them.
          </p> `
    }`;
};

/** The fairness metrics of the column, in one line each. */
const acrossGroups = (by: string, { verdict, bounds }: Page): Markup | null => {
  const measures = verdict.measures.filter(
    ({ of, by: column, group, across }) =>
      of === 'version' && column === by && (group === null || across !== undefined),
  );
  if (measures.length === 0) return null;
  return html`<dl class="facts across">
    ${measures.map(
      (measure) =>
        html`<div>
          <dt>${acrossLabel(measure, bounds.name)}</dt>
          <dd>${withInterval(measure)}</dd>
        </div> `,
    )}
  </dl> `;
};

const acrossLabel = (measure: Measure, longest: number): Markup => {
  const { metric, made, by } = measureParts(measure);
  // The column is the heading; its group and stratum aren't.
  const rest = by?.slice((measure.by ?? '').length) ?? '';
  return html`${metricLabel(metric)}${made}${rest === '' ? null : userText(rest, longest)}`;
};

/** The version beside the champion, on the same rows. */
export const comparison = (page: Page): Markup => {
  const { verdict, bounds } = page;
  const all = comparisonRows(verdict).filter(isCompared);
  const rows = all.slice(0, bounds.checks);
  const content =
    verdict.subject.champion === null
      ? html`<p>There is no champion to compare with: this would be the first version.</p> `
      : [
          differences(
            rows.filter(({ difference }) => difference !== undefined),
            page,
          ),
          sideBySide(
            rows.filter(({ difference }) => difference === undefined),
            page,
          ),
          omitted(all.length - rows.length, 'measure', 'measures'),
        ];
  return html`<section aria-labelledby="comparison">
    <h2 id="comparison">Against the champion</h2>
    ${content}
  </section> `;
};

type ComparedRow = ComparisonRow & { readonly champion: Measure };

const isCompared = (row: ComparisonRow): row is ComparedRow => row.champion !== undefined;

const differences = (rows: readonly ComparedRow[], { id, bounds }: Page): Markup | null => {
  if (rows.length === 0) return null;
  const reach = reachOf(rows.flatMap(({ difference }) => difference ?? []));
  return html`<p class="lead">
      Both models on the same rows. A difference is version − champion; where its interval holds 0,
      the data don’t tell them apart.
    </p>
    ${table({
      id,
      caption: 'Measures of version and champion, and their differences',
      captionHidden: true,
      stacks: true,
      columns: [
        { title: 'Measure' },
        { title: 'Version', kind: 'figure' },
        { title: 'Champion', kind: 'figure' },
        { title: 'Difference', kind: 'figure' },
        { title: 'Difference, 0 in the middle', kind: 'plot' },
      ],
      rows: rows.map(({ metric, by, made, version, champion, difference }) => [
        comparedName(version, by, made, bounds.name),
        withInterval(version),
        withInterval(champion),
        withInterval(difference),
        difference && differencePlot(difference, reach, metricLabel(metric), id),
      ]),
    })}`;
};

const sideBySide = (rows: readonly ComparedRow[], { id, bounds }: Page): Markup | null =>
  rows.length === 0
    ? null
    : html`<h3>Fairness of both</h3>
        <p class="lead">
          Side by side, without a test of the difference: ● the version, ◆ the champion, on a scale
          from 0 to 1.
        </p>
        ${table({
          id,
          caption: 'Fairness of version and champion',
          captionHidden: true,
          stacks: true,
          columns: [
            { title: 'Measure' },
            { title: 'Version', kind: 'figure' },
            { title: 'Champion', kind: 'figure' },
            { title: 'From 0 to 1', kind: 'plot' },
          ],
          rows: rows.map(({ metric, by, made, version, champion }) => [
            comparedName(version, by, made, bounds.name),
            withInterval(version),
            withInterval(champion),
            sideBySidePlot(version, champion, metricLabel(metric), id),
          ]),
        })}`;

const comparedName = (
  measure: Measure,
  by: string | null,
  made: string,
  longest: number,
): Markup => {
  const { metric } = measure;
  const { direction } = definitionOf(measure);
  return html`<span class="measure">${metricLabel(metric)}${made}</span
    >${by === null ? null : html` by ${userText(by, longest)}`}${direction === 'neither' ? null : html`<span class="meaning">${direction} is better</span>`}`;
};

const withInterval = (measure: Measure | undefined): Content => {
  if (measure === undefined) return html`<span class="quiet">not measured</span>`;
  if (measure.value === null)
    return html`<span class="quiet"
      >${measureText(measure)}${measure.reason === null ? null : html`: ${userText(measure.reason, 120)}`}</span
    >`;
  const value = measure.of === 'difference' ? signed(measure.value) : figure(measure.value);
  return measure.interval === null
    ? value
    : html`${value} <span class="interval">${intervalText(measure.interval)}</span>`;
};
