import { fileURLToPath } from 'node:url';

const shared = (path) => fileURLToPath(new URL(`./scripts/jest/${path}`, import.meta.url));

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
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  setupFiles: [shared('setup.mjs')],
  reporters: ['default', [shared('results-reporter.mjs'), {}]],
  ...own,
});
