import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cases } from './cases.js';

// Runs one case and prints its seconds, those of the CPU, its peak memory and the longest block of its event loop, for main.ts to read.
const [name = '', path = ''] = process.argv.slice(2);
const run = cases[name];
if (run === undefined) throw new Error(`There is no case ${name}.`);
const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
const [start, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
const told = await run(path);
const { user, system } = process.cpuUsage(cpu);
const timing = told ?? {
  seconds: Number(process.hrtime.bigint() - start) / 1e9,
  cpuSeconds: (user + system) / 1e6,
};
delay.disable();
process.stdout.write(
  `${JSON.stringify({
    ...timing,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    // The histogram counts from one look to the next, which is a resolution apart when nothing blocks.
    longestBlockMs: Math.max(0, delay.max / 1e6 - resolutionMs),
  })}\n`,
);
