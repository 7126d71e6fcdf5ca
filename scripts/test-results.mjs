import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './process-run.mjs';

const endToEnd = 'test/e2e';
const resultsOf = (project) => join(root, project, 'test-output', 'results.json');

/**
 * The workspaces that have tests.
 *
 * @param {boolean} skipE2e
 * @returns {string[]} their folders, from the root
 */
export function withTests(skipE2e) {
  const { workspaces } = readJson(join(root, 'package.json'));
  return workspaces
    .flatMap((pattern) => (basename(pattern) === '*' ? foldersIn(dirname(pattern)) : [pattern]))
    .filter((project) => existsSync(join(root, project, 'jest.config.mjs')))
    .filter((project) => !(skipE2e && project === endToEnd));
}

/** Removes earlier results: those of a project that now crashes must not count. Nx restores its own. */
export function forgetResults(projects) {
  for (const project of projects) rmSync(resultsOf(project), { force: true });
}

/**
 * Sums up what the projects' tests left. A project that left nothing crashed, and counts as one failed.
 *
 * @param {string[]} projects
 */
export function totalsOf(projects) {
  const totals = { passed: 0, failed: 0, skipped: 0, crashed: [] };
  for (const project of projects) {
    const results = read(resultsOf(project));
    if (!results) totals.crashed.push(project);
    totals.passed += results?.passed ?? 0;
    totals.failed += results?.failed ?? 1;
    totals.skipped += results?.skipped ?? 0;
  }
  return totals;
}

/** The last line of `npm test`, which CI reads. */
export function summary({ passed, failed, skipped }) {
  const line = `tests: ${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

function foldersIn(folder) {
  const path = join(root, folder);
  const entries = existsSync(path) ? readdirSync(path, { withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`);
}

function read(file) {
  try {
    return readJson(file);
  } catch {
    // Absent, or cut off in the middle of being written.
    return undefined;
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
