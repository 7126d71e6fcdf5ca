import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SluiceError, toProblem, type EvaluateJob, type VerdictSubject } from '@sluice/contracts';
import { EvaluationThread, type Decided, type EvaluationProgress } from '@sluice/engine';
import { Later } from '@sluice/platform';
import { InputsService } from '../inputs/inputs.service.js';
import { EvaluationStore } from './evaluation.store.js';
import { ProgressTeller } from './progress-teller.js';

/** Also how soon work ends at what somebody cancelled. */
const renewEveryMs = 1000;
const mostAttempts = 5;

/** The claim is no longer ours: another attempt has it, or the evaluation was cancelled. */
class ClaimLost extends Error {}
/** This service ends, and another evaluator shall go on. */
class Stopping extends Error {}

/** Does evaluation jobs: profile → measures → checks → verdict, once each, whatever dies in between. */
@Injectable()
export class EvaluationsService implements OnModuleDestroy {
  private readonly logger = new Logger('Evaluations');
  private readonly running = new Set<AbortController>();

  constructor(
    private readonly store: EvaluationStore,
    private readonly inputs: InputsService,
  ) {}

  async perform(job: EvaluateJob): Promise<Later | void> {
    const id = job.evaluation;
    const claim = await this.store.claim(id);
    if (claim.kind === 'finished') return this.store.repeatResult(id);
    // Whoever holds it seems alive. Should that change, the job must be there still.
    if (claim.kind === 'theirs') return new Later(claim.freeInMs + 100);

    this.logger.log(`Evaluation ${id} begins, attempt ${claim.attempt}`);
    const abort = new AbortController();
    const progress = this.progressTeller(job);
    const stopRenewing = this.keepRenewing(id, claim.token, abort, progress);
    this.running.add(abort);
    try {
      const decided = await this.evaluate(job, abort.signal, progress);
      if (!(await this.store.finish(id, claim.token, decided)))
        this.logger.warn(`Evaluation ${id} was finished by another, or cancelled`);
    } catch (error) {
      return await this.endWithout(id, claim, abort.signal.aborted ? abort.signal.reason : error);
    } finally {
      stopRenewing();
      this.running.delete(abort);
    }
  }

  /** What is under way is left to other evaluators at once, instead of being waited for. */
  onModuleDestroy(): void {
    for (const abort of this.running) abort.abort(new Stopping('The service is stopping.'));
  }

  private async evaluate(
    job: EvaluateJob,
    signal: AbortSignal,
    progress: ProgressTeller,
  ): Promise<Decided> {
    progress.tell('fetch', 0, null);
    const inputs = await this.inputs.fetch(job, signal);
    const onProgress = ({ step, done, total }: EvaluationProgress): void =>
      progress.tell(step, done, total);
    const thread = new EvaluationThread();
    try {
      await thread.profile(
        {
          policy: job.policy,
          dataset: inputs.dataset,
          ...(inputs.reference === null ? {} : { reference: inputs.reference }),
          model: inputs.version,
          champion: inputs.champion,
        },
        { onProgress, signal },
      );
      return await thread.decide(subjectOf(job), { onProgress, signal });
    } finally {
      await thread.close();
    }
  }

  /** A fault of the inputs is an answer. Anything else may pass, so it is tried again, but not for ever. */
  private async endWithout(
    id: string,
    claim: { token: string; attempt: number },
    error: unknown,
  ): Promise<Later | void> {
    if (error instanceof ClaimLost) return this.logger.warn(`${id}: ${error.message}`);
    if (error instanceof Stopping) {
      await this.store.release(id, claim.token, 'interrupted');
      return new Later(0);
    }
    const final = error instanceof SluiceError && (error.status < 500 || error.code === 'corrupt');
    if (!final && claim.attempt < mostAttempts) {
      await this.store.release(id, claim.token, 'failed');
      throw error;
    }
    this.logger.error(
      `Evaluation ${id} ended without a verdict: ${error instanceof Error ? error.stack : String(error)}`,
    );
    await this.store.finish(id, claim.token, { problem: toProblem(error) });
  }

  /** @returns what ends it */
  private keepRenewing(
    id: string,
    token: string,
    abort: AbortController,
    progress: ProgressTeller,
  ): () => void {
    let busy = false;
    const renew = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      try {
        const ours = await this.store.renew(id, token);
        if (!ours) abort.abort(new ClaimLost('cancelled, or taken over by another evaluator'));
        progress.remind();
      } catch (error) {
        // The lease outlasts several missed renewals; a database that stays away ends the attempt when it finishes.
        this.logger.warn(
          `The claim on evaluation ${id} could not be renewed: ${(error as Error).message}`,
        );
      } finally {
        busy = false;
      }
    };
    const timer = setInterval(() => void renew(), renewEveryMs);
    return () => clearInterval(timer);
  }

  private progressTeller({ evaluation, policy }: EvaluateJob): ProgressTeller {
    const asked = [
      ...(policy.consistency === undefined ? [] : ['neighbours' as const]),
      ...(policy.data.reference === undefined ? [] : ['drift' as const]),
    ];
    return new ProgressTeller(asked, (progress) => {
      this.store.reportProgress({ evaluation, progress }).catch((error: unknown) => {
        this.logger.warn(
          `Progress of evaluation ${evaluation} was not told: ${(error as Error).message}`,
        );
      });
    });
  }
}

const subjectOf = (job: EvaluateJob): VerdictSubject => ({
  model: job.policy.model,
  version: job.version.digest,
  champion: job.champion?.digest ?? null,
  datasets: {
    evaluation: job.dataset.digest,
    ...(job.reference === undefined ? {} : { reference: job.reference.digest }),
  },
  policy: job.policyDigest,
});
