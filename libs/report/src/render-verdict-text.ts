import { plainText, type CheckOutcome, type Verdict } from '@sluice/contracts';
import {
  bar,
  checkTitle,
  checkValue,
  intervalText,
  limitText,
  measureText,
  shortDigest,
} from './figures.js';
import { driftTable, wholeName } from './drift-rows.js';
import { groupTables } from './group-figures.js';
import { taskTables } from './task-tables.js';

export interface TextOptions {
  /** Whether to colour it, for a terminal. The words say everything without. */
  readonly color?: boolean;
}

const paint = {
  pass: '\u001b[32m',
  warn: '\u001b[33m',
  fail: '\u001b[31m',
  strong: '\u001b[1m',
  faint: '\u001b[2m',
  off: '\u001b[0m',
};
const words: Record<CheckOutcome, string> = { pass: '✓ pass', warn: '! warn', fail: '✗ FAIL' };

/** A verdict for a terminal: the outcome, each check with its figures and, where it did not pass, why and what to do. */
export const renderVerdictText = (
  verdict: Verdict,
  { color = false }: TextOptions = {},
): string => {
  const painted = (style: keyof typeof paint, text: string): string =>
    color ? `${paint[style]}${text}${paint.off}` : text;
  const checks = verdict.checks.flatMap((check) => {
    const line = `  ${painted(check.outcome, words[check.outcome])}  ${plainText(checkTitle(check))}: ${[checkValue(check), intervalText(check.measure?.interval ?? null)].filter((part) => part !== '').join(' ')}, limit ${limitText(check)}`;
    if (check.outcome === 'pass') return [line];
    return [
      line,
      `          ${plainText(check.reason)}`,
      ...(check.advice === null
        ? []
        : [`          ${painted('strong', 'What to do:')} ${plainText(check.advice)}`]),
    ];
  });
  const failed = verdict.checks.filter((check) => check.outcome === 'fail').length;
  const headline =
    verdict.outcome === 'pass'
      ? painted(
          'pass',
          `✓ ${verdict.subject.model} passes: ${verdict.checks.length} checks on ${verdict.rows} rows`,
        )
      : painted(
          'fail',
          `✗ ${verdict.subject.model} does not pass: ${failed} of ${verdict.checks.length} checks failed on ${verdict.rows} rows`,
        );
  return [
    headline,
    '',
    ...checks,
    ...groups(verdict),
    ...figureTables(verdict),
    ...drift(verdict),
    '',
    painted('faint', provenance(verdict)),
  ].join('\n');
};

const groups = (verdict: Verdict): string[] =>
  groupTables(verdict).flatMap(({ column, rows }) => {
    const width = Math.max(...rows.map((row) => plainText(row.group).length));
    return [
      '',
      `  selection rate by ${plainText(column)}`,
      ...rows.map(
        (row) =>
          `    ${plainText(row.group).padEnd(width)}  ${row.selectionRate?.value == null ? ' '.repeat(10) : bar(row.selectionRate.value)}  ${measureText(row.selectionRate ?? null)}  n = ${row.rows}`,
      ),
    ];
  });

const figureTables = (verdict: Verdict): string[] =>
  taskTables(verdict).flatMap(({ column, metrics, rows }) => {
    const width = Math.max(...rows.map(({ name }) => plainText(name).length));
    return metrics
      .slice(0, mostInTerminal)
      .flatMap((metric, at) => [
        '',
        `  ${metric} by ${column === null ? 'class' : plainText(column)}`,
        ...rows.map(
          ({ name, figures }) =>
            `    ${plainText(name).padEnd(width)}  ${measureText(figures[at] ?? null)}`,
        ),
      ]);
  });

/** The rest is in the report. */
const mostInTerminal = 2;

/** A terminal's height; the others are in the JSON. */
const mostDriftRows = 15;

const drift = (verdict: Verdict): string[] => {
  const found = driftTable(verdict);
  if (found === null) return [];
  const shown = found.columns.slice(0, mostDriftRows);
  const more = found.columns.length - shown.length;
  const width = Math.max(0, ...shown.map(({ column }) => plainText(column).length));
  return [
    '',
    '  drift distance from the reference by column',
    ...shown.map(
      ({ column, distance }) =>
        `    ${plainText(column).padEnd(width)}  ${distance.value === null ? ' '.repeat(10) : bar(distance.value)}  ${measureText(distance)}`,
    ),
    ...(more > 0
      ? [`    and ${more} more ${more === 1 ? 'column that drifts' : 'columns that drift'} less`]
      : []),
    ...found.whole.map((measure) => `    ${plainText(wholeName(measure))} ${measureText(measure)}`),
  ];
};

const provenance = ({ subject }: Verdict): string =>
  `  artifact ${shortDigest(subject.version)} · champion ${shortDigest(subject.champion)} · data ${shortDigest(subject.datasets.evaluation)}${subject.datasets.reference === undefined ? '' : ` · reference ${shortDigest(subject.datasets.reference)}`}${subject.datasets.predictions === undefined ? '' : ` · predictions ${shortDigest(subject.datasets.predictions)}`} · policy ${shortDigest(subject.policy)}`;
