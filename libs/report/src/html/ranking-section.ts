import type { GainCurve, Measure, ModelCurves } from '@sluice/contracts';
import { figure, measureText, valueText } from '../figures.js';
import { curveTable, tenths } from './curve-tables.js';
import { legend } from './legend.js';
import { html, type Content, type Markup } from './markup.js';
import type { Page } from './page.js';
import {
  gainAt,
  gainPlot,
  liftAt,
  liftPlot,
  precisionAt,
  precisionRecallPlot,
  valuePlot,
} from './ranking-plots.js';

const overall = ({ verdict }: Page, metric: Measure['metric'], of: Measure['of']) =>
  verdict.measures.find(
    (measure) => measure.metric === metric && measure.of === of && measure.by === null,
  );

export const precisionRecall = (
  page: Page,
  version: ModelCurves,
  champion: ModelCurves | null,
): Markup => {
  const [ours, theirs] = [version.precisionRecall, champion?.precisionRecall ?? null];
  if (ours === null)
    return html`<div>
      <h3>Precision and recall</h3>
      <p>There is no curve: rows of one label only.</p>
    </div> `;
  const area = (of: Measure['of'], rough: number): string => {
    const exact = overall(page, 'pr_auc', of);
    return exact?.value == null
      ? `PR AUC about ${figure(rough)} by histogram`
      : `PR AUC ${measureText(exact)}`;
  };
  return html`<figure>
    <h3>Precision and recall</h3>
    <figcaption>
      How many of the rows taken for favorable are, for how many of the favorable ones found. The
      dashed line is chance, the share of favorable rows.
    </figcaption>
    ${precisionRecallPlot(ours, theirs, page.id)}
    ${legend([
      ['version', `Version: ${area('version', ours.averagePrecision)}`],
      theirs && ['champion', `Champion: ${area('champion', theirs.averagePrecision)}`],
    ])}${curveTable(page, ours, theirs, {
      caption: 'Precision where a recall is reached',
      across: 'Recall',
      heightAt: precisionAt,
    })}
  </figure> `;
};

export const gains = (page: Page, version: ModelCurves, champion: ModelCurves | null): Markup => {
  const [ours, theirs] = [version.gain, champion?.gain ?? null];
  if (ours === null)
    return html`<div>
      <h3>Gain and lift</h3>
      <p>There is no curve: no row is favorable.</p>
    </div> `;
  const table = (caption: string, heightAt: (curve: GainCurve, share: number) => number): Content =>
    curveTable(page, ours, theirs, { caption, across: 'Rows selected', heightAt });
  const models = legend([['version', 'Version'], theirs && ['champion', 'Champion']]);
  return html`<figure>
      <h3>Gain</h3>
      <figcaption>
        How many of the favorable rows are found in the share of rows that score highest. The dashed
        diagonal is chance.
      </figcaption>
      ${gainPlot(ours, theirs, page.id)} ${models}${table('Gain by share of rows selected', gainAt)}
    </figure>
    <figure>
      <h3>Lift</h3>
      <figcaption>
        How many times more favorable rows are found in the share of rows that score highest than by
        chance, the dashed line at 1.
      </figcaption>
      ${liftPlot(ours, theirs, page.id)} ${models}${table('Lift by share of rows selected', liftAt)}
    </figure> `;
};

/** What predictions are worth at every threshold, the best one first. Nothing when the policy names no worths. */
export const valueByThreshold = (
  page: Page,
  version: ModelCurves,
  champion: ModelCurves | null,
): Markup | null => {
  const [ours, theirs] = [version.value, champion?.value ?? null];
  if (ours === null) return null;
  const { best, breakEven } = ours;
  const now = overall(page, 'expected_value', 'version');
  const current =
    now?.value == null
      ? ''
      : `; as the version predicts now, it is ${valueText(now.value)}${now.interval ? ` [${valueText(now.interval.lower)}, ${valueText(now.interval.upper)}]` : ''}`;
  const even =
    breakEven === null
      ? ''
      : ` If scores are probabilities, the worths in the policy break even at ${figure(breakEven)}.`;
  return html`<figure>
    <h3>Value by threshold</h3>
    <figcaption>
      ${`At a threshold of ${best.threshold} the expected value of a row is ${valueText(best.value)} [${valueText(best.interval.lower)}, ${valueText(best.interval.upper)}], the best on this data${current}. Resampled, the best threshold is from ${best.thresholds.lower} to ${best.thresholds.upper} in 95 of 100 cases.${even} The interval allows for the threshold's having been chosen on these rows.`}
    </figcaption>
    ${valuePlot(ours, theirs, page.id)}
    ${legend([
      ['version', `Version, best at ${best.threshold}`],
      theirs && [
        'champion',
        `Champion, best at ${theirs.best.threshold}: ${valueText(theirs.best.value)}`,
      ],
    ])}${curveTable(page, ours, theirs, {
      caption: 'Mean worth of a row by threshold',
      across: 'Threshold',
      places: [0, ...tenths],
      heightAt: ({ points }, threshold) =>
        points.find((point) => point.threshold === threshold)?.value ?? NaN,
      text: valueText,
    })}
  </figure> `;
};
