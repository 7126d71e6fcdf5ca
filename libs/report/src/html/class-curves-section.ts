import type {
  CalibrationCurve,
  ClassCurves,
  GainCurve,
  Measure,
  TaskFigures,
} from '@sluice/contracts';
import { figure, measureText } from '../figures.js';
import { binText, calibrationPlot, rocAt, rocPlot } from './curve-plots.js';
import { details, legend } from './legend.js';
import { html, userText, type Content, type Markup } from './markup.js';
import { countText, type Page } from './page.js';
import { liftAt, liftPlot, precisionAt, precisionRecallPlot } from './ranking-plots.js';
import type { TableOptions } from './table.js';

type Shown = NonNullable<TaskFigures['classCurves']>;

const tenths = Array.from({ length: 10 }, (_, index) => (index + 1) / 10);

/** The curves of each class against all others, of as many as there is room for: those that rank worst. */
export const classCurves = (page: Page, { classes, left }: Shown): Markup => {
  const shown = classes.slice(0, page.bounds.columns);
  const others = left + classes.length - shown.length;
  return html`<h3>Scores by class</h3>
    <p class="lead">
      Each class against all others, from the one whose scores tell it from others
      worst.${others > 0 ? ` ${countText(others)} more, which rank better, are not shown.` : ''}
      Champions are dashed.
    </p>
    ${shown.map((each) => ofClass(page, each))}`;
};

/** How often the class that scores highest is right. */
export const confidence = (
  page: Page,
  { version, champion }: NonNullable<TaskFigures['confidence']>,
): Markup =>
  html`<figure>
    <h3>Confidence</h3>
    <figcaption>
      Whether a prediction with a score of 0.8 is right in 80 of 100 rows. Points on the dashed
      diagonal are; the lines are 95 % intervals.
    </figcaption>
    ${calibrationPlot(version, champion, page.id, 'rows predicted right')}
    ${models(champion !== null)}${calibrationTable(page, 'Confidence by tenths of the score', version, champion)}
  </figure> `;

const models = (champion: boolean): Markup =>
  legend([['version', 'Version'], champion ? ['champion', 'Champion'] : null]);

const ofClass = (
  page: Page,
  { name, rows, curves: { version, champion } }: ClassCurves,
): Markup => {
  const shown = userText(name, page.bounds.name);
  const [roc, theirRoc] = [version.roc, champion?.roc ?? null];
  const [precision, theirPrecision] = [version.precisionRecall, champion?.precisionRecall ?? null];
  return html`<h4>${shown}, ${countText(rows)} ${rows === 1 ? 'row' : 'rows'}</h4>
    <div class="pair">
      ${
        roc &&
        html`<figure>
          <figcaption>
            <strong>ROC</strong> ${measureOf(page, 'roc_auc', name, roc.auc)}. The diagonal is
            chance.
          </figcaption>
          ${rocPlot(roc, theirRoc, page.id)}
          ${curveTable(page, 'True positive rate at false positive rates', 'False positive rate', {
            ours: (rate) => rocAt(roc, rate),
            theirs: theirRoc && ((rate) => rocAt(theirRoc, rate)),
          })}
        </figure> `
      }
      ${
        precision &&
        html`<figure>
          <figcaption>
            <strong>Precision and recall</strong>
            ${measureOf(page, 'pr_auc', name, precision.averagePrecision)}. The dashed line is
            chance.
          </figcaption>
          ${precisionRecallPlot(precision, theirPrecision, page.id)}
          ${curveTable(page, 'Precision where a recall is reached', 'Recall', {
            ours: (recall) => precisionAt(precision, recall),
            theirs: theirPrecision && ((recall) => precisionAt(theirPrecision, recall)),
          })}
        </figure> `
      }
      ${version.gain && lift(page, version.gain, champion?.gain ?? null)}
      <figure>
        <figcaption><strong>Calibration</strong> with 95 % intervals.</figcaption>
        ${calibrationPlot(version.calibration, champion?.calibration ?? null, page.id, 'rows of the class')}
        ${calibrationTable(page, 'Calibration by tenths of the score', version.calibration, champion?.calibration ?? null)}
      </figure>
    </div> `;
};

const lift = (page: Page, ours: GainCurve, theirs: GainCurve | null): Markup =>
  html`<figure>
    <figcaption>
      <strong>Lift</strong> in the share of rows that score highest. The dashed line is chance.
    </figcaption>
    ${liftPlot(ours, theirs, page.id)}
    ${curveTable(page, 'Lift by share of rows selected', 'Rows selected', {
      ours: (share) => liftAt(ours, share),
      theirs: theirs && ((share) => liftAt(theirs, share)),
    })}
  </figure> `;

/** The exact figure where the verdict has it, else that of the histogram. */
const measureOf = (page: Page, metric: Measure['metric'], name: string, rough: number): string => {
  const exact = page.verdict.measures.find(
    (measure) =>
      measure.metric === metric &&
      measure.class === name &&
      measure.of === 'version' &&
      measure.by === null,
  );
  const label = metric === 'roc_auc' ? 'AUC' : 'PR AUC';
  return exact?.value == null
    ? `${label} about ${figure(rough)}`
    : `${label} ${measureText(exact)}`;
};

const columnsOf = (first: string, champion: boolean): TableOptions['columns'] => [
  { title: first, kind: 'figure' },
  { title: 'Version', kind: 'figure' },
  ...(champion ? [{ title: 'Champion', kind: 'figure' as const }] : []),
];

const curveTable = (
  page: Page,
  caption: string,
  first: string,
  {
    ours,
    theirs,
  }: Readonly<{ ours: (at: number) => number; theirs: ((at: number) => number) | null }>,
): Content =>
  details({
    id: page.id,
    caption,
    columns: columnsOf(first, theirs !== null),
    rows: tenths.map((at) => [
      figure(at),
      figure(ours(at)),
      ...(theirs ? [figure(theirs(at))] : []),
    ]),
  });

const calibrationTable = (
  page: Page,
  caption: string,
  version: CalibrationCurve,
  champion: CalibrationCurve | null,
): Content =>
  details({
    id: page.id,
    caption: `${caption}; mean scores are off by at most ${version.meanWithin}`,
    columns: [
      { title: 'Model, scores' },
      { title: 'Rows', kind: 'figure' },
      { title: 'Mean score', kind: 'figure' },
      { title: 'Comes true', kind: 'figure' },
      { title: '95 % interval', kind: 'figure' },
    ],
    rows: [
      ...calibrationRows('Version', version),
      ...(champion ? calibrationRows('Champion', champion) : []),
    ],
  });

const calibrationRows = (whose: string, { bins }: CalibrationCurve): string[][] =>
  bins.map((bin) => [
    `${whose}, ${binText(bin)}`,
    countText(Math.round(bin.rows)),
    figure(bin.meanScore),
    figure(bin.observed),
    `[${figure(bin.interval.lower)}, ${figure(bin.interval.upper)}]`,
  ]);
