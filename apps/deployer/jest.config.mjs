import { project } from '../../jest.preset.mjs';

export default project({
  globalSetup: '../../scripts/jest/services.mjs',
  globalTeardown: '../../scripts/jest/services-teardown.mjs',
  testTimeout: 30_000,
});
