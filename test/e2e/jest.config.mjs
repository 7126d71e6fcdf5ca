import { project } from '../../jest.preset.mjs';

// One whole Sluice at a time is load enough for two cores; to start or stop it takes longer than Jest's five seconds.
export default project({ maxWorkers: 1, testTimeout: 60_000 });
