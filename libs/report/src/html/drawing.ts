import { html, type Content, type Markup } from './markup.js';

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What it is, and what it shows, for those who don't see it. */
  readonly title: string;
  readonly description: string;
  readonly id: () => string;
}

/** An image with its name and its description. */
export const drawing = (
  { width, height, title, description, id }: Drawing,
  content: Content,
): Markup => {
  const [titleId, descriptionId] = [id(), id()];
  return html`<svg
    role="img"
    aria-labelledby="${titleId}"
    aria-describedby="${descriptionId}"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
  >
    <title id="${titleId}">${title}</title>
    <desc id="${descriptionId}">${description}</desc>
    ${content}
  </svg>`;
};

/** Two decimals are finer than any screen, and keep the file small. */
export const at = (position: number): number => Math.round(position * 100) / 100;

export type Scale = (value: number) => number;

/** From values to positions, linear; beyond the ends it stays at the end. */
export const scale = (
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale => {
  const width = to - from || 1;
  return (value) => at(start + Math.min(1, Math.max(0, (value - from) / width)) * (end - start));
};

/** A horizontal interval with caps. */
export const whisker = (lower: number, upper: number, y: number, cap = 4): Markup =>
  html`<path
    class="whisker"
    d="M${lower} ${at(y - cap)}v${2 * cap}M${lower} ${at(y)}H${upper}M${upper} ${at(y - cap)}v${2 * cap}"
  />`;
