import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const shared = (path) => fileURLToPath(new URL(`./scripts/jest/${path}`, import.meta.url));

// @swc/jest looks for .swcrc in the project's folder; there is one, at the root.
const { $schema: _, ...swc } = JSON.parse(
  readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'),
);

/**
 * The Jest set-up that every project shares: ESM, TypeScript through SWC, our own packages
 * resolved to their sources, and a results file from which `npm test` counts.
 *
 * @param {import('jest').Config} [own] what a project adds, such as a `globalSetup`
 * @returns {import('jest').Config}
 */
export const project = (own = {}) => ({
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@sluice/source', 'node', 'node-addons'] },
  roots: ['<rootDir>/src'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  resolver: shared('resolver.cjs'),
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  setupFiles: [shared('setup.mjs')],
  reporters: ['default', [shared('results-reporter.mjs'), {}]],
  ...own,
});
