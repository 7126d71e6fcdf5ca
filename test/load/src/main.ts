import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { compareChampion } from './champion.js';
import { driftTable, referenceRows } from './drift.js';
import { groupedTable } from './event-loop.js';
import { comparePeers } from './peers.js';
import { compareScoring } from './scoring-report.js';
import { lineOf, measure, timeInTurn, type Timing } from './timing.js';
import { scoredTable } from './workload.js';

const help = `Usage: npm run bench -- evaluator [options]

Times an evaluation against DuckDB's bare scan and grouping of the same columns, the scoring of a table by a model
against ONNX Runtime's bare loop, what a champion's scores add to it, and drift of 20 columns from a reference of a million rows against DuckDB's bare
histograms, in one run, on this machine; tells how time and memory grow with the rows; and measures how long the event loop of whoever has an evaluation done is blocked: at most 50 ms, or the exit code is 1.

Options:
  --rows N      rows of the table, several separated by commas (default 1000000,3000000,10000000,30000000)
  --scored N    rows that a model scores (default 1000000); 0 to leave it out
  --peers N     rows of the table that fairlearn, AIF360 and Evidently get too, if SLUICE_BENCH_PYTHON names a Python
                with test/load/peers/requirements.txt (default 1000000); 0 to leave them out
  --repeat N    runs of each case, taken alternately (default 3); the median counts
  --json        one JSON document
  --help        show this text
`;

const folder = fileURLToPath(new URL('../../../.sluice/bench', import.meta.url));

interface Comparison {
  readonly rows: number;
  readonly bare: Timing;
  readonly ours: Timing;
  /** Our seconds in those of the bare case. */
  readonly ratio: number;
  /** Likewise of processor time. */
  readonly cpuRatio: number;
}

const compare = async (
  rows: number,
  path: string,
  names: { readonly bare: string; readonly ours: string },
  repeat: number,
): Promise<Comparison> => {
  const [bare, ours] = (await timeInTurn([names.bare, names.ours], path, repeat)) as [
    Timing,
    Timing,
  ];
  return {
    rows,
    bare,
    ours,
    ratio: ours.seconds / bare.seconds,
    cpuRatio: ours.cpuSeconds / bare.cpuSeconds,
  };
};

/** Of a machine that is busy with other things, the second is the one to believe. */
const ratioOf = ({ ratio, cpuRatio }: Comparison): string =>
  `  ratio ${ratio.toFixed(1)}, of processor time ${cpuRatio.toFixed(1)}\n\n`;

/** Linear means that the last column stays what it is, and flat that the one before it does. */
const growthOf = (results: readonly Comparison[]): string =>
  `growth\n${results
    .map(({ rows, ours: { seconds, cpuSeconds, peakMiB } }) => {
      const [perMillion, cpu] = [seconds, cpuSeconds].map((value) => (value / rows) * 1e6);
      return `  ${String(rows).padStart(10)} rows ${seconds.toFixed(2).padStart(8)} s ${peakMiB.toFixed(0).padStart(6)} MiB ${perMillion?.toFixed(3).padStart(8)} s and ${cpu?.toFixed(3)} CPU s a million rows\n`;
    })
    .join('')}\n`;

const mostBlockMs = 50;
const rowsOfEventLoop = 1_000_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000,3000000,10000000,30000000' },
    scored: { type: 'string', default: '1000000' },
    repeat: { type: 'string', default: '3' },
    peers: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const sizes = values.rows.split(',').map(Number);
const repeat = Number(values.repeat);
const scoredRows = Number(values.scored);
const peerRows = Number(values.peers);
const usable =
  Number.isSafeInteger(peerRows) &&
  peerRows >= 0 &&
  Number.isSafeInteger(scoredRows) &&
  scoredRows >= 0 &&
  sizes.every((size) => Number.isSafeInteger(size) && size > 0) &&
  Number.isSafeInteger(repeat) &&
  repeat > 0;

if (values.help) {
  process.stdout.write(help);
} else if (positionals.join() !== 'evaluator' || !usable) {
  process.stderr.write(help);
  process.exitCode = 2;
} else {
  const results: Comparison[] = [];
  const say = (text: string): void => {
    if (!values.json) process.stdout.write(text);
  };
  for (const rows of sizes) {
    const names = { bare: 'duckdb-scan-and-group', ours: 'evaluation' };
    const result = await compare(rows, await scoredTable(folder, rows), names, repeat);
    results.push(result);
    say(
      `${rows} rows (label, score, 2 protected columns)\n${lineOf('DuckDB scan and group', result.bare)}${lineOf('evaluation', result.ours)}${ratioOf(result)}`,
    );
  }
  if (results.length > 1) say(growthOf(results));
  const scoring = scoredRows > 0 ? await compareScoring(folder, scoredRows, repeat, say) : [];
  const champions = [];
  for (const rows of sizes) champions.push(await compareChampion(folder, rows, repeat, say));
  const drifts: Comparison[] = [];
  await driftTable(folder, referenceRows, 0, 'drift-reference');
  for (const rows of sizes) {
    const table = await driftTable(folder, rows, 1, 'drift');
    const names = { bare: 'duckdb-histograms', ours: 'drift' };
    const result = await compare(rows, table, names, repeat);
    drifts.push(result);
    say(
      `${rows} rows against ${referenceRows}, drift of 20 columns\n${lineOf('DuckDB histograms', result.bare)}${lineOf('drift', result.ours)}${ratioOf(result)}`,
    );
  }
  const python = process.env['SLUICE_BENCH_PYTHON'];
  const peers = await comparePeers({ folder, rows: peerRows, repeat, say, python });
  const path = await groupedTable(folder, rowsOfEventLoop);
  const eventLoop = await measure('evaluation-in-thread', path);
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ results, scoring, champions, drifts, peers, eventLoop }, null, 2)}\n`,
    );
  else
    process.stdout.write(
      `event loop (${rowsOfEventLoop} rows, 5 protected columns of 20 groups, drift of 10 columns)\n` +
        `  longest block            ${eventLoop.longestBlockMs.toFixed(1).padStart(8)} ms of ${mostBlockMs} ms, in ${eventLoop.seconds.toFixed(2)} s\n`,
    );
  if (eventLoop.longestBlockMs > mostBlockMs) process.exitCode = 1;
}
