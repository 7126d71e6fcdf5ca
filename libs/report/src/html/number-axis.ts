import { at, scale, type Scale } from './drawing.js';
import { html, type Markup } from './markup.js';

/** A range that starts and ends at a tick, and its ticks: multiples of 1, 2 or 5 times a power of 10. */
export interface NumberAxis {
  readonly range: readonly [number, number];
  readonly ticks: readonly number[];
  /** A tick for people, without digits that all ticks share as zeros. */
  readonly text: (tick: number) => string;
}

const usualTicks = 6;

/** An axis that holds all these numbers. */
export const numberAxis = (values: readonly number[]): NumberAxis => {
  const [lowest, highest] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  if (!(highest > lowest)) {
    const only = Number.isFinite(lowest) ? lowest : 0;
    const room = Math.abs(only) / 2 || 1;
    return numberAxis([only - room, only + room]);
  }
  const raw = (highest - lowest) / usualTicks;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9)) ?? 10);
  const first = Math.floor(lowest / step + 1e-9);
  const last = Math.ceil(highest / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  const size = Math.max(Math.abs(ticks[0] as number), Math.abs(ticks.at(-1) as number));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const isPlain = size < 1e6 && decimals <= 4;
  return {
    range: [ticks[0] as number, ticks.at(-1) as number],
    ticks,
    text: (tick) =>
      (isPlain
        ? (tick === 0 ? 0 : tick).toFixed(decimals)
        : tick === 0
          ? '0'
          : Number(tick.toPrecision(6)).toExponential()
      ).replaceAll('-', '−'),
  };
};

export const plotWidth = 460;
export const frame = { left: 58, right: plotWidth - 12, top: 8 } as const;

/** Vertical lines of a grid with what they stand for below, and the scale of positions along it. */
export const across = (
  axis: NumberAxis,
  name: string,
  bottom: number,
): { readonly x: Scale; readonly marks: Markup } => {
  const x = scale(axis.range, [frame.left, frame.right]);
  const marks = axis.ticks.map(
    (tick) =>
      html`<path class="grid" d="M${x(tick)} ${frame.top}V${bottom}" /><text
          class="tick"
          x="${x(tick)}"
          y="${bottom + 16}"
          text-anchor="middle"
          >${axis.text(tick)}</text
        >`,
  );
  return { x, marks: html`${marks}${nameBelow(name, bottom + 34)}` };
};

/** The same of horizontal lines. */
export const upward = (
  axis: NumberAxis,
  name: string,
  bottom: number,
): { readonly y: Scale; readonly marks: Markup } => {
  const y = scale(axis.range, [bottom, frame.top]);
  const marks = axis.ticks.map(
    (tick) =>
      html`<path class="grid" d="M${frame.left} ${y(tick)}H${frame.right}" /><text
          class="tick"
          x="${frame.left - 7}"
          y="${at(Math.max(frame.top + 9, y(tick) + 4))}"
          text-anchor="end"
          >${axis.text(tick)}</text
        >`,
  );
  return {
    y,
    marks: html`${marks}<text
        class="name"
        transform="translate(11 ${at((frame.top + bottom) / 2)}) rotate(-90)"
        text-anchor="middle"
        >${name}</text
      >`,
  };
};

const nameBelow = (name: string, y: number): Markup =>
  html`<text class="name" x="${at((frame.left + frame.right) / 2)}" y="${y}" text-anchor="middle"
    >${name}</text
  >`;
