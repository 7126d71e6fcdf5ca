import { WorkerHandle } from '@sluice/engine';
import type { MitigationResult } from './mitigation-result.js';
import type { MitigationTask } from './workplace.js';

/** What the thread says while it works. */
export type MitigationNote =
  | {
      readonly kind: 'progress';
      readonly text: string;
      /** Whether it is at JavaScript of its own, and hears nothing until that is done. */
      readonly computes: boolean;
    }
  | { readonly kind: 'warning'; readonly text: string };

/** Longer than it takes to hear that someone wants to stop, if one hears at all. */
const hearingMs = 250;

/**
 * Mitigates in a thread of its own, which ends with the work. Aborted, the thread gives up at its next batch or query; where it computes and can't
 * hear, it is ended.
 *
 * @throws SluiceError as the method does; what the signal was aborted with
 */
export const mitigateInThread = async (
  task: MitigationTask,
  {
    onNote,
    signal,
  }: { readonly onNote: (note: MitigationNote) => void; readonly signal: AbortSignal },
  worker: WorkerHandle<MitigationTask, MitigationResult, MitigationNote> = new WorkerHandle(
    'mitigation-worker',
    import.meta.url,
  ),
): Promise<MitigationResult> => {
  let computes = false;
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => {
    // Never in the midst of a native library, which would be left in disorder.
    timer = setInterval(() => void (computes && worker.stop()), hearingMs);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await worker.ask(task, [], {
      onNote: (note) => {
        if (note.kind === 'progress') computes = note.computes;
        onNote(note);
      },
      signal,
    });
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', abort);
    await worker.close();
  }
};
