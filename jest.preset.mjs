import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const shared = (path) => fileURLToPath(new URL(`./scripts/jest/${path}`, import.meta.url));

// @swc/jest looks for .swcrc in the project's folder; there is one, at the root. Its `$schema`
// is for editors, and no option of SWC's.
const swc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'), (key, value) =>
  key === '$schema' ? undefined : value,
);

/**
 * The Jest set-up that every project shares: ESM, TypeScript through SWC, our own packages
 * resolved to their sources, and a results file from which `npm test` counts.
 *
 * @param {import('jest').Config} [own] what a project adds, such as a `globalSetup`
 * @returns {import('jest').Config}
 */
export const project = (own = {}) => ({
  testEnvironment: shared('environment.mjs'),
  testEnvironmentOptions: { customExportConditions: ['@sluice/source', 'node', 'node-addons'] },
  roots: ['<rootDir>/src'],
  testMatch: ['**/*.spec.ts'],
  // They need servers that npm doesn't bring: `npm run test:distributed` and `npm run test:s3` fetch and start them.
  testPathIgnorePatterns: ['/node_modules/', '\\.(distributed|s3)\\.spec\\.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  resolver: shared('resolver.cjs'),
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  setupFiles: [shared('setup.mjs')],
  reporters: ['default', [shared('results-reporter.mjs'), {}]],
  ...own,
});

/**
 * The same for the tests of a project that need a distributed engine, which `npm run test:distributed` starts. What
 * they count is not part of `npm test`.
 *
 * @returns {import('jest').Config}
 */
export const distributed = () => apart('distributed');

/**
 * The same for those that need an emulator of S3, which `npm run test:s3` starts.
 *
 * @returns {import('jest').Config}
 */
export const s3 = () => apart('s3');

const apart = (kind) =>
  project({
    testMatch: [`**/*.${kind}.spec.ts`],
    testPathIgnorePatterns: ['/node_modules/'],
    // A query of a tenth of a second takes ten on a busy machine, and there are dozens.
    testTimeout: 300_000,
    maxWorkers: 1,
    reporters: ['default'],
  });
