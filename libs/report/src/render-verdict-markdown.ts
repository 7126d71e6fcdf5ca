import type { Check, Verdict } from '@sluice/contracts';
import { code, escapeHtml, escapeMarkdown } from './escape-markdown.js';
import {
  bar,
  checkParts,
  checkTitle,
  checkValue,
  intervalText,
  joined,
  limitText,
  measureText,
  outcomeMarks,
  outcomeWords,
  shortDigest,
} from './figures.js';
import { comparisonRows, groupTables } from './group-figures.js';
import { driftTable } from './drift-rows.js';
import { fitSections, type Section } from './fit-sections.js';
import { taskTables } from './task-tables.js';

export interface VerdictContext {
  /** The number of the version in the registry, if it has one. */
  readonly versionNumber?: number;
  readonly championNumber?: number | null;
  readonly headSha?: string;
  /** Where the policy lies in the repository. */
  readonly policyFile: string;
  /** A sentence about which policy was applied, when that needs saying. */
  readonly policyNote?: string;
  /** The command line that gives this verdict, where it is known. */
  readonly reproduce?: string;
}

/** GitHub refuses a longer comment. */
export const commentBudget = 65_536;
/** GitHub drops a longer job summary. Characters can take up to three bytes, emoji a few more. */
export const summaryBudget = 250_000;

/**
 * A verdict for people, in GitHub's Markdown: what came out, why and what to do, then the figures.
 *
 * Everything a user named is inert. The text never exceeds the budget: the longest details give way first, and it says so.
 *
 * @param budget the most characters (UTF-16 units) that fit
 */
export const renderVerdictMarkdown = (
  verdict: Verdict,
  context: VerdictContext,
  budget = commentBudget,
): string =>
  fitSections(
    [
      { text: headline(verdict, context) },
      { text: context.policyNote === undefined ? '' : `> ${escapeMarkdown(context.policyNote)}` },
      ...problems(verdict),
      checksTable(verdict),
      comparison(verdict),
      ...groups(verdict),
      ...figureTables(verdict),
      drift(verdict),
      { text: provenance(verdict, context) },
    ].filter((section) => section.text !== ''),
    budget,
  );

const headline = (verdict: Verdict, context: VerdictContext): string => {
  const failed = verdict.checks.filter((check) => check.outcome === 'fail').length;
  const warned = verdict.checks.filter((check) => check.outcome === 'warn').length;
  const subject = `${code(verdict.subject.model)}${context.versionNumber === undefined ? '' : ` version ${context.versionNumber}`}`;
  const warnings = warned === 0 ? '' : `, ${warned} with a warning`;
  return verdict.outcome === 'pass'
    ? `## ✅ Sluice: ${subject} passes\n\nAll ${verdict.checks.length} checks of the policy allow it${warnings}.`
    : `## ❌ Sluice: ${subject} does not pass\n\n${failed} of ${verdict.checks.length} checks failed${warnings}.`;
};

/** The metric's name is ours; the column's is the user's. */
const measured = ({
  metric,
  by,
  made = '',
  against = '',
}: {
  metric: string;
  by: string | null;
  made?: string;
  against?: string;
}): string =>
  `${code(metric)}${made}${by === null ? '' : ` ${joined(metric)} ${escapeMarkdown(by)}`}${against}`;

const problems = (verdict: Verdict): Section[] => {
  const list = (checks: Check[]): string =>
    checks
      .map((check) => {
        const advice =
          check.advice === null ? '' : `\n  <br>**What to do:** ${escapeMarkdown(check.advice)}`;
        return `- ${outcomeMarks[check.outcome]} ${measured(checkParts(check))}: ${escapeMarkdown(check.reason)}${advice}`;
      })
      .join('\n');
  const failed = verdict.checks.filter((check) => check.outcome === 'fail');
  const warned = verdict.checks.filter((check) => check.outcome === 'warn');
  return [
    { text: failed.length === 0 ? '' : `### Why\n\n${list(failed)}`, shorten: 'lines' },
    {
      text: warned.length === 0 ? '' : `### Warnings\n\nThese don't block.\n\n${list(warned)}`,
      shorten: 'lines',
    },
  ];
};

const checksTable = (verdict: Verdict): Section => ({
  text: [
    '### Checks',
    '',
    '| | check | result | 95 % interval | limit | n |',
    '|---|---|---:|---|---|---:|',
    ...verdict.checks.map((check) => {
      const { measure } = check;
      const result = checkValue(check);
      return `| ${outcomeMarks[check.outcome]} ${outcomeWords[check.outcome]} | ${measured(checkParts(check))} | ${result} | ${intervalText(measure?.interval ?? null)} | ${limitText(check)} | ${measure?.n ?? ''} |`;
    }),
  ].join('\n'),
  shorten: 'lines',
});

