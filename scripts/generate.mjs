/**
 * Writes the references that are generated from the zod schemas; with --check, only says whether they are fresh.
 * Needs built projects (`npm run build`).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  acrossDefinitions,
  metrics,
  policySchema,
  verdictSchema,
} from '../libs/contracts/dist/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (script) =>
  execFileSync(process.execPath, [join(root, script)], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
const json = (document) => `${JSON.stringify(document, null, 2)}\n`;

const schemaFor = (schema, title) => ({
  title,
  ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
});

const better = ({ direction, ideal }) => (direction === 'ideal' ? `nearer to ${ideal}` : direction);
const range = ({ lowest, highest }) =>
  lowest === -Infinity
    ? 'any number'
    : highest === Infinity
      ? `${lowest} or more`
      : `${lowest} to ${highest}`;

const parameter = ({ parameter: given }) =>
  given === undefined
    ? ''
    : `; \`parameter\`: ${given.name}, ${given.oneOf ? `one of ${given.oneOf.join(', ')}` : `from ${given.lowest} to ${given.highest}`}, ${given.default} unless told otherwise`;

const metricsPage = () => {
  const rows = Object.entries(metrics).map(
    ([name, metric]) =>
      `| \`${name}\` | ${metric.title} | ${metric.formula.replaceAll('|', '\\|')}${parameter(metric)} | ${better(metric)} | ${metric.kind} | ${range(metric)} |`,
  );
  return [
    '# Metrics',
    '',
    '<!-- Generated from libs/contracts/src/policy/metrics.ts by `npm run generate`. -->',
    '',
    'A prediction or a label is positive when it is the favorable one; g runs over the groups of the column in `by`, p is its `privileged` group and u all others together.',
    'A formula that divides by zero is *undefined*, and one that rests on fewer than 20 rows is *insufficient*, or for metrics of scores by label, Matthews correlation and κ on fewer than 10 of a class; a check may ask for another number with `min_rows`. Neither is a figure, and neither passes a check.',
    'Against the champion, a metric that is better nearer to an ideal is compared by its distance from that: |x| from 0, 1 − min(x, 1/x) from 1.',
    '',
    '| metric | what it is | formula | better | kind | range |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    '## Across groups',
    '',
    'With `across`, a check compares the values m(g) of any metric of kind quality in the groups of `by`; m is its value of all rows.',
    '',
    '| across | what it is | formula |',
    '|---|---|---|',
    ...Object.entries(acrossDefinitions).map(
      ([name, { words, formula, perGroup }]) =>
        `| \`${name}\` | ${words}${perGroup ? ', of each group' : ''} | ${formula.replaceAll('|', '\\|')} |`,
    ),
    '',
  ].join('\n');
};

const references = {
  'docs/reference/policy.schema.json': () =>
    json(schemaFor(policySchema, 'Sluice policy (sluice.yaml)')),
  'docs/reference/verdict.schema.json': () => json(schemaFor(verdictSchema, 'Sluice verdict')),
  'docs/reference/metrics.md': metricsPage,
  'docs/reference/openapi.json': () => run('apps/registry/dist/openapi/print-openapi.js'),
};

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
};

const check = process.argv.includes('--check');
const stale = [];
for (const [name, make] of Object.entries(references)) {
  const path = join(root, name);
  const fresh = make();
  if (read(path) === fresh) continue;
  if (check) stale.push(name);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fresh);
    console.log(`wrote ${name}`);
  }
}

if (stale.length > 0) {
  console.error(
    `Not fresh: ${stale.join(', ')}. Run \`npm run build && npm run generate\` and commit what changed.`,
  );
  process.exit(1);
}
if (check) console.log('Generated references are fresh.');
