import { html, type Content, type Markup } from './markup.js';

export interface Column {
  readonly title: string;
  /** Figures stand right-aligned, so that their digits stand below each other. */
  readonly kind?: 'figure' | 'plot';
}

export interface TableOptions {
  readonly caption: Content;
  readonly columns: readonly Column[];
  /** One cell a column; the one at `heading` names the row. */
  readonly rows: readonly (readonly Content[])[];
  readonly heading?: number;
  /** On a narrow screen each row becomes a list of its cells; without it, the table scrolls sideways. */
  readonly stacks?: boolean;
  readonly captionHidden?: boolean;
  /** A class of a cell's own, by the row and the column; null for none. */
  readonly cellClass?: (row: number, column: number) => string | null;
  readonly id: () => string;
}

/**
 * A table that says of each cell which row and column it belongs to. Roles are written out, because a table that is
 * laid out as a list loses them otherwise.
 */
export const table = ({
  caption,
  columns,
  rows,
  heading = 0,
  stacks = false,
  captionHidden = false,
  cellClass = () => null,
  id,
}: TableOptions): Markup => {
  const captionId = id();
  const head = columns.map(
    ({ title, kind }) =>
      html`<th scope="col" ${role(stacks, 'columnheader')}${classOf(kind)}>${title}</th>`,
  );
  const body = rows.map(
    (cells, row) =>
      html`<tr${role(stacks, 'row')}>${cells.map((cell, index) => {
        const { kind, title = '' } = columns[index] ?? {};
        const label = stacks ? html` data-label="${title}"` : null;
        return index === heading
          ? html`<th scope="row" ${role(stacks, 'rowheader')}>${cell}</th>`
          : html`<td${role(stacks, 'cell')}${classOf(kind, cellClass(row, index))}${label}>${stacks && kind === 'figure' ? html`<span>${cell}</span>` : cell}</td>`;
      })}</tr>
`,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-labelledby="${captionId}">
<table${stacks ? html` class="stacks" role="table"` : null}>
<caption id="${captionId}"${captionHidden ? html` class="hidden"` : null}>${caption}</caption>
<thead${role(stacks, 'rowgroup')}><tr${role(stacks, 'row')}>${head}</tr></thead>
<tbody${role(stacks, 'rowgroup')}>
${body}</tbody>
</table>
</div>
`;
};

const role = (stacks: boolean, name: string): Markup | null =>
  stacks ? html` role="${name}"` : null;
const classOf = (kind: Column['kind'], own: string | null = null): Markup | null => {
  const names = [kind, own].filter((name) => name != null);
  return names.length === 0 ? null : html` class="${names.join(' ')}"`;
};
