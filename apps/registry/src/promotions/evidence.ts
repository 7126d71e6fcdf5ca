import { Injectable } from '@nestjs/common';
import { championEnvironment, environmentOrder, SluiceError } from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { EnvironmentStore } from '../environments/environment.store.js';
import type { EvaluatedVersion } from '../evaluations/evaluation.entity.js';
import { EvaluationStore } from '../evaluations/evaluation.store.js';

/** What somebody wants promoted, and on the strength of which evaluation if they named one. */
export interface Claim {
  readonly model: string;
  readonly version: number;
  readonly environment: string;
  readonly evaluation?: string | undefined;
}

/** Finds the verdict that a promotion stands on, and tells whether it still holds. */
@Injectable()
export class Evidence {
  constructor(
    private readonly evaluations: EvaluationStore,
    private readonly environments: EnvironmentStore,
  ) {}

  /**
   * The evaluation that was named, or the newest whose verdict allows the promotion.
   *
   * @throws SluiceError `verdict_missing` saying what is missing, or `verdict_stale`
   */
  async find(transaction: EntityManager, claim: Claim): Promise<EvaluatedVersion> {
    const candidates = await this.candidates(transaction, claim);
    const passing = candidates.filter((candidate) => lackOf(candidate, claim) === null);
    if (passing.length === 0) throw missing(claim, candidates[0]);
    const stale: SluiceError[] = [];
    for (const evaluation of passing) {
      const fault = await this.staleness(transaction, evaluation);
      if (fault === null) return evaluation;
      stale.push(fault);
    }
    throw stale[0] as SluiceError;
  }

  /** Why the verdict no longer describes what would be promoted; null while it does. */
  async stalenessOf(transaction: EntityManager, evaluation: string): Promise<SluiceError | null> {
    return this.staleness(transaction, await this.evaluations.get(evaluation, transaction));
  }

  private async staleness(
    transaction: EntityManager,
    evaluation: EvaluatedVersion,
  ): Promise<SluiceError | null> {
    const environment = championEnvironment(evaluation.policy);
    const now = await this.environments.champion(evaluation.model, environment, transaction);
    if ((now?.artifactDigest ?? null) === evaluation.championDigest) return null;
    return new SluiceError(
      'verdict_stale',
      `Evaluation ${evaluation.id} compared with ${named(evaluation.champion)} in ${environment}, where ${named(now?.version ?? null)} is now. Evaluate again.`,
    );
  }

  private async candidates(
    transaction: EntityManager,
    { model, version, evaluation }: Claim,
  ): Promise<EvaluatedVersion[]> {
    if (evaluation === undefined) return this.evaluations.ofVersion(transaction, model, version);
    return [await this.evaluations.get(evaluation, transaction)];
  }
}

const named = (version: number | null): string =>
  version === null ? 'no version' : `version ${version}`;

/** What an evaluation lacks to carry the claim; null if nothing. */
const lackOf = (evaluation: EvaluatedVersion, claim: Claim): string | null => {
  const { id, model, version, state, outcome, policy } = evaluation;
  if (model !== claim.model || version !== claim.version)
    return `Evaluation ${id} is about version ${version} of ${model}.`;
  if (state === 'failed')
    return `Evaluation ${id} ended without a verdict: ${evaluation.problem?.detail ?? 'it failed'} Evaluate again.`;
  if (state === 'cancelled')
    return `Evaluation ${id} was cancelled by ${evaluation.cancellation?.by ?? 'somebody'}. Evaluate again.`;
  if (state !== 'succeeded') return `Evaluation ${id} is ${state}. Wait for its verdict.`;
  if (outcome !== 'pass') return `Evaluation ${id} failed: ${failedChecks(evaluation)}.`;
  if (!environmentOrder(policy).includes(claim.environment))
    return `The policy of evaluation ${id} has no ${claim.environment} among promotion.environments. Add it there and evaluate again.`;
  return null;
};

/** A sentence has room for some; the verdict has them all. */
const mostNamed = 10;

const failedChecks = ({ failedChecks }: EvaluatedVersion): string => {
  const ids = failedChecks ?? [];
  const others = ids.length - mostNamed;
  return `${ids.slice(0, mostNamed).join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
};

const missing = (claim: Claim, newest: EvaluatedVersion | undefined): SluiceError =>
  new SluiceError(
    'verdict_missing',
    newest === undefined
      ? `Version ${claim.version} of ${claim.model} was never evaluated. Ask for that first: POST /api/v1/evaluations.`
      : (lackOf(newest, claim) as string),
  );
