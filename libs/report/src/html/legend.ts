import { html, type Content, type Markup } from './markup.js';
import { table, type TableOptions } from './table.js';

type Sign = 'version' | 'champion' | 'favorable' | 'other' | 'bars';

export const legend = (entries: readonly (readonly [Sign, string] | null | undefined)[]): Markup =>
  html`<ul class="legend">
    ${entries.map((entry) =>
      entry == null
        ? null
        : html`<li>
            <svg aria-hidden="true" width="30" height="14" viewBox="0 0 30 14">
              ${signs[entry[0]]}
            </svg>
            ${entry[1]}
          </li> `,
    )}
  </ul> `;

const signs: Readonly<Record<Sign, Markup>> = {
  version: html`<path class="line version" d="M1 7H29" /><circle
      class="mark version"
      cx="15"
      cy="7"
      r="4.5"
    />`,
  champion: html`<path class="line champion" d="M1 7H29" /><path
      class="mark champion"
      d="M15 1l6 6l-6 6l-6 -6z"
    />`,
  favorable: html`<rect class="favorable" x="4" y="1" width="22" height="12" />`,
  bars: html`<rect class="bar" x="4" y="1" width="22" height="12" />`,
  other: html`<rect class="other" x="4" y="1" width="22" height="12" />`,
};

export const details = (options: TableOptions): Content =>
  html`<details>
    <summary>The figures as a table</summary>
    ${table(options)}
  </details> `;
