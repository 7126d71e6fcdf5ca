import { cases } from './cases.js';

// Runs one case and prints its seconds and peak memory, for main.ts to read.
const [name = '', path = ''] = process.argv.slice(2);
const run = cases[name];
if (run === undefined) throw new Error(`There is no case ${name}.`);
const start = process.hrtime.bigint();
await run(path);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
process.stdout.write(
  `${JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024 })}\n`,
);
