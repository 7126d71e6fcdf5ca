import { project } from '../jest.preset.mjs';

// Most tests start the built action as a process of its own, which takes its time on a busy machine.
export default project({ testTimeout: 60_000 });
