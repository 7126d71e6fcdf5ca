import { project } from '../../jest.preset.mjs';

// Real servers on a busy machine, and the first run of all fetches one of them.
export default project({ testTimeout: 60_000 });
