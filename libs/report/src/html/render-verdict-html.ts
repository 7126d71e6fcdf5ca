import {
  digestOfBytes,
  type DriftFigures,
  type ScoreCurves,
  type Verdict,
} from '@sluice/contracts';
import { comparison, groups } from './comparison-sections.js';
import { drift as driftSection } from './drift-section.js';
import { html, Markup, shortened } from './markup.js';
import { checks, headline, problems } from './outcome-sections.js';
import { createPage, type Bounds, type HtmlContext, type Page } from './page.js';
import { provenance } from './provenance-section.js';
import { scores } from './score-section.js';
import { style } from './style.js';
import { taskFigures } from './task-section.js';

/** The most bytes of a report, so that it can be mailed, attached and opened anywhere. */
export const htmlBudget = 1_000_000;

/** Tried in this order until a report fits. The last one fits whatever the names. */
const boundsByRoom: readonly Bounds[] = [
  { checks: 200, columns: 20, groups: 50, name: 80, sentence: 600 },
  { checks: 200, columns: 10, groups: 25, name: 60, sentence: 300 },
  { checks: 100, columns: 5, groups: 20, name: 40, sentence: 200 },
  { checks: 40, columns: 3, groups: 10, name: 30, sentence: 120 },
];

/**
 * A verdict as one HTML file for people: no script, nothing from elsewhere, at most 1 MB. Everything that it draws
 * stands in a table or a sentence too. It holds no clock reading, so the same input gives the same bytes.
 *
 * @param curves of the same profile as the verdict; null when the data holds predictions only
 * @param drift of the same comparison; null when the policy names no reference, or it isn't at hand
 */
export const renderVerdictHtml = (
  verdict: Verdict,
  curves: ScoreCurves | null,
  context: HtmlContext,
  drift: DriftFigures | null = null,
): string => {
  let text = '';
  for (const bounds of boundsByRoom) {
    text = render(createPage(verdict, curves, context, bounds, drift));
    if (bytesOf(text) <= htmlBudget) break;
  }
  return text;
};

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

const render = (page: Page): string => {
  const { verdict } = page;
  const why = problems(page);
  const byGroup = groups(page);
  const drift = driftSection(page);
  const figures = taskFigures(page);
  const title = `${shortened(verdict.subject.model, 80)} ${verdict.outcome === 'pass' ? 'passes' : 'does not pass'} · Sluice`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="Sluice" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the report</a>
        <main id="main" tabindex="-1">
          ${headline(page)}
          <nav aria-label="Sections">
            <ul>
              ${[
                why && ['why', 'Why'],
                ['checks', 'Checks'],
                byGroup && ['groups', 'By group'],
                figures && ['figures', 'Figures'],
                ['comparison', 'Against the champion'],
                figures === null ? ['scores', 'Scores'] : null,
                drift && ['drift', 'Drift'],
                ['provenance', 'Provenance'],
              ].map((entry) => entry && html`<li><a href="#${entry[0]}">${entry[1]}</a></li> `)}
            </ul>
          </nav>
          ${[why, checks(page), byGroup, figures, comparison(page), figures === null ? scores(page) : null, drift, provenance(page)]}
        </main>
      </body>
    </html> `.text;
};

/** Made from one string, since its content must be, byte for byte, what the hash was taken of. */
const styleElement = new Markup(`<style>${style}</style>`);

/** Nothing may load or run; the one style sheet is named by its hash. */
const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${Buffer.from(
  digestOfBytes(style).slice('sha256:'.length),
  'hex',
).toString('base64')}'; base-uri 'none'; form-action 'none'`;
