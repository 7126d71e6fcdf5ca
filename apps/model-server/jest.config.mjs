import { project } from '../../jest.preset.mjs';

// Its tests start processes and wait for signals; on a busy machine that takes its time.
export default project({ testTimeout: 30_000 });
