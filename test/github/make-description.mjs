/*
 * Makes github-description.json: of GitHub's own description of its REST API, the operations that the stand-in
 * serves, with the schemas they need and nothing that only people read.
 *
 *   node make-description.mjs [api.github.com.json]
 *
 * Without a path the npm package @octokit/openapi (MIT, GitHub Inc.) is fetched; it is too large to depend on.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = '@octokit/openapi@23.0.2';
const operations = [
  'pulls/get',
  'repos/list-pull-requests-associated-with-commit',
  'repos/get-content',
  'issues/list-comments',
  'issues/create-comment',
  'issues/update-comment',
];
/** Prose, examples and GitHub's own notes: they validate nothing and make most of the bytes. */
const forPeople = new Set([
  'description',
  'summary',
  'example',
  'examples',
  'title',
  'tags',
  'externalDocs',
  'deprecated',
  'x-github',
  'x-githubEnterpriseOnly',
  'x-multi-segment',
]);

const readDescription = () => {
  if (process.argv[2] !== undefined) return JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'github-description-'));
  try {
    const packed = execFileSync('npm', ['pack', '--silent', source], {
      cwd: folder,
      encoding: 'utf8',
    });
    const file = 'package/generated/api.github.com.json';
    execFileSync('tar', ['xzf', packed.trim(), file], { cwd: folder });
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const description = readDescription();
const resolve = (reference) =>
  reference
    .slice(2)
    .split('/')
    .reduce((value, key) => value[key], description);
const schemas = {};

/** Keeps references to schemas, which may be circular, and collects what they refer to; inlines all others. */
const closed = (value, inNames = false) => {
  if (Array.isArray(value)) return value.map((item) => closed(item));
  if (value === null || typeof value !== 'object') return value;
  if (typeof value.$ref === 'string') {
    const name = /^#\/components\/schemas\/(.+)$/.exec(value.$ref)?.[1];
    if (name === undefined) return closed(resolve(value.$ref));
    if (!(name in schemas)) {
      schemas[name] = null;
      schemas[name] = closed(resolve(value.$ref));
    }
    return { $ref: `#/schemas/${name}` };
  }
  return Object.fromEntries(
    Object.entries(value)
      // The name of a property may be `title` or `description` too.
      .filter(([key]) => inNames || !forPeople.has(key))
      .map(([key, item]) => [key, closed(item, key === 'properties')]),
  );
};

const schemasByType = (content = {}) =>
  Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, closed(schema)]));

const found = {};
for (const [path, methods] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    if (!operations.includes(operation.operationId)) continue;
    const responses = Object.entries(operation.responses).map(([status, response]) => [
      status,
      schemasByType((response.$ref ? resolve(response.$ref) : response).content),
    ]);
    found[operation.operationId] = {
      method: method.toUpperCase(),
      path,
      requestBody: schemasByType(operation.requestBody?.content),
      responses: Object.fromEntries(responses),
    };
  }
}
const missing = operations.filter((operation) => !(operation in found));
if (missing.length > 0) throw new Error(`Not in ${source}: ${missing.join(', ')}`);

const sorted = (record) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
const document = {
  source,
  license: 'MIT, Copyright GitHub Inc.',
  operations: found,
  schemas: sorted(schemas),
};
writeFileSync(
  new URL('github-description.json', import.meta.url),
  `${JSON.stringify(document, null, 1)}\n`,
);
