import { Injectable, Logger } from '@nestjs/common';
import {
  SluiceError,
  toProblem,
  type EvaluateJob,
  type Progress,
  type Verdict,
} from '@sluice/contracts';
import { profileDataset, type ProfileProgress } from '@sluice/engine';
import { evaluate, type Profile } from '@sluice/evaluation';
import { InputsService } from '../inputs/inputs.service.js';
import { EvaluationStore } from './evaluation.store.js';

const renewEveryMs = 4000;
const progressEveryMs = 500;
const mostAttempts = 5;

const stepWords: Record<ProfileProgress['step'], string> = {
  survey: 'looking through the data',
  score: 'scoring rows',
  rank: 'ranking scores',
};

/** Does evaluation jobs: profile → measures → checks → verdict, once each, whatever dies in between. */
@Injectable()
export class EvaluationsService {
  private readonly logger = new Logger('Evaluations');

  constructor(
    private readonly store: EvaluationStore,
    private readonly inputs: InputsService,
  ) {}

  async perform(job: EvaluateJob): Promise<void> {
    const id = job.evaluation;
    const claim = await this.store.claim(id);
    if (claim.kind === 'finished') return this.store.repeatResult(id);
    // Whoever holds it is alive; should that change, the registry asks again.
    if (claim.kind === 'theirs') return;

    const lost = new AbortController();
    const renewal = setInterval(() => void this.renew(id, claim.token, lost), renewEveryMs);
    try {
      const result = await this.evaluate(job, lost.signal);
      if (!(await this.store.finish(id, claim.token, result)))
        this.logger.warn(`Evaluation ${id} was finished by another`);
    } catch (error) {
      if (lost.signal.aborted)
        return this.logger.warn(`Evaluation ${id} was taken over by another`);
      await this.giveUpOrRetry(id, claim, error);
    } finally {
      clearInterval(renewal);
    }
  }

  private async evaluate(
    job: EvaluateJob,
    signal: AbortSignal,
  ): Promise<{ verdict: Verdict; profile: Profile }> {
    const tell = this.progressTeller(job.evaluation);
    tell({ step: 'fetching artifacts and data', done: 0, total: null });
    const inputs = await this.inputs.fetch(job);
    const { profile } = await profileDataset({
      policy: job.policy,
      dataset: inputs.dataset,
      model: inputs.version,
      champion: inputs.champion,
      onProgress: (progress) => tell({ ...progress, step: stepWords[progress.step] }),
      signal,
    });
    const verdict = evaluate({
      policy: job.policy,
      profile,
      subject: {
        model: job.policy.model,
        version: job.version.digest,
        champion: job.champion?.digest ?? null,
        datasets: { evaluation: job.dataset.digest },
        policy: job.policyDigest,
      },
    });
    return { verdict, profile };
  }

  /** A fault of the inputs is an answer. Anything else may pass, so it is tried again, but not for ever. */
  private async giveUpOrRetry(
    id: string,
    claim: { token: string; attempt: number },
    error: unknown,
  ): Promise<void> {
    const final = error instanceof SluiceError && (error.status < 500 || error.code === 'corrupt');
    if (!final && claim.attempt < mostAttempts) {
      await this.store.release(id, claim.token);
      throw error;
    }
    this.logger.error(
      `Evaluation ${id} ended without a verdict: ${error instanceof Error ? error.stack : String(error)}`,
    );
    await this.store.finish(id, claim.token, { problem: toProblem(error) });
  }

  private async renew(id: string, token: string, lost: AbortController): Promise<void> {
    try {
      if (!(await this.store.renew(id, token))) lost.abort();
    } catch (error) {
      // The lease outlasts three missed renewals; a database that stays away ends the attempt when it finishes.
      this.logger.warn(
        `The claim on evaluation ${id} could not be renewed: ${(error as Error).message}`,
      );
    }
  }

  /** Passes on the first word of each step at once, and the rest at a pace a person can read. */
  private progressTeller(evaluation: string): (progress: Progress) => void {
    let step = '';
    let toldAt = 0;
    return (progress) => {
      if (progress.step === step && Date.now() - toldAt < progressEveryMs) return;
      step = progress.step;
      toldAt = Date.now();
      this.store.reportProgress({ evaluation, progress }).catch((error: unknown) => {
        this.logger.warn(
          `Progress of evaluation ${evaluation} was not told: ${(error as Error).message}`,
        );
      });
    };
  }
}
