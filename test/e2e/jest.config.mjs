import { project } from '../../jest.preset.mjs';

// One whole Sluice at a time is load enough for two cores.
export default project({ maxWorkers: 1 });
