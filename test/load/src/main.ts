import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { driftTable, referenceRows } from './drift.js';
import { groupedTable } from './event-loop.js';
import { scoredTable } from './workload.js';

const help = `Usage: npm run bench -- evaluator [options]

Times an evaluation against DuckDB's bare scan and grouping of the same columns, and drift of 20 columns from a reference
of a million rows against its bare histograms, in one run, on this machine, and
measures how long the event loop of whoever has an evaluation done is blocked: at most 50 ms, or the exit code is 1.

Options:
  --rows N      rows of the table, several separated by commas (default 1000000,10000000)
  --repeat N    runs of each case, taken alternately (default 3); the median counts
  --json        one JSON document
  --help        show this text
`;

interface Timing {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly longestBlockMs: number;
}

const folder = fileURLToPath(new URL('../../../.sluice/bench', import.meta.url));
const runner = fileURLToPath(new URL('./run-case.js', import.meta.url));
const run = promisify(execFile);

const measure = async (name: string, path: string): Promise<Timing> => {
  const { stdout } = await run(process.execPath, [runner, name, path]);
  return JSON.parse(stdout) as Timing;
};

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

interface Comparison {
  readonly rows: number;
  readonly bare: Timing;
  readonly ours: Timing;
  readonly ratio: number;
}

const compare = async (
  rows: number,
  repeat: number,
  path: string,
  names: Record<'bare' | 'ours', string>,
): Promise<Comparison> => {
  const timings: Record<'bare' | 'ours', Timing[]> = { bare: [], ours: [] };
  // Alternately, so that whatever else the machine does meets both.
  for (let round = 0; round < repeat; round += 1) {
    timings.bare.push(await measure(names.bare, path));
    timings.ours.push(await measure(names.ours, path));
  }
  const summary = (of: Timing[]): Timing => ({
    seconds: median(of.map(({ seconds }) => seconds)),
    peakMiB: Math.max(...of.map(({ peakMiB }) => peakMiB)),
    longestBlockMs: Math.max(...of.map(({ longestBlockMs }) => longestBlockMs)),
  });
  const [bare, ours] = [summary(timings.bare), summary(timings.ours)];
  return { rows, bare, ours, ratio: ours.seconds / bare.seconds };
};

const print = (title: string, bareName: string, { bare, ours, ratio }: Comparison): void => {
  const line = (name: string, { seconds, peakMiB }: Timing): string =>
    `  ${name.padEnd(24)} ${seconds.toFixed(2).padStart(8)} s ${peakMiB.toFixed(0).padStart(6)} MiB\n`;
  process.stdout.write(
    `${title}\n${line(bareName, bare)}${line('ours', ours)}  ratio ${ratio.toFixed(1)}\n\n`,
  );
};

const mostBlockMs = 50;
const rowsOfEventLoop = 1_000_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000,10000000' },
    repeat: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const sizes = values.rows.split(',').map(Number);
const repeat = Number(values.repeat);
const usable =
  sizes.every((size) => Number.isSafeInteger(size) && size > 0) &&
  Number.isSafeInteger(repeat) &&
  repeat > 0;

if (values.help) {
  process.stdout.write(help);
} else if (positionals.join() !== 'evaluator' || !usable) {
  process.stderr.write(help);
  process.exitCode = 2;
} else {
  const results = [];
  for (const rows of sizes) {
    const path = await scoredTable(folder, rows);
    const names = { bare: 'duckdb-scan-and-group', ours: 'evaluation' };
    const result = await compare(rows, repeat, path, names);
    results.push(result);
    if (!values.json)
      print(`${rows} rows (label, score, 2 protected columns)`, 'DuckDB scan and group', result);
  }
  const drifts = [];
  await driftTable(folder, referenceRows, 0, 'drift-reference');
  for (const rows of sizes) {
    const path = await driftTable(folder, rows, 1, 'drift');
    const names = { bare: 'duckdb-histograms', ours: 'drift' };
    const result = await compare(rows, repeat, path, names);
    drifts.push(result);
    if (!values.json)
      print(
        `${rows} rows against ${referenceRows}, drift of 20 columns`,
        'DuckDB histograms',
        result,
      );
  }
  const path = await groupedTable(folder, rowsOfEventLoop);
  const eventLoop = await measure('evaluation-in-thread', path);
  if (values.json)
    process.stdout.write(`${JSON.stringify({ results, drifts, eventLoop }, null, 2)}\n`);
  else
    process.stdout.write(
      `event loop (${rowsOfEventLoop} rows, 5 protected columns of 20 groups)\n` +
        `  longest block            ${eventLoop.longestBlockMs.toFixed(1).padStart(8)} ms of ${mostBlockMs} ms, in ${eventLoop.seconds.toFixed(2)} s\n`,
    );
  if (eventLoop.longestBlockMs > mostBlockMs) process.exitCode = 1;
}
