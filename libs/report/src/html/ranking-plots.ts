import type { GainCurve, PrecisionRecallCurve, ValueCurve } from '@sluice/contracts';
import { at, drawing, scale, type Scale } from './drawing.js';
import { valueText } from '../figures.js';
import { html, type Markup } from './markup.js';
import { plot, plotWidth, square, x, y } from './unit-square.js';

type Point = readonly [across: number, up: number];

const path = (points: readonly Point[], up: Scale = y): string =>
  `M${points.map(([across, height]) => `${x(across)} ${up(height)}`).join('L')}`;

const line = (who: string, points: readonly Point[], up?: Scale): Markup =>
  html`<path class="line ${who}" d="${path(points, up)}" />`;

export const precisionRecallPlot = (
  version: PrecisionRecallCurve,
  champion: PrecisionRecallCurve | null,
  id: () => string,
): Markup => {
  const pointsOf = ({ points }: PrecisionRecallCurve): Point[] =>
    points.map(({ recall, precision }) => [recall, precision]);
  return drawing(
    {
      width: plotWidth,
      height: 440,
      title: 'Precision–recall curve',
      description: `Precision over recall at every threshold, of the version${champion ? ' (solid line) and the champion (dashed line)' : ''}. The figures are in the table below.`,
      id,
    },
    [
      square('Recall', 'Precision', { level: version.baseRate }),
      champion && line('champion', pointsOf(champion)),
      line('version', pointsOf(version)),
    ],
  );
};

/** Precision where a recall is first reached. */
export const precisionAt = ({ points }: PrecisionRecallCurve, recall: number): number =>
  (points.find((point) => point.recall >= recall - 1e-12) ?? points.at(-1))?.precision ?? 0;

export const gainPlot = (
  version: GainCurve,
  champion: GainCurve | null,
  id: () => string,
): Markup => {
  const pointsOf = ({ points }: GainCurve): Point[] =>
    points.map(({ share, gain }) => [share, gain]);
  return drawing(
    {
      width: plotWidth,
      height: 440,
      title: 'Gain curve',
      description: `Share of the favorable rows found over the share of rows selected from the highest score down, of the version${champion ? ' (solid line) and the champion (dashed line)' : ''}. The figures are in the table below.`,
      id,
    },
    [
      square('Share of rows selected', 'Share of favorable rows found'),
      champion && line('champion', pointsOf(champion)),
      line('version', pointsOf(version)),
    ],
  );
};

/** Gain at a share, between points on a straight line. */
export const gainAt = ({ points }: GainCurve, share: number): number => {
  const after = points.findIndex((point) => point.share >= share);
  const [to, from] = [points[after], points[after - 1]];
  if (!to) return 1;
  if (!from || to.share === from.share) return to.gain;
  return from.gain + ((share - from.share) / (to.share - from.share)) * (to.gain - from.gain);
};

/** Lift at a share: how many times more favorable rows are found in it than by chance. */
export const liftAt = (curve: GainCurve, share: number): number => gainAt(curve, share) / share;

export const liftPlot = (
  version: GainCurve,
  champion: GainCurve | null,
  id: () => string,
): Markup => {
  const pointsOf = ({ points }: GainCurve): Point[] =>
    points.flatMap(({ share, gain }) => (share === 0 ? [] : [[share, gain / share]]));
  const [ours, theirs] = [pointsOf(version), champion && pointsOf(champion)];
  const most = Math.max(...[...ours, ...(theirs ?? [])].map(([, lift]) => lift));
  const top = Math.max(2, Math.ceil(most));
  const up = scale([0, top], [plot.bottom, plot.top]);
  return drawing(
    {
      width: plotWidth,
      height: 440,
      title: 'Lift curve',
      description: `Lift, from 0 to ${top}, over the share of rows selected from the highest score down, of the version${champion ? ' (solid line) and the champion (dashed line)' : ''}; 1 is chance. The figures are in the table below.`,
      id,
    },
    [
      square('Share of rows selected', 'Lift', { level: 1, top }),
      theirs && line('champion', theirs, up),
      line('version', ours, up),
    ],
  );
};

export const valuePlot = (
  version: ValueCurve,
  champion: ValueCurve | null,
  id: () => string,
): Markup => {
  const shown = [version, ...(champion ? [champion] : [])];
  const values = shown.flatMap(({ points, best }) => [
    ...points.map(({ value }) => value),
    best.interval.lower,
    best.interval.upper,
  ]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const up = scale([least, most], [plot.bottom, plot.top]);
  const pointsOf = ({ points }: ValueCurve): Point[] =>
    points.map(({ threshold, value }) => [threshold, value]);
  const { best } = version;
  const place = x(best.threshold);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      html`<path
          class="grid"
          d="M${x(tick)} ${plot.top}V${plot.bottom}M${plot.left} ${up(least + tick * (most - least))}H${plot.right}"
        /><text
          class="tick"
          x="${x(tick)}"
          y="${plot.bottom + 16}"
          text-anchor="${tick === 1 ? 'end' : 'middle'}"
          >${String(tick)}</text
        >`,
  );
  return drawing(
    {
      width: plotWidth,
      height: 440,
      title: 'Value by threshold',
      description: `Mean worth of a row over the threshold of the score, from ${valueText(least)} at the bottom to ${valueText(most)} at the top, of the version${champion ? ' (solid line) and the champion (dashed line)' : ''}. The version's best threshold is ${best.threshold}. The figures are in the table below.`,
      id,
    },
    [
      ticks,
      html`<text class="tick" x="${plot.left + 4}" y="${plot.top + 12}">${valueText(most)}</text
        ><text class="tick" x="${plot.left + 4}" y="${plot.bottom - 6}">${valueText(least)}</text>`,
      least < 0 && most > 0
        ? html`<path class="zero" d="M${plot.left} ${up(0)}H${plot.right}" />`
        : null,
      champion && line('champion', pointsOf(champion), up),
      line('version', pointsOf(version), up),
      html`<path
          class="whisker"
          d="M${at(place - 4)} ${up(best.interval.lower)}h8M${place} ${up(best.interval.lower)}V${up(best.interval.upper)}M${at(place - 4)} ${up(best.interval.upper)}h8"
        /><circle class="mark version" cx="${place}" cy="${up(best.value)}" r="5" />`,
      html`<text
          class="name"
          x="${at((plot.left + plot.right) / 2)}"
          y="${plot.bottom + 34}"
          text-anchor="middle"
          >Threshold of the score</text
        ><text
          class="name"
          transform="translate(11 ${at((plot.top + plot.bottom) / 2)}) rotate(-90)"
          text-anchor="middle"
          >Mean worth of a row</text
        >`,
    ],
  );
};
