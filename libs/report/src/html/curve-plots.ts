import type {
  CalibrationBin,
  CalibrationCurve,
  RocCurve,
  RocPoint,
  ScoreDistribution,
} from '@sluice/contracts';
import { figure } from '../figures.js';
import { at, drawing } from './drawing.js';
import { html, type Markup } from './markup.js';
import { countText } from './page.js';
import { plot, plotWidth as width, square, x, y } from './unit-square.js';

export const rocPlot = (version: RocCurve, champion: RocCurve | null, id: () => string): Markup => {
  const line = (who: string, { points }: RocCurve): Markup =>
    html`<path
      class="line ${who}"
      d="M${points.map((point) => `${x(point.falsePositiveRate)} ${y(point.truePositiveRate)}`).join('L')}"
    />`;
  return drawing(
    {
      width,
      height: 440,
      title: 'ROC curve',
      description: `True positive rate over false positive rate at every threshold, of the version${champion ? ' (solid line) and the champion (dashed line)' : ''}. The figures are in the table below.`,
      id,
    },
    [
      square('False positive rate', 'True positive rate'),
      champion && line('champion', champion),
      line('version', version),
    ],
  );
};

/** The true positive rate where a curve crosses a false positive rate, between points on a straight line. */
export const rocAt = ({ points }: RocCurve, falsePositiveRate: number): number => {
  const after = points.findIndex((point) => point.falsePositiveRate > falsePositiveRate);
  if (after === -1) return (points.at(-1) as RocPoint).truePositiveRate;
  const [from, to] = [points[after - 1] ?? (points[0] as RocPoint), points[after] as RocPoint];
  const way = to.falsePositiveRate - from.falsePositiveRate;
  const share = way === 0 ? 1 : (falsePositiveRate - from.falsePositiveRate) / way;
  return from.truePositiveRate + share * (to.truePositiveRate - from.truePositiveRate);
};

/** @param observed what it is the share of: rows of a label, or of a class, or that are predicted right */
export const calibrationPlot = (
  version: CalibrationCurve,
  champion: CalibrationCurve | null,
  id: () => string,
  observed = 'favorable rows',
): Markup => {
  const strip = { top: 446, height: 44 };
  const most = Math.max(1, ...version.bins.map(({ rows }) => rows));
  const line = (who: string, bins: readonly CalibrationBin[]): Markup =>
    html`<path
      class="line ${who}"
      d="M${bins.map((bin) => `${x(bin.meanScore)} ${y(bin.observed)}`).join('L')}"
    />`;
  const interval = ({ meanScore, interval: { lower, upper } }: CalibrationBin): Markup =>
    html`<path
      class="whisker"
      d="M${at(x(meanScore) - 4)} ${y(lower)}h8M${x(meanScore)} ${y(lower)}V${y(upper)}M${at(x(meanScore) - 4)} ${y(upper)}h8"
    />`;
  const dots = version.bins.map(
    (bin) =>
      html`${interval(bin)}<circle
          class="mark version"
          cx="${x(bin.meanScore)}"
          cy="${y(bin.observed)}"
          r="5"
        />`,
  );
  const diamonds = champion?.bins.map(
    ({ meanScore, observed: share }) =>
      html`<path class="mark champion" d="M${x(meanScore)} ${at(y(share) - 6)}l6 6l-6 6l-6 -6z" />`,
  );
  const counts = version.bins.map(({ from, to, rows }) => {
    const height = at((rows / most) * strip.height);
    return html`<rect
      class="bar"
      x="${at(x(from) + 1)}"
      y="${at(strip.top + strip.height - height)}"
      width="${at(x(to) - x(from) - 2)}"
      height="${height}"
    />`;
  });
  return drawing(
    {
      width,
      height: 512,
      title: 'Calibration curve',
      description: `Share of ${observed} over the mean score, in tenths of the scores, with 95 % intervals; on the diagonal scores are probabilities. Below it, the rows of each tenth. The figures are in the table below.`,
      id,
    },
    [
      square('Mean score', `Share of ${observed}`),
      champion && [line('champion', champion.bins), diamonds],
      line('version', version.bins),
      dots,
      counts,
      html`<path class="axis" d="M${plot.left} ${strip.top + strip.height}H${plot.right}" /><text
          class="name"
          x="${at((plot.left + plot.right) / 2)}"
          y="${strip.top + strip.height + 17}"
          text-anchor="middle"
          >Rows in each tenth, at most ${countText(Math.round(most))}</text
        >`,
    ],
  );
};

/** The most rows that a bin has, upwards and downwards. */
export interface DistributionScale {
  readonly positives: number;
  readonly negatives: number;
}

export const distributionScale = (shown: readonly ScoreDistribution[]): DistributionScale => {
  const bins = shown.flatMap((distribution) => distribution.bins);
  const most = (of: (bin: (typeof bins)[number]) => number): number => Math.max(1, ...bins.map(of));
  return { positives: most((bin) => bin.positives), negatives: most((bin) => bin.negatives) };
};

/** Favorable rows up, others down, from one line; a row is as high in both directions and in every plot of the scale. */
export const distributionPlot = (
  { bins }: ScoreDistribution,
  most: DistributionScale,
  whose: string,
  id: () => string,
): Markup => {
  const [top, bottom] = [10, 220];
  const unit = (bottom - top) / (most.positives + most.negatives);
  const middle = at(top + most.positives * unit);
  const bars = bins.map(({ from, to, positives, negatives }) => {
    const [left, wide] = [at(x(from) + 1), at(x(to) - x(from) - 2)];
    const [up, down] = [at(positives * unit), at(negatives * unit)];
    return html`<rect
        class="favorable"
        x="${left}"
        y="${at(middle - up)}"
        width="${wide}"
        height="${up}"
      /><rect class="other" x="${left}" y="${middle}" width="${wide}" height="${down}" />`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      html`<text
        class="tick"
        x="${x(tick)}"
        y="${bottom + 18}"
        text-anchor="${tick === 1 ? 'end' : 'middle'}"
        >${String(tick)}</text
      >`,
  );
  const count = (rows: number, position: number): Markup =>
    html`<text class="tick" x="${plot.left - 7}" y="${at(position)}" text-anchor="end"
      >${countText(Math.round(rows))}</text
    >`;
  // Where one side is far the smaller, its figure would stand on the zero.
  const roomBelow = bottom - middle > 16;
  const total = bins.reduce((sum, bin) => sum + bin.positives + bin.negatives, 0);
  return drawing(
    {
      width,
      height: bottom + 40,
      title: `Score distribution of the ${whose}`,
      description: `${countText(Math.round(total))} rows by score in twentieths: rows with the favorable label upwards, others downwards. The figures are in the table below.`,
      id,
    },
    [
      bars,
      html`<path class="base" d="M${plot.left} ${middle}H${plot.right}" />`,
      count(most.positives, top + 9),
      middle - top > 26 ? count(0, middle + 4) : null,
      roomBelow ? count(most.negatives, bottom) : null,
      ticks,
      html`<text
        class="name"
        x="${at((plot.left + plot.right) / 2)}"
        y="${bottom + 36}"
        text-anchor="middle"
        >Score</text
      >`,
    ],
  );
};

export const binText = ({ from, to }: { readonly from: number; readonly to: number }): string =>
  `${figure(from).slice(0, 4)}–${figure(to).slice(0, 4)}`;
