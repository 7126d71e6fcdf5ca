import { setImmediate } from 'node:timers/promises';
import { serveRequests } from '@sluice/engine';
import { mitigate } from './mitigate.js';
import type { MitigationResult } from './mitigation-result.js';
import type { MitigationNote } from './mitigation-thread.js';
import type { MitigationTask } from './workplace.js';

/* A thread that mitigates: fits and loops over rows take seconds, in which the terminal must hear Ctrl-C. */
serveRequests<MitigationTask, MitigationResult, MitigationNote>(async (task, { tell, signal }) => {
  const attention = {
    signal,
    progress: (text: string): void => tell({ kind: 'progress', text, computes: false }),
    warn: (text: string): void => tell({ kind: 'warning', text }),
    compute: async <Result>(text: string, work: () => Result): Promise<Result> => {
      tell({ kind: 'progress', text: `${text} …`, computes: true });
      const result = work();
      tell({ kind: 'progress', text: `${text} …`, computes: false });
      // Only between two turns does a wish to stop get heard.
      await setImmediate();
      signal.throwIfAborted();
      return result;
    },
  };
  return { result: await mitigate({ ...task, attention }) };
});
