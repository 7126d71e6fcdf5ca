import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  subjects,
  type EvaluationProgressed,
  type EvaluationStopped,
  type Problem,
} from '@sluice/contracts';
import type { Decided } from '@sluice/engine';
import { ackWaitMs, JsonText, Outbox } from '@sluice/platform';
import { DataSource, type EntityManager } from 'typeorm';
import { EvaluationEntity } from './evaluation.entity.js';

/**
 * How long an attempt may be silent before another takes over. As long as the broker waits for a word about the job,
 * so that whoever gets it next finds it free, or soon will.
 */
const leaseSeconds = ackWaitMs / 1000;

export type Claim =
  | { readonly kind: 'ours'; readonly token: string; readonly attempt: number }
  /** By whom, if they died, it is free in so many milliseconds. */
  | { readonly kind: 'theirs'; readonly freeInMs: number }
  | { readonly kind: 'finished' };

type Result = Pick<Decided, 'verdict' | 'profile'> | { readonly problem: Problem };

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
    const [held] = await this.database.query<{ freeInMs: number }[]>(
      `SELECT greatest(0, ceil(1000 * extract(epoch FROM claimed_until - now())))::int AS "freeInMs"
       FROM evaluation WHERE id = $1 AND state = 'running'`,
      [id],
    );
    return held === undefined ? { kind: 'finished' } : { kind: 'theirs', ...held };
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

  /** Lets another attempt begin at once; one that was only interrupted doesn't count as an attempt. */
  async release(id: string, token: string, how: 'failed' | 'interrupted'): Promise<void> {
    await this.database
      .createQueryBuilder()
      .update(EvaluationEntity)
      .set({
        // Not -infinity, which no time can be subtracted from.
        claimedUntil: () => "now() - interval '1 second'",
        ...(how === 'interrupted' ? { attempts: () => 'attempts - 1' } : {}),
      })
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
      const [{ verdict = null, profile = null, problem = null }, state] =
        'verdict' in result
          ? [{ ...result, problem: null }, 'succeeded']
          : [{ problem: JSON.stringify(result.problem) }, 'failed'];
      // By hand, since the verdict and the profile are JSON already, and may be megabytes.
      const [, ended] = await transaction.query<[unknown, number]>(
        `UPDATE evaluation
         SET state = $3, verdict = $4::jsonb, profile = $5::jsonb, problem = $6::jsonb, finished_at = now()
         WHERE id = $1 AND claim = $2 AND state = 'running'`,
        [id, token, state, verdict, profile, problem],
      );
      if (ended !== 1) return false;
      await this.tellResult(transaction, id, result);
      return true;
    });
  }

  /** Tells the result once more, for a registry that asks again because the first telling was lost. */
  async repeatResult(id: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ verdict: string | null; problem: Problem | null }[]>(
        'SELECT verdict::text AS verdict, problem FROM evaluation WHERE id = $1',
        [id],
      );
      const { verdict = null, problem = null } = row ?? {};
      if (verdict !== null) await this.tellResult(transaction, id, { verdict });
      if (problem !== null) await this.tellResult(transaction, id, { problem });
    });
  }

  /**
   * Ends an evaluation without a result, also one that has not begun; whoever works at it notices when they renew
   * their claim. One that is finished stays so: whoever cancelled it takes no result of it any more.
   */
  async cancel(transaction: EntityManager, id: string): Promise<void> {
    await transaction.query(
      `INSERT INTO evaluation (id, state, attempts, claim, claimed_until, finished_at)
       VALUES ($1, 'cancelled', 0, $2, now(), now())
       ON CONFLICT (id) DO UPDATE SET state = 'cancelled', finished_at = now()
         WHERE evaluation.state = 'running'`,
      [id, randomUUID()],
    );
    const stopped: EvaluationStopped = { evaluation: id };
    await this.outbox.add(transaction, subjects.evaluationStopped, `evaluations/${id}`, stopped);
  }

  private async tellResult(
    transaction: EntityManager,
    evaluation: string,
    result: Pick<Decided, 'verdict'> | { readonly problem: Problem },
  ): Promise<void> {
    const aggregate = `evaluations/${evaluation}`;
    if ('verdict' in result)
      await this.outbox.add(
        transaction,
        subjects.evaluationCompleted,
        aggregate,
        new JsonText(`{"evaluation":${JSON.stringify(evaluation)},"verdict":${result.verdict}}`),
      );
    else
      await this.outbox.add(transaction, subjects.evaluationFailed, aggregate, {
        evaluation,
        problem: result.problem,
      });
  }
}
