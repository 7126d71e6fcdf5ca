import type { ClassCurves, GainCurve, Measure, TaskFigures } from '@sluice/contracts';
import { figure, measureText } from '../figures.js';
import { calibrationPlot, rocAt, rocPlot } from './curve-plots.js';
import { calibrationTable, curveTable } from './curve-tables.js';
import { legend } from './legend.js';
import { html, userText, type Markup } from './markup.js';
import { countText, type Page } from './page.js';
import { liftAt, liftPlot, precisionAt, precisionRecallPlot } from './ranking-plots.js';

type Shown = NonNullable<TaskFigures['classCurves']>;

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
    ${models(champion !== null)}${calibrationTable(page, version, champion, {
      caption: 'Confidence by tenths of the score',
      observed: 'Comes true',
    })}
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
          ${curveTable(page, roc, theirRoc, {
            caption: 'True positive rate at false positive rates',
            across: 'False positive rate',
            heightAt: rocAt,
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
          ${curveTable(page, precision, theirPrecision, {
            caption: 'Precision where a recall is reached',
            across: 'Recall',
            heightAt: precisionAt,
          })}
        </figure> `
      }
      ${version.gain && lift(page, version.gain, champion?.gain ?? null)}
      <figure>
        <figcaption><strong>Calibration</strong> with 95 % intervals.</figcaption>
        ${calibrationPlot(version.calibration, champion?.calibration ?? null, page.id, 'rows of the class')}
        ${calibrationTable(page, version.calibration, champion?.calibration ?? null, {
          caption: 'Calibration by tenths of the score',
          observed: 'Comes true',
        })}
      </figure>
    </div> `;
};

const lift = (page: Page, ours: GainCurve, theirs: GainCurve | null): Markup =>
  html`<figure>
    <figcaption>
      <strong>Lift</strong> in the share of rows that score highest. The dashed line is chance.
    </figcaption>
    ${liftPlot(ours, theirs, page.id)}
    ${curveTable(page, ours, theirs, {
      caption: 'Lift by share of rows selected',
      across: 'Rows selected',
      heightAt: liftAt,
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
