import { Injectable } from '@nestjs/common';
import {
  toProblem,
  SluiceError,
  type EvaluationFailed,
  type EvaluationProgressed,
  type Problem,
  type VerdictSubject,
} from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { AuditTrail, serviceActor } from '../audit/audit-trail.js';
import { VersionStore } from '../versions/version.store.js';
import type { EvaluationEntity } from './evaluation.entity.js';
import { canBecome, isFinished } from './evaluation.states.js';
import { EvaluationStore } from './evaluation.store.js';
import type { CompletedVerdict } from './read-completed.js';

/** Takes in what the evaluator reports. The first result of an evaluation stands; whatever comes after changes nothing. */
@Injectable()
export class EvaluationResults {
  constructor(
    private readonly store: EvaluationStore,
    private readonly versions: VersionStore,
    private readonly audit: AuditTrail,
  ) {}

  async progressed(
    { evaluation: id, progress }: EvaluationProgressed,
    transaction: EntityManager,
  ): Promise<void> {
    const evaluation = await this.store.getLocked(transaction, id);
    if (isFinished(evaluation.state)) return;
    await this.store.markProgress(transaction, id);
    const starts = canBecome(evaluation.state, 'running');
    await this.store.update(transaction, id, { progress, ...(starts ? { state: 'running' } : {}) });
    if (starts) await this.record(transaction, 'evaluation.started', id);
  }

  async completed(verdict: CompletedVerdict, transaction: EntityManager): Promise<void> {
    const { evaluation: id, subject, outcome, digest } = verdict;
    const evaluation = await this.store.getLocked(transaction, id);
    if (!canBecome(evaluation.state, 'succeeded')) return;
    const mismatch = await this.mismatchOf(transaction, evaluation, subject);
    if (mismatch !== null) return this.fail(transaction, id, mismatch);
    await this.store.succeed(transaction, id, verdict);
    await this.record(transaction, 'evaluation.succeeded', id, { outcome, verdict: digest });
  }

  async failed(
    { evaluation: id, problem }: EvaluationFailed,
    transaction: EntityManager,
  ): Promise<void> {
    const evaluation = await this.store.getLocked(transaction, id);
    if (canBecome(evaluation.state, 'failed')) await this.fail(transaction, id, problem);
  }

  /** A verdict about anything but what was asked for is no verdict, however well meant. */
  private async mismatchOf(
    transaction: EntityManager,
    asked: EvaluationEntity,
    subject: VerdictSubject,
  ): Promise<Problem | null> {
    const version = await this.versions.get(asked.model, asked.version, transaction);
    const expected: [string, string | null, string | null][] = [
      ['model', asked.model, subject.model],
      ['version', version.artifactDigest, subject.version],
      ['champion', asked.championDigest, subject.champion],
      ['datasets.evaluation', asked.datasetDigest, subject.datasets.evaluation],
      ['datasets.reference', asked.referenceDigest, subject.datasets.reference ?? null],
      ['policy', asked.policyDigest, subject.policy],
    ];
    const faults = expected
      .filter(([, wanted, found]) => wanted !== found)
      .map(([path, wanted, found]) => ({
        path: `verdict.subject.${path}`,
        message: `the verdict is about another ${path}`,
        found: String(found),
        expected: String(wanted),
      }));
    if (faults.length === 0) return null;
    return toProblem(
      new SluiceError('digest_mismatch', 'The verdict is not about what was asked for.', {
        faults,
      }),
    );
  }

  private async fail(transaction: EntityManager, id: string, problem: Problem): Promise<void> {
    await this.store.update(transaction, id, {
      state: 'failed',
      problem,
      finishedAt: new Date(),
    });
    await this.record(transaction, 'evaluation.failed', id, { code: problem.code });
  }

  private record(
    transaction: EntityManager,
    action: string,
    id: string,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    const actor = serviceActor('evaluator');
    return this.audit.record(transaction, { actor, action, subject: `evaluations/${id}`, details });
  }
}
