import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { digestOfDocument, SluiceError, type Principal } from '@sluice/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail, type AuditEvent } from '../audit/audit-trail.js';
import { PeriodicTask } from '../schedule/periodic-task.js';
import { IdempotencyEntity } from './idempotency.entity.js';

const hour = 60 * 60 * 1000;

/** A create, as far as a repetition is told by it. */
export interface Attempt {
  readonly principal: Principal;
  /** With what its path names, such as `POST /models/credit-risk/versions`. */
  readonly route: string;
  readonly body: unknown;
  readonly key: string | undefined;
}

/** What a create made, and what the audit trail shall say of it. */
export interface Creation<Result> {
  readonly result: Result;
  readonly events: readonly AuditEvent[];
}

/**
 * Makes things in a transaction that also holds their audit entries, and makes them once: a caller who doesn't know
 * whether a create went through can send it again under the same key.
 */
@Injectable()
export class Creations implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly cleaning = new PeriodicTask('Forgetting old idempotency keys', hour, () =>
    this.database.query("DELETE FROM idempotency WHERE created_at < now() - interval '7 days'"),
  );

  constructor(
    private readonly database: DataSource,
    private readonly audit: AuditTrail,
  ) {}

  onApplicationBootstrap(): void {
    this.cleaning.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.cleaning.stop();
  }

  /**
   * Runs `prepare` and then `create` in a transaction, or gives the answer of the time before.
   * Of repetitions that come at once, one runs and the others wait for it on the unique key.
   *
   * @param prepare checks that take long, kept out of the transaction so that they hold no connection
   * @throws SluiceError `idempotency_mismatch` if the key was used for something else
   */
  async once<Prepared, Result>(
    attempt: Attempt,
    prepare: () => Promise<Prepared>,
    create: (transaction: EntityManager, prepared: Prepared) => Promise<Creation<Result>>,
  ): Promise<Result> {
    const { key } = attempt;
    if (key === undefined) {
      const prepared = await prepare();
      return this.database.transaction(async (transaction) =>
        this.record(transaction, await create(transaction, prepared)),
      );
    }
    const about = {
      principal: attempt.principal.name,
      route: attempt.route,
      key,
    };
    const requestDigest = digestOfDocument(attempt.body);
    const earlier = await this.database.manager.findOneBy(IdempotencyEntity, about);
    if (earlier !== null) return replay<Result>(earlier, requestDigest);
    const prepared = await prepare();
    return this.database.transaction(async (transaction) => {
      const claimed = await transaction
        .createQueryBuilder()
        .insert()
        .into(IdempotencyEntity)
        .values({ ...about, requestDigest, answer: null })
        .orIgnore()
        .returning('key')
        .execute();
      if ((claimed.raw as unknown[]).length === 0)
        return replay<Result>(
          await transaction.findOneByOrFail(IdempotencyEntity, about),
          requestDigest,
        );
      const creation = await create(transaction, prepared);
      await transaction.update(IdempotencyEntity, about, {
        answer: { body: creation.result },
      } as object);
      return this.record(transaction, creation);
    });
  }

  private async record<Result>(
    transaction: EntityManager,
    { result, events }: Creation<Result>,
  ): Promise<Result> {
    for (const event of events) await this.audit.record(transaction, event);
    return result;
  }
}

const replay = <Result>(earlier: IdempotencyEntity, requestDigest: string): Result => {
  if (earlier.requestDigest !== requestDigest)
    throw new SluiceError(
      'idempotency_mismatch',
      'This Idempotency-Key came with another request before. Use a new key for a new request.',
    );
  if (earlier.answer === null) throw new Error('An idempotency key was committed without answer.');
  return earlier.answer.body as Result;
};
