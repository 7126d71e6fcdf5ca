import { Injectable } from '@nestjs/common';
import {
  SluiceError,
  subjects,
  type CancelEvaluation,
  type Evaluation,
  type EvaluationCancelled,
  type EvaluationStopped,
  type Principal,
} from '@sluice/contracts';
import { Outbox } from '@sluice/platform';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { withoutVerdict } from './evaluation.entity.js';
import { canBecome } from './evaluation.states.js';
import { EvaluationStore } from './evaluation.store.js';

/**
 * Ends evaluations that nobody wants any more. Cancelled is cancelled at once: a result that comes later counts for
 * nothing. That the evaluator stops working is asked for until it says so.
 */
@Injectable()
export class EvaluationCancellation {
  constructor(
    private readonly database: DataSource,
    private readonly store: EvaluationStore,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Cancelling what is cancelled changes nothing, and whoever did it first is named.
   *
   * @throws SluiceError `not_found`, or `conflict` when it is finished
   */
  cancel(principal: Principal, id: string, { reason }: CancelEvaluation): Promise<Evaluation> {
    return this.database.transaction(async (transaction) => {
      const evaluation = await this.store.getLocked(transaction, id);
      if (evaluation.state === 'cancelled') return withoutVerdict(evaluation);
      if (!canBecome(evaluation.state, 'cancelled'))
        throw new SluiceError(
          'conflict',
          `Evaluation ${id} has ${evaluation.state} already; there is nothing to cancel.`,
        );
      const finishedAt = new Date();
      const cancellation = { by: principal.name, reason, at: finishedAt.toISOString() };
      const changes = { state: 'cancelled' as const, cancellation, finishedAt };
      await this.store.update(transaction, id, changes);
      await this.send(transaction, id);
      await this.audit.record(transaction, {
        actor: principal.name,
        action: 'evaluation.cancelled',
        subject: `evaluations/${id}`,
        details: { reason },
      });
      return withoutVerdict({ ...evaluation, ...changes });
    });
  }

  stopped({ evaluation: id }: EvaluationStopped, transaction: EntityManager): Promise<void> {
    return this.store.markStopped(transaction, id);
  }

  /** Asks again that work stops: the message, or its answer, may be lost. */
  async resendUnheard(transaction: EntityManager, seconds: number): Promise<number> {
    const unheard = await this.store.takeUnstopped(transaction, seconds);
    for (const id of unheard) await this.send(transaction, id);
    return unheard.length;
  }

  private async send(transaction: EntityManager, id: string): Promise<void> {
    const event: EvaluationCancelled = { evaluation: id };
    await this.outbox.add(transaction, subjects.evaluationCancelled, `evaluations/${id}`, event);
  }
}
