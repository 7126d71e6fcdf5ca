import { at, scale } from './drawing.js';
import { html, type Markup } from './markup.js';

export const plotWidth = 460;
export const plot = { left: 46, right: plotWidth - 8, top: 8, bottom: 400 } as const;
export const x = scale([0, 1], [plot.left, plot.right]);
export const y = scale([0, 1], [plot.bottom, plot.top]);

/**
 * The unit square with its grid, and what its axes are; and what chance or calibration would be: the diagonal, or a level.
 *
 * @param options.top what the upper edge stands for, if not 1
 */
export const square = (
  across: string,
  up: string,
  { level, top = 1 }: { readonly level?: number; readonly top?: number } = {},
): Markup =>
  html`${[0, 0.25, 0.5, 0.75, 1].map(
      (tick) =>
        html`<path
            class="grid"
            d="M${x(tick)} ${plot.top}V${plot.bottom}M${plot.left} ${y(tick)}H${plot.right}"
          /><text
            class="tick"
            x="${x(tick)}"
            y="${plot.bottom + 16}"
            text-anchor="${tick === 1 ? 'end' : 'middle'}"
            >${String(tick)}</text
          ><text
            class="tick"
            x="${plot.left - 7}"
            y="${at(y(tick) + (tick === 1 ? 9 : 4))}"
            text-anchor="end"
            >${String(tick * top)}</text
          >`,
    )}<path
      class="diagonal"
      d="M${x(0)} ${y(level === undefined ? 0 : level / top)}L${x(1)} ${y(level === undefined ? 1 : level / top)}"
    /><text
      class="name"
      x="${at((plot.left + plot.right) / 2)}"
      y="${plot.bottom + 34}"
      text-anchor="middle"
      >${across}</text
    ><text
      class="name"
      transform="translate(11 ${at((plot.top + plot.bottom) / 2)}) rotate(-90)"
      text-anchor="middle"
      >${up}</text
    >`;
