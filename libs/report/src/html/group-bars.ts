import { plainText, type Measure } from '@sluice/contracts';
import { figure, measureText } from '../figures.js';
import { at, drawing, scale, whisker } from './drawing.js';
import { html, shortened, type Markup } from './markup.js';

export interface GroupBars {
  /** What is drawn, such as Selection rate. */
  readonly title: string;
  readonly groups: readonly { readonly name: string; readonly measure: Measure | undefined }[];
  /** The same rate of all rows. */
  readonly overall: Measure | undefined;
  readonly id: () => string;
}

const width = 460;
const rowHeight = 42;

/** A bar from 0 to 1 for each group, with its interval; the dashed line is the rate of all rows. */
export const groupBars = ({ title, groups, overall, id }: GroupBars): Markup => {
  const x = scale([0, 1], [1, width - 1]);
  const height = groups.length * rowHeight + 18;
  const rows = groups.map(({ name, measure }, index) => row(name, measure, index * rowHeight, x));
  // On the bars only: between them it would run through names and values.
  const overBars = groups.map(
    (_, index) => `M${x(overall?.value ?? 0)} ${index * rowHeight + 16}v18`,
  );
  const reference =
    overall?.value == null ? null : html`<path class="reference" d="${overBars.join('')}" />`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      html`<text
        class="tick"
        x="${x(tick)}"
        y="${height - 2}"
        text-anchor="${tick === 0 ? 'start' : tick === 1 ? 'end' : 'middle'}"
        >${String(tick)}</text
      >`,
  );
  const figures = groups
    .slice(0, 12)
    .map(
      ({ name, measure }) => `${shortened(plainText(name), 40)} ${measureText(measure ?? null)}`,
    );
  return drawing(
    {
      width,
      height,
      title: `${title} by group`,
      description: `${figures.join('; ')}${groups.length > 12 ? '; the others are in the table' : ''}.${overall?.value == null ? '' : ` All rows: ${figure(overall.value)}.`}`,
      id,
    },
    [rows, reference, ticks],
  );
};

const row = (
  name: string,
  measure: Measure | undefined,
  top: number,
  x: (value: number) => number,
): Markup => {
  const label = html`<text class="label" x="1" y="${top + 13}"
    >${shortened(plainText(name), 40)}</text
  >`;
  const track = html`<rect
    class="track"
    x="1"
    y="${top + 19}"
    width="${width - 2}"
    height="12"
    rx="2"
  />`;
  if (measure?.value == null)
    return html`${label}<text class="state" x="${width - 1}" y="${top + 13}" text-anchor="end"
        >${measure?.state ?? 'not measured'}</text
      >${track}`;
  const { value, interval } = measure;
  return html`${label}<text class="value" x="${width - 1}" y="${top + 13}" text-anchor="end"
      >${figure(value)}</text
    >${track}<rect
      class="bar"
      x="1"
      y="${top + 19}"
      width="${at(x(value) - 1)}"
      height="12"
      rx="2"
    />${interval && whisker(x(interval.lower), x(interval.upper), top + 25, 5)}`;
};
