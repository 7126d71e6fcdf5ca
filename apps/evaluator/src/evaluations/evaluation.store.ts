import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { subjects, type EvaluationProgressed, type Problem, type Verdict } from '@sluice/contracts';
import type { Profile } from '@sluice/evaluation';
import { Outbox } from '@sluice/platform';
import { DataSource, type EntityManager } from 'typeorm';
import { EvaluationEntity } from './evaluation.entity.js';

/** How long an attempt may be silent before another takes over. Renewed every few seconds while it works. */
const leaseSeconds = 15;

export type Claim =
  | { readonly kind: 'ours'; readonly token: string; readonly attempt: number }
  | { readonly kind: 'theirs' }
  | { readonly kind: 'finished' };

type Result = { verdict: Verdict; profile: Profile } | { problem: Problem };

/** Which attempt works on which evaluation, and how each ended. Only the holder of the claim can end one, and only once. */
@Injectable()
export class EvaluationStore {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** Takes an evaluation unless it is finished, or another evaluator holds it and is alive. */
  async claim(id: string): Promise<Claim> {
    const token = randomUUID();
    const taken: { attempts: number }[] = await this.database.query(
      `INSERT INTO evaluation (id, state, attempts, claim, claimed_until)
       VALUES ($1, 'running', 1, $2, now() + make_interval(secs => $3))
       ON CONFLICT (id) DO UPDATE
         SET attempts = evaluation.attempts + 1, claim = excluded.claim, claimed_until = excluded.claimed_until
         WHERE evaluation.state = 'running' AND evaluation.claimed_until < now()
       RETURNING attempts`,
      [id, token, leaseSeconds],
    );
    const [row] = taken;
    if (row !== undefined) return { kind: 'ours', token, attempt: row.attempts };
    const found = await this.database.getRepository(EvaluationEntity).findOneByOrFail({ id });
    return { kind: found.state === 'running' ? 'theirs' : 'finished' };
  }

  /** Keeps the claim; false when it was lost to another attempt. */
  async renew(id: string, token: string): Promise<boolean> {
    const result = await this.database
      .createQueryBuilder()
      .update(EvaluationEntity)
      .set({ claimedUntil: () => `now() + interval '${leaseSeconds} seconds'` })
      .where({ id, claim: token, state: 'running' })
      .execute();
    return result.affected === 1;
  }

  /** Lets another attempt begin at once. */
  async release(id: string, token: string): Promise<void> {
    await this.database
      .createQueryBuilder()
      .update(EvaluationEntity)
      .set({ claimedUntil: () => "'-infinity'" })
      .where({ id, claim: token, state: 'running' })
      .execute();
  }

  async reportProgress(event: EvaluationProgressed): Promise<void> {
    await this.database.transaction((transaction) =>
      this.outbox.add(
        transaction,
        subjects.evaluationProgressed,
        `evaluations/${event.evaluation}`,
        event,
      ),
    );
  }

  /** Ends an evaluation and tells of it, in one transaction. Without the claim it does nothing and says false. */
  finish(id: string, token: string, result: Result): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const ended = await transaction.update(
        EvaluationEntity,
        { id, claim: token, state: 'running' },
        {
          ...result,
          state: 'verdict' in result ? 'succeeded' : 'failed',
          finishedAt: new Date(),
        } as object,
      );
      if (ended.affected !== 1) return false;
      await this.tellResult(transaction, id, result);
      return true;
    });
  }

  /** Tells the result once more, for a registry that asks again because the first telling was lost. */
  async repeatResult(id: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const { verdict, problem, profile } = await transaction.findOneByOrFail(EvaluationEntity, {
        id,
      });
      if (verdict !== null && profile !== null)
        await this.tellResult(transaction, id, { verdict, profile });
      if (problem !== null) await this.tellResult(transaction, id, { problem });
    });
  }

  private async tellResult(
    transaction: EntityManager,
    evaluation: string,
    result: Result,
  ): Promise<void> {
    const aggregate = `evaluations/${evaluation}`;
    if ('verdict' in result)
      await this.outbox.add(transaction, subjects.evaluationCompleted, aggregate, {
        evaluation,
        verdict: result.verdict,
      });
    else
      await this.outbox.add(transaction, subjects.evaluationFailed, aggregate, {
        evaluation,
        problem: result.problem,
      });
  }
}
