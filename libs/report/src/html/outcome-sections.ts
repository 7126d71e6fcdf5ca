import { metricDefinition, metricNames, type Check, type Verdict } from '@sluice/contracts';
import {
  checkParts,
  checkValue,
  limitText,
  outcomeWords,
  shortDigest,
  joined,
} from '../figures.js';
import { checkPlot, intervalCell } from './interval-plot.js';
import { html, userText, type Markup } from './markup.js';
import { countText, shownChecks, type Page } from './page.js';
import { table } from './table.js';

/** The outcome in words and as a mark. */
export const headline = ({ verdict, context }: Page): Markup => {
  const version =
    context.versionNumber === undefined ? null : html` version ${context.versionNumber}`;
  const passes = verdict.outcome === 'pass';
  return html`<header class="outcome ${verdict.outcome}">
      ${mark(passes)}
      <div>
        <p class="kind">Sluice · evaluation of a model</p>
        <h1>${userText(verdict.subject.model)}${version} ${passes ? 'passes' : 'does not pass'}</h1>
        <p class="sum">${outcomeSentence(verdict)}</p>
      </div>
    </header>
    <dl class="facts">
      <div>
        <dt>Rows evaluated</dt>
        <dd>${countText(verdict.rows)}</dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd><code>${shortDigest(verdict.subject.version)}</code></dd>
      </div>
      <div>
        <dt>Champion</dt>
        <dd>
          ${verdict.subject.champion === null ? 'none yet' : html`<code>${shortDigest(verdict.subject.champion)}</code>`}
        </dd>
      </div>
      <div>
        <dt>Policy</dt>
        <dd>${userText(context.policyFile)} <code>${shortDigest(verdict.subject.policy)}</code></dd>
      </div>
    </dl>
    ${context.policyNote === undefined ? null : html`<p class="note">${userText(context.policyNote, 400)}</p>`}`;
};

export const outcomeSentence = ({ checks, outcome }: Verdict): string => {
  const count = (wanted: Check['outcome']): number =>
    checks.filter((check) => check.outcome === wanted).length;
  const warnings = count('warn') === 0 ? '' : `, ${count('warn')} with a warning`;
  const all = checks.length === 1 ? 'The one check' : `All ${checks.length} checks`;
  return outcome === 'pass'
    ? `${all} of the policy ${checks.length === 1 ? 'allows' : 'allow'} it${warnings}.`
    : `${count('fail')} of ${checks.length} ${checks.length === 1 ? 'check' : 'checks'} failed${warnings}.`;
};

const mark = (passes: boolean): Markup =>
  html`<svg class="seal" aria-hidden="true" width="56" height="56" viewBox="0 0 56 56">
    <circle cx="28" cy="28" r="28" />
    <path d="${passes ? 'M16 29l8.5 8.5L40 20' : 'M19 19l18 18M37 19L19 37'}" />
  </svg>`;

/** Why checks did not pass, and what to do. Nothing when all did. */
export const problems = (page: Page): Markup | null => {
  const troubled = (['fail', 'warn'] as const).flatMap((outcome) =>
    page.verdict.checks.filter((check) => check.outcome === outcome),
  );
  if (troubled.length === 0) return null;
  const shown = troubled.slice(0, page.bounds.checks);
  const { sentence } = page.bounds;
  return html`<section aria-labelledby="why">
    <h2 id="why">Why, and what to do</h2>
    <ul class="problems">
      ${shown.map(
        (check) =>
          html`<li class="${check.outcome}">
            <h3>${chip(check)} ${checkName(check, page)}</h3>
            <p>${userText(check.reason, sentence)}</p>
            ${check.advice === null ? null : html`<p class="advice"><strong>What to do:</strong> ${userText(check.advice, sentence)}</p>`}
            ${check.outcome === 'warn' ? html`<p class="quiet">A warning does not block.</p>` : null}
          </li> `,
      )}
    </ul>
    ${omitted(troubled.length - shown.length, 'check that did not pass', 'checks that did not pass')}
  </section> `;
};

/** Every check with its figures. */
export const checks = (page: Page): Markup => {
  const shown = shownChecks(page);
  return html`<section aria-labelledby="checks">
    <h2 id="checks">Checks</h2>
    <p class="lead">
      What the policy asks for. The line is the 95 % interval, the mark the value, the shaded part
      what the policy allows: ● pass, ▲ warning, ■ fail.
    </p>
    ${table({
      id: page.id,
      caption: 'Checks of the policy',
      captionHidden: true,
      stacks: true,
      heading: 1,
      columns: [
        { title: 'Outcome' },
        { title: 'Check' },
        { title: 'Value', kind: 'figure' },
        { title: '95 % interval', kind: 'figure' },
        { title: 'Plot', kind: 'plot' },
        { title: 'Limit', kind: 'figure' },
        { title: 'n', kind: 'figure' },
      ],
      rows: shown.map((check) => [
        chip(check),
        html`${checkName(check, page)}<span class="meaning"
            >${meaningOf(checkParts(check).metric, check.measure?.class)}</span
          >`,
        checkValue(check),
        html`<span class="interval">${intervalCell(check.measure)}</span>`,
        checkPlot(check, plainName(check), page.id),
        limitText(check),
        check.measure === null ? '' : countText(check.measure.n),
      ]),
    })}${omitted(page.verdict.checks.length - shown.length, 'check', 'checks')}
  </section> `;
};

const chip = ({ outcome }: Check): Markup =>
  html`<span class="chip ${outcome}"
    ><span aria-hidden="true">${{ pass: '✓', warn: '!', fail: '✗' }[outcome]}</span>
    ${outcomeWords[outcome]}</span
  >`;

const checkName = (check: Check, { bounds }: Page): Markup => {
  const { metric, by, made, against } = checkParts(check);
  return html`<span class="measure">${userText(metricLabel(metric), bounds.name)}${made}</span
    >${by === null ? null : html` ${joined(metric)} ${userText(by, bounds.name)}`}${against}`;
};

const plainName = (check: Check): string => {
  const { metric, made } = checkParts(check);
  return `${metricLabel(metric)}${made}`;
};

/** demographic_parity_ratio → Demographic parity ratio; pr_auc → PR AUC */
export const metricLabel = (metric: string): string => {
  const words = metric
    .split('_')
    .map((word) => spelled[word] ?? word)
    .join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Parts of names that aren't words. */
const spelled: Readonly<Record<string, string>> = {
  roc: 'ROC',
  pr: 'PR',
  auc: 'AUC',
  ks: 'KS',
  f1: 'F1',
  r2: 'R²',
  beta: 'β',
  youden: 'Youden',
  cohen: 'Cohen',
  matthews: 'Matthews',
  theil: 'Theil',
  brier: 'Brier',
};

/** Of several classes, a metric of one takes that for the favorable label and all others for the unfavorable one. */
const meaningOf = (metric: string, ofClass: string | undefined): string => {
  const known = metricNames.find((name) => name === metric);
  if (known === undefined) return '';
  const { title } = metricDefinition(known);
  return ofClass !== undefined && title.includes('avorable')
    ? `${title}; favorable is the class itself`
    : title;
};

export const omitted = (count: number, one: string, many: string): Markup | null =>
  count <= 0
    ? null
    : html`<p class="note">
        ${countText(count)} more ${count === 1 ? one : many} left out for length. The whole verdict
        has all of them.
      </p> `;
