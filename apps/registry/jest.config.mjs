import { project } from '../../jest.preset.mjs';

export default project({
  globalSetup: '../../scripts/jest/services.mjs',
  globalTeardown: '../../scripts/jest/services-teardown.mjs',
  // All registries of one broker share its durable consumers, so there may only be one at a time.
  maxWorkers: 1,
  testTimeout: 20_000,
});
