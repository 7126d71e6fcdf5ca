import { project } from '../../jest.preset.mjs';

// Each profile starts a database and threads, which on a busy machine takes longer than Jest's five seconds.
export default project({ testTimeout: 240_000 });
