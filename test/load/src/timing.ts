import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

/** How long a case took; CPU seconds are those of all threads, which other work on the machine changes less. */
export interface CaseTiming {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** What a case took in a process of its own. */
export interface Timing extends CaseTiming {
  readonly peakMiB: number;
  readonly longestBlockMs: number;
}

const runner = fileURLToPath(new URL('./run-case.js', import.meta.url));
const run = promisify(execFile);

/** Runs a case once. */
export const measure = async (name: string, path: string): Promise<Timing> => {
  const { stdout } = await run(process.execPath, [runner, name, path]);
  return JSON.parse(stdout) as Timing;
};

/**
 * Runs cases in turn, so that whatever else the machine does meets all of them. The medians, and the largest peaks, of
 * each, in the order of the names.
 */
export const timeInTurn = async (
  names: readonly string[],
  path: string,
  repeat: number,
): Promise<Timing[]> => {
  const all = names.map((name) => ({ name, timings: [] as Timing[] }));
  for (let round = 0; round < repeat; round += 1)
    for (const { name, timings } of all) timings.push(await measure(name, path));
  return all.map(({ timings }) => summaryOf(timings));
};

const summaryOf = (timings: readonly Timing[]): Timing => ({
  seconds: median(timings.map(({ seconds }) => seconds)),
  cpuSeconds: median(timings.map(({ cpuSeconds }) => cpuSeconds)),
  peakMiB: Math.max(...timings.map(({ peakMiB }) => peakMiB)),
  longestBlockMs: Math.max(...timings.map(({ longestBlockMs }) => longestBlockMs)),
});

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** A line of a report: seconds, CPU seconds, peak memory. */
export const lineOf = (
  name: string,
  { seconds, cpuSeconds, peakMiB }: Omit<Timing, 'longestBlockMs'>,
): string =>
  `  ${name.padEnd(26)} ${seconds.toFixed(2).padStart(8)} s ${cpuSeconds.toFixed(2).padStart(8)} CPU s ${peakMiB.toFixed(0).padStart(6)} MiB\n`;
