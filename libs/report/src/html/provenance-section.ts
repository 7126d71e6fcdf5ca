import type { Digest } from '@sluice/contracts';
import { html, shortened, userText, type Markup } from './markup.js';
import { countText, type Page } from './page.js';

/** What was evaluated, by digest, and how to do it again. */
export const provenance = ({ verdict, context }: Page): Markup => {
  const { subject } = verdict;
  const reproduce =
    context.reproduce ??
    `npx sluice evaluate --policy ${context.policyFile}${subject.champion === null ? '' : ' --champion <the champion’s .onnx>'}`;
  const entry = (name: string, value: Markup): Markup =>
    html`<dt>${name}</dt>
      <dd>${value}</dd> `;
  return html`<section aria-labelledby="provenance">
    <h2 id="provenance">Provenance</h2>
    <p class="lead">
      The verdict is bound to these bytes. The same bytes give the same verdict and this same page,
      on every machine.
    </p>
    <dl class="provenance">
      ${[
        entry('Model', userText(subject.model)),
        entry('Rows', html`${countText(verdict.rows)}`),
        entry(
          'Artifact of the version',
          digest(subject.version, 'none: the scores came with the data'),
        ),
        entry('Artifact of the champion', digest(subject.champion, 'none yet')),
        entry('Evaluation data', digest(subject.datasets.evaluation, 'none')),
        subject.datasets.reference === undefined
          ? null
          : entry('Reference data', digest(subject.datasets.reference, 'none')),
        subject.datasets.predictions === undefined
          ? null
          : entry('Predictions', digest(subject.datasets.predictions, 'none')),
        entry(
          'Policy',
          html`${userText(context.policyFile, 200)} ${digest(subject.policy, 'none')}`,
        ),
        context.headSha === undefined
          ? null
          : entry('Commit', html`<code>${context.headSha}</code>`),
      ]}
    </dl>
    <h3>Do it again</h3>
    <pre><code>${shortened(reproduce, 1000)}</code></pre>
    <h3>How to read the figures</h3>
    <p>
      An interval of 95 % is made by a procedure that holds the true value in 95 of 100 samples;
      <i>n</i> is the number of rows a figure rests on. A figure is <i>undefined</i> where its
      formula divides by zero on this data, and <i>insufficient</i> where it rests on too few rows.
      Neither is zero, and neither passes a check.
    </p>
  </section> `;
};

const digest = (value: Digest | null, none: string): Markup =>
  value === null ? html`${none}` : html`<code>${value}</code>`;
