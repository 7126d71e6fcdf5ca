import { project } from '../../jest.preset.mjs';

// Evaluations run in threads that load their libraries anew, which on a busy machine takes longer than five seconds.
export default project({ testTimeout: 60_000 });
