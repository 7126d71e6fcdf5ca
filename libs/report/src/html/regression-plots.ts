import type { FitPoint, ResidualHistogram } from '@sluice/contracts';
import { figure } from '../figures.js';
import { at, drawing } from './drawing.js';
import { html, type Markup } from './markup.js';
import { across, frame, numberAxis, plotWidth as width, upward } from './number-axis.js';

const bottom = 400;

/** Labels by prediction: a mark for rows of near predictions, as large as they are many. On the diagonal both are equal. */
export const fitPlot = (points: readonly FitPoint[], id: () => string): Markup => {
  const axis = numberAxis(points.flatMap(({ prediction, label }) => [prediction, label]));
  const { x, marks: below } = across(axis, 'Mean prediction', bottom);
  const { y, marks: beside } = upward(axis, 'Mean label', bottom);
  const most = Math.max(...points.map(({ share }) => share));
  const [from, to] = axis.range;
  const dots = points.map(
    ({ prediction, label, share }) =>
      html`<circle
        class="dot"
        cx="${x(prediction)}"
        cy="${y(label)}"
        r="${at(2.5 + 11 * Math.sqrt(share / most))}"
      />`,
  );
  return drawing(
    {
      width,
      height: bottom + 40,
      title: 'Labels by prediction',
      description: `Mean label over mean prediction of rows whose predictions are near each other; the larger a mark, the more rows. On the diagonal predictions are right on average, above it too low. Figures by tenth of the rows are in the table below.`,
      id,
    },
    html`${below}${beside}<path
        class="diagonal"
        d="M${x(from)} ${y(from)}L${x(to)} ${y(to)}"
      />${dots}`,
  );
};

const histogramBottom = 250;

/** How errors are distributed: bars of the version, and the outline of the champion. */
export const residualPlot = (
  { from, width: step, version, champion }: ResidualHistogram,
  id: () => string,
): Markup => {
  const count = version.shares.length;
  const end = from + count * step;
  const { x, marks: below } = across(
    numberAxis([from, end]),
    'Prediction − label',
    histogramBottom,
  );
  const most = Math.max(...version.shares, ...(champion?.shares ?? []));
  const { y, marks: beside } = upward(numberAxis([0, most]), 'Share of rows', histogramBottom);
  const bars = version.shares.map(
    (share, index) =>
      html`<rect
        class="bar"
        x="${at(x(from + index * step) + 0.5)}"
        y="${y(share)}"
        width="${at(Math.max(0.5, x(from + (index + 1) * step) - x(from + index * step) - 1))}"
        height="${at(histogramBottom - y(share))}"
      />`,
  );
  const outline =
    champion &&
    html`<path
      class="line champion"
      d="M${x(from)} ${histogramBottom}${champion.shares
        .map((share, index) => `V${y(share)}H${x(from + (index + 1) * step)}`)
        .join('')}V${histogramBottom}"
    />`;
  const beyond = version.below + version.above;
  return drawing(
    {
      width,
      height: histogramBottom + 40,
      title: 'Errors',
      description: `Share of rows by prediction − label, of the version (bars)${champion ? ' and the champion (dashed outline)' : ''}, in bins of ${figure(step)} from ${figure(from)} to ${figure(end)}; ${figure(beyond)} of the rows lie beyond. The figures are in the table below.`,
      id,
    },
    html`${below}${beside}${bars}${outline}<path
        class="zero"
        d="M${x(0)} ${frame.top}V${histogramBottom}"
      />`,
  );
};
