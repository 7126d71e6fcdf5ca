import type { DriftFigures, VerdictSubject } from '@sluice/contracts';
import type {
  DistributedProfile,
  DistributedProgress,
  DistributedRequest,
} from './distributed/profile-distributed.js';
import type {
  EvaluatedData,
  EvaluationAnswer,
  EvaluationNote,
  EvaluationProgress,
  EvaluationRequest,
  PartsRequest,
} from './evaluation-worker.js';
import type { ProfiledDataset } from './profiled-dataset.js';
import { WorkerHandle } from './worker-handle.js';

export type { EvaluationProgress } from './evaluation-worker.js';

export interface EvaluationAttention<Progress = EvaluationProgress> {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The verdict and the profile as JSON: with many groups they are megabytes, and whoever passes them on need not read them. */
export interface Decided {
  readonly verdict: string;
  readonly profile: string;
  /** For reports; null when the policy names no reference. */
  readonly drift: DriftFigures | null;
}

/**
 * One evaluation in a thread of its own, from rows to verdict. Streaming rows, resampling counts and writing
 * megabytes of JSON take seconds of JavaScript, in which a service must go on renewing leases and answering probes.
 * What it computes is what `profileDataset` and `evaluate` do, byte for byte.
 */
export class EvaluationThread {
  private readonly worker = new WorkerHandle<EvaluationRequest, EvaluationAnswer, EvaluationNote>(
    'evaluation-worker',
  );

  /**
   * Makes the profile, and that of drift when the policy names a reference, and keeps it in the thread. Aborted, it rejects after the next batch or query.
   *
   * @throws SluiceError as `profileDataset` and `driftOfDataset` do
   */
  async profile(
    request: EvaluatedData,
    { onProgress, signal }: EvaluationAttention = {},
  ): Promise<Omit<ProfiledDataset, 'profile'>> {
    const answer = await this.worker.ask({ profile: request }, [], {
      onNote: heard(onProgress),
      signal,
    });
    return answer as Omit<ProfiledDataset, 'profile'>;
  }

  /**
   * Makes the profile of a table where it is, and keeps it in the thread. Aborted, it cancels the query that runs.
   *
   * @throws SluiceError as `profileDistributed` does
   */
  async profileTable(
    request: Omit<DistributedRequest, 'onProgress' | 'signal'>,
    { onProgress, signal }: EvaluationAttention<DistributedProgress> = {},
  ): Promise<Omit<DistributedProfile, 'profile'>> {
    const answer = await this.worker.ask({ table: request }, [], {
      onNote: heard(onProgress),
      signal,
    });
    return answer as Omit<DistributedProfile, 'profile'>;
  }

  /**
   * Reads and merges the profiles of parts, and keeps that of the whole in the thread.
   *
   * @returns what a verdict on the whole is bound to
   * @throws SluiceError as `mergeParts` does, and for files that cannot be read
   */
  async mergeParts(
    request: PartsRequest,
    { signal }: Pick<EvaluationAttention, 'signal'> = {},
  ): Promise<VerdictSubject> {
    return (await this.worker.ask({ parts: request }, [], { signal })) as VerdictSubject;
  }

  /** The `ProfileDocument` of the profile that was made mergeable, as JSON. */
  async documentOfPart(subject: VerdictSubject): Promise<string> {
    return (await this.worker.ask({ part: subject })) as string;
  }

  /**
   * Decides on the profile. Aborted, it rejects at once, and the thread is of no more use.
   *
   * @throws SluiceError as `evaluate` does
   */
  async decide(
    subject: VerdictSubject,
    { onProgress, signal }: EvaluationAttention = {},
  ): Promise<Decided> {
    // The thread can't hear that it is to stop while it computes.
    const stop = (): void => void this.worker.stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const answer = await this.worker.ask({ subject }, [], { onNote: heard(onProgress), signal });
      return answer as Decided;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  close(): Promise<void> {
    return this.worker.close();
  }
}

/** The thread tells of what it was asked to do, and of nothing else. */
const heard = <Progress extends EvaluationNote>(
  onProgress: ((progress: Progress) => void) | undefined,
): ((note: EvaluationNote) => void) | undefined =>
  onProgress && ((note) => onProgress(note as Progress));
