import { definitionOf, type Check, type Measure } from '@sluice/contracts';
import { figure, intervalText, limitText, measureText } from '../figures.js';
import { at, drawing, scale, whisker } from './drawing.js';
import { html, type Markup } from './markup.js';

const width = 220;
const middle = 15;

/** A check's value and interval beside its limits: what is allowed is shaded. Nothing where there is no value. */
export const checkPlot = (check: Check, name: string, id: () => string): Markup | null => {
  const { measure } = check;
  if (measure?.value == null) return null;
  const { least, most } = allowedBy(check, measure);
  const limits = [least, most].filter((limit) => limit !== null);
  const x = scale(domainOf([...valuesOf(measure), ...limits]), [8, width - 8]);
  const [start, end] = [least === null ? 0 : x(least), most === null ? width : x(most)];
  const marks = limits.map(
    (limit) =>
      html`<path class="limit" d="M${x(limit)} 2V28" /><text
          class="tick"
          x="${x(limit)}"
          y="39"
          text-anchor="middle"
          >${String(Number(limit.toFixed(4))).replace('-', '−')}</text
        >`,
  );
  return drawing(
    {
      width,
      height: 42,
      title: `${name}: value, interval and limit`,
      description: `${measureText(measure)}; limit ${limitText(check)}.`,
      id,
    },
    html`<rect
        class="allowed"
        x="${start}"
        y="2"
        width="${at(Math.max(0, end - start))}"
        height="26"
      /><path
        class="axis"
        d="M0 ${middle}H${width}"
      />${marks}${dotAndInterval(measure, x, check.outcome)}`,
  );
};

/** A difference and its interval beside zero, on a scale that the rows of a table share. */
export const differencePlot = (
  measure: Measure,
  reach: number,
  name: string,
  id: () => string,
): Markup | null => {
  if (measure.value === null) return null;
  const x = scale([-reach, reach], [8, width - 8]);
  return drawing(
    {
      width,
      height: 30,
      title: `${name}: version − champion`,
      description: `${measureText(measure)}; the scale reaches from ${figure(-reach)} to ${figure(reach)}, with 0 in the middle.`,
      id,
    },
    html`<path class="axis" d="M0 ${middle}H${width}" /><path
        class="zero"
        d="M${x(0)} 2V28"
      />${dotAndInterval(measure, x, 'version')}`,
  );
};

/** The version above the champion, with their intervals, on a scale from 0 to 1; nothing for metrics that leave it. */
export const sideBySidePlot = (
  version: Measure,
  champion: Measure,
  name: string,
  id: () => string,
): Markup | null => {
  const { lowest, highest } = definitionOf(version);
  if (version.value === null || champion.value === null || lowest < 0 || highest > 1) return null;
  const x = scale([0, 1], [8, width - 8]);
  const [upper, lower] = [11, 27];
  const line = ({ interval }: Measure, height: number): Markup | null =>
    interval && whisker(x(interval.lower), x(interval.upper), height);
  const center = x(champion.value);
  return drawing(
    {
      width,
      height: 38,
      title: `${name}: version and champion`,
      description: `Version ${measureText(version)}, champion ${measureText(champion)}, on a scale from 0 to 1.`,
      id,
    },
    html`<path
        class="axis"
        d="M8 ${upper}H${width - 8}M8 ${lower}H${width - 8}"
      />${line(version, upper)}${line(champion, lower)}<circle
        class="mark version"
        cx="${x(version.value)}"
        cy="${upper}"
        r="5.5"
      /><path class="mark champion" d="M${center} ${lower - 7}l7 7l-7 7l-7 -7z" />`,
  );
};

/** The farthest that any of the differences, or its interval, lies from zero. */
export const reachOf = (measures: readonly Measure[]): number =>
  Math.max(0.01, ...measures.flatMap(valuesOf).map(Math.abs)) * 1.08;

const valuesOf = ({ value, interval }: Measure): number[] =>
  [value, interval?.lower, interval?.upper].filter((each) => each != null);

const domainOf = (values: readonly number[]): [number, number] => {
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.01, (to - from) * 0.18);
  return [from - room, to + room];
};

/** null where there is no limit on that side. */
const allowedBy = (
  { limit }: Check,
  measure: Measure,
): { least: number | null; most: number | null } => {
  if (limit.no_worse_by === undefined)
    return { least: limit.at_least ?? null, most: limit.at_most ?? null };
  return definitionOf(measure).direction === 'higher'
    ? { least: -limit.no_worse_by, most: null }
    : { least: null, most: limit.no_worse_by };
};

/** The mark's form says the outcome too: a circle passes, a triangle warns, a square fails. */
const dotAndInterval = (
  { value, interval }: Measure,
  x: (value: number) => number,
  kind: Check['outcome'] | 'version',
): Markup => {
  const center = x(value as number);
  const mark =
    kind === 'fail'
      ? html`<rect
          class="mark fail"
          x="${at(center - 5)}"
          y="${middle - 5}"
          width="10"
          height="10"
        />`
      : kind === 'warn'
        ? html`<path class="mark warn" d="M${center} ${middle - 7}l6.5 12h-13z" />`
        : html`<circle class="mark ${kind}" cx="${center}" cy="${middle}" r="5.5" />`;
  return html`${interval && whisker(x(interval.lower), x(interval.upper), middle)}${mark}`;
};

export const intervalCell = (measure: Measure | null): string =>
  intervalText(measure?.interval ?? null);
