import type { Measure, ModelCurves } from '@sluice/contracts';
import { figure, measureText } from '../figures.js';
import {
  binText,
  calibrationPlot,
  distributionPlot,
  distributionScale,
  rocAt,
  rocPlot,
} from './curve-plots.js';
import { calibrationTable, curveTable } from './curve-tables.js';
import { details, legend } from './legend.js';
import { html, type Markup } from './markup.js';
import { countText, type Page } from './page.js';
import { gains, precisionRecall, valueByThreshold } from './ranking-section.js';
import type { TableOptions } from './table.js';

/** What the scores say beyond predictions: ranking, calibration, distribution. */
export const scores = (page: Page): Markup => {
  const { curves } = page;
  return html`<section aria-labelledby="scores">
    <h2 id="scores">Scores</h2>
    ${
      curves === null
        ? html`<p>There are no scores to show: the data holds predictions only.</p> `
        : html`<div class="pair">
              ${[roc(page, curves.version, curves.champion), calibration(page, curves.version, curves.champion)]}
            </div>
            <div class="pair">
              ${[precisionRecall(page, curves.version, curves.champion), gains(page, curves.version, curves.champion)]}
            </div>
            ${valueByThreshold(page, curves.version, curves.champion)}${distribution(page, curves.version, curves.champion)}`
    }
  </section> `;
};

const roc = (page: Page, version: ModelCurves, champion: ModelCurves | null): Markup => {
  const title = html`<h3>ROC curve</h3>`;
  if (version.roc === null)
    return html`<div>
      ${title}
      <p>There is no curve: rows of one label only.</p>
    </div> `;
  const [ours, theirs] = [version.roc, champion?.roc ?? null];
  const area = (of: Measure['of'], rough: { auc: number; aucWithin: number }): string => {
    const exact = page.verdict.measures.find(
      (measure) => measure.metric === 'roc_auc' && measure.of === of && measure.by === null,
    );
    return exact?.value == null
      ? `AUC ${figure(rough.auc)} ± ${figure(rough.aucWithin)} by histogram`
      : `AUC ${measureText(exact)}`;
  };
  return html`<figure>
    ${title}
    <figcaption>
      How many favorable rows are found, for how many others taken for favorable. The dashed
      diagonal is chance.
    </figcaption>
    ${rocPlot(ours, theirs, page.id)}
    ${legend([
      ['version', `Version: ${area('version', ours)}`],
      theirs && ['champion', `Champion: ${area('champion', theirs)}`],
    ])}${curveTable(page, ours, theirs, {
      caption: 'True positive rate at false positive rates',
      across: 'False positive rate',
      places: Array.from({ length: 21 }, (_, index) => index / 20),
      heightAt: rocAt,
    })}
  </figure> `;
};

const calibration = (page: Page, version: ModelCurves, champion: ModelCurves | null): Markup => {
  return html`<figure>
    <h3>Calibration</h3>
    <figcaption>
      Whether a score of 0.8 comes true in 80 of 100 rows. Points on the dashed diagonal do; the
      lines are 95 % intervals.
    </figcaption>
    ${calibrationPlot(version.calibration, champion?.calibration ?? null, page.id)}
    ${legend([
      ['version', 'Version, with intervals'],
      champion && ['champion', 'Champion'],
    ])}${calibrationTable(page, version.calibration, champion?.calibration ?? null, {
      caption: 'Calibration by tenths of the score',
      observed: 'Favorable',
    })}
  </figure> `;
};

const distribution = (page: Page, version: ModelCurves, champion: ModelCurves | null): Markup => {
  const models = [
    ['version', version] as const,
    ...(champion ? [['champion', champion] as const] : []),
  ];
  const most = distributionScale(models.map(([, curves]) => curves.distribution));
  const columns: TableOptions['columns'] = [
    { title: 'Scores' },
    ...models.flatMap(([whose]) => [
      {
        title: `${whose === 'version' ? 'Version' : 'Champion'}, favorable`,
        kind: 'figure' as const,
      },
      { title: 'others', kind: 'figure' as const },
    ]),
  ];
  return html`<h3>Score distribution</h3>
    <p class="lead">
      Rows by score: those with the favorable label upwards, others downwards. The farther apart
      they lie, the better the scores separate them.
    </p>
    <div class="pair">
      ${models.map(
        ([whose, curves]) =>
          html`<figure>
            <figcaption>
              <strong>${whose === 'version' ? 'Version' : 'Champion'}</strong>
            </figcaption>
            ${distributionPlot(curves.distribution, most, whose, page.id)}
          </figure> `,
      )}
    </div>
    ${legend([
      ['favorable', 'Favorable label, upwards'],
      ['other', 'Any other label, downwards'],
    ])}${details({
      id: page.id,
      caption: 'Rows by score and label',
      columns,
      rows: version.distribution.bins.map((bin, index) => [
        binText(bin),
        ...models.flatMap(([, curves]) => {
          const own = curves.distribution.bins[index];
          return [
            countText(Math.round(own?.positives ?? 0)),
            countText(Math.round(own?.negatives ?? 0)),
          ];
        }),
      ]),
    })}`;
};