const comparison = (verdict: Verdict): Section => {
  const rows = comparisonRows(verdict);
  const title =
    verdict.subject.champion === null ? 'All figures' : 'All figures, beside the champion';
  return {
    text: details(title, [
      '| metric | this version | champion | difference |',
      '|---|---|---|---|',
      ...rows.map(
        ({ metric, by, made, version, champion, difference }) =>
          `| ${measured({ metric, by, made })} | ${measureText(version)} | ${champion === undefined ? '–' : measureText(champion)} | ${difference === undefined ? '–' : measureText(difference)} |`,
      ),
    ]),
    shorten: 'drop',
  };
};

const groups = (verdict: Verdict): Section[] =>
  groupTables(verdict).map(({ column, rows }) => ({
    text: details(`By ${escapeHtml(column)}`, [
      `| ${escapeMarkdown(column)} | rows | selected | | true positive rate | false positive rate | accuracy |`,
      '|---|---:|---|---|---|---|---|',
      ...rows.map(
        (row) =>
          `| ${escapeMarkdown(row.group)} | ${row.rows} | ${measureText(row.selectionRate ?? null)} | ${row.selectionRate?.value == null ? '' : bar(row.selectionRate.value)} | ${measureText(row.truePositiveRate ?? null)} | ${measureText(row.falsePositiveRate ?? null)} | ${measureText(row.accuracy ?? null)} |`,
      ),
    ]),
    shorten: 'drop',
  }));

const figureTables = (verdict: Verdict): Section[] =>
  taskTables(verdict).map(({ column, metrics, rows }) => ({
    text: details(column === null ? 'By class' : `By ${escapeHtml(column)}`, [
      `| ${column === null ? 'class' : escapeMarkdown(column)} | ${metrics.map(code).join(' | ')} |`,
      `|---|${metrics.map(() => '---|').join('')}`,
      ...rows.map(
        ({ name, figures }) =>
          `| ${escapeMarkdown(name)} | ${figures.map((measure) => measureText(measure ?? null)).join(' | ')} |`,
      ),
    ]),
    shorten: 'drop',
  }));

/** As many rows as a reader looks through. */
const mostDriftRows = 20;

const drift = (verdict: Verdict): Section => {
  const found = driftTable(verdict);
  if (found === null) return { text: '' };
  const shown = found.columns.slice(0, mostDriftRows);
  const more = found.columns.length - shown.length;
  return {
    text: details('Drift from the reference', [
      ...found.whole.map(
        (measure) =>
          `- ${code(measure.metric)}${measure.column === null ? '' : ` of ${escapeMarkdown(measure.column)}`}: ${measureText(measure)}`,
      ),
      '',
      '| column | drift distance | rise of missing values | new categories |',
      '|---|---|---|---|',
      ...shown.map(
        ({ column, distance, missing, newCategories }) =>
          `| ${escapeMarkdown(column)} | ${measureText(distance)} | ${missing === undefined ? '–' : measureText(missing)} | ${newCategories === undefined ? '–' : measureText(newCategories)} |`,
      ),
      ...(more > 0
        ? ['', `${more} more ${more === 1 ? 'column drifts' : 'columns drift'} less.`]
        : []),
    ]),
    shorten: 'drop',
  };
};

/** GitHub renders Markdown inside only after an empty line. */
const details = (summary: string, lines: string[]): string =>
  `<details>\n<summary>${summary}</summary>\n\n${lines.join('\n')}\n\n</details>`;

const provenance = (verdict: Verdict, context: VerdictContext): string => {
  const { subject } = verdict;
  const champion =
    subject.champion === null
      ? 'no champion yet'
      : `champion ${context.championNumber == null ? '' : `${context.championNumber} `}${code(shortDigest(subject.champion))}`;
  const reproduce =
    context.reproduce ??
    `npx sluice evaluate --policy ${context.policyFile}${subject.champion === null ? '' : ' --champion <the champion’s .onnx>'}`;
  return [
    '---',
    `<sub>Evaluated on ${verdict.rows} rows · artifact ${code(shortDigest(subject.version))} · ${champion} · data ${code(shortDigest(subject.datasets.evaluation))}${subject.datasets.reference === undefined ? '' : ` · reference ${code(shortDigest(subject.datasets.reference))}`}${subject.datasets.predictions === undefined ? '' : ` · predictions ${code(shortDigest(subject.datasets.predictions))}`} · policy ${code(context.policyFile)} ${code(shortDigest(subject.policy))}${context.headSha === undefined ? '' : ` · commit ${code(context.headSha.slice(0, 12))}`}. Intervals hold 95 % of the time. Reproduce it with ${code(reproduce)}.</sub>`,
  ].join('\n');
};

/** One line for lists of runs, such as a check's title. */
export const verdictHeadline = (verdict: Verdict): string => {
  const failed = verdict.checks.filter((check) => check.outcome === 'fail');
  const [first] = failed;
  if (first === undefined)
    return `${verdict.subject.model} passes: ${verdict.checks.length} checks`;
  return `${verdict.subject.model} does not pass: ${checkTitle(first)} is ${checkValue(first)}, the limit is ${limitText(first)}${failed.length > 1 ? `, and ${failed.length - 1} more` : ''}`;
};
