import { Injectable } from '@nestjs/common';
import type { PageQuery } from '@sluice/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { notFound } from '../http/path-parameters.js';
import { numberCursor } from '../pages/page-cursor.js';
import { EvaluationEntity } from './evaluation.entity.js';

export type EvaluationQuery = PageQuery & {
  model?: string | undefined;
  version?: number | undefined;
  outcome?: 'pass' | 'fail' | undefined;
};

@Injectable()
export class EvaluationStore {
  constructor(private readonly database: DataSource) {}

  async add(
    transaction: EntityManager,
    evaluation: Omit<EvaluationEntity, 'position'>,
  ): Promise<void> {
    await transaction.insert(EvaluationEntity, evaluation);
  }

  /** @throws SluiceError `not_found` */
  async get(
    id: string,
    transaction: EntityManager = this.database.manager,
  ): Promise<EvaluationEntity> {
    const evaluation = await transaction.findOneBy(EvaluationEntity, { id });
    if (evaluation === null) throw notFound(`evaluation ${id}`);
    return evaluation;
  }

  /** Locked, so that of several results only the first one counts. @throws SluiceError `not_found` */
  async getLocked(transaction: EntityManager, id: string): Promise<EvaluationEntity> {
    const evaluation = await transaction.findOne(EvaluationEntity, {
      where: { id },
      lock: { mode: 'pessimistic_write' },
    });
    if (evaluation === null) throw notFound(`evaluation ${id}`);
    return evaluation;
  }

  list(query: EvaluationQuery): Promise<EvaluationEntity[]> {
    const before = numberCursor(query.after);
    const found = this.database.manager.createQueryBuilder(EvaluationEntity, 'evaluation');
    if (query.model !== undefined)
      found.andWhere('evaluation.model = :model', { model: query.model });
    if (query.version !== undefined)
      found.andWhere('evaluation.version = :version::bigint', { version: query.version });
    if (query.outcome !== undefined)
      found.andWhere('evaluation.outcome = :outcome', { outcome: query.outcome });
    if (before !== undefined) found.andWhere('evaluation.position < :before::bigint', { before });
    return found
      .orderBy('evaluation.position', 'DESC')
      .limit(query.limit + 1)
      .getMany();
  }

  /** Those of one version, newest first: what a promotion can stand on. */
  ofVersion(
    transaction: EntityManager,
    model: string,
    version: number,
  ): Promise<EvaluationEntity[]> {
    return transaction.find(EvaluationEntity, {
      where: { model, version },
      order: { position: 'DESC' },
      take: 100,
    });
  }

  async update(
    transaction: EntityManager,
    id: string,
    changes: Partial<
      Pick<
        EvaluationEntity,
        | 'state'
        | 'outcome'
        | 'verdict'
        | 'verdictDigest'
        | 'problem'
        | 'cancellation'
        | 'finishedAt'
        | 'progress'
      >
    >,
  ): Promise<void> {
    // The typing of update() goes into the verdict's own fields; it is stored whole.
    await transaction.update(EvaluationEntity, id, changes as object);
  }

  async markProgress(transaction: EntityManager, id: string): Promise<void> {
    await transaction.query('UPDATE evaluation SET progressed_at = now() WHERE id = $1', [id]);
  }

  /** Unfinished ones that nothing was heard of for a while, taken so that no other process takes them too. */
  async takeSilent(transaction: EntityManager, seconds: number): Promise<EvaluationEntity[]> {
    const [rows] = await transaction.query<[{ id: string }[], number]>(
      `UPDATE evaluation SET last_sent_at = now() WHERE id IN (
        SELECT id FROM evaluation
        WHERE state IN ('queued', 'running')
          AND greatest(last_sent_at, progressed_at) < now() - make_interval(secs => $1)
          AND NOT EXISTS (
            SELECT 1 FROM outbox
            WHERE published_at IS NULL AND envelope->>'subject' = 'evaluations/' || evaluation.id
          )
        ORDER BY position LIMIT 100 FOR UPDATE SKIP LOCKED
      ) RETURNING id`,
      [seconds],
    );
    const silent: EvaluationEntity[] = [];
    for (const { id } of rows) silent.push(await this.get(id, transaction));
    return silent;
  }

  /** Notes that no work at a cancelled evaluation begins any more. */
  async markStopped(transaction: EntityManager, id: string): Promise<void> {
    await transaction.query('UPDATE evaluation SET stopped_at = now() WHERE id = $1', [id]);
  }

  /** Cancelled ones of which the evaluator has not said so for a while, taken like the silent ones. */
  async takeUnstopped(transaction: EntityManager, seconds: number): Promise<string[]> {
    const [rows] = await transaction.query<[{ id: string }[], number]>(
      `UPDATE evaluation SET last_sent_at = now() WHERE id IN (
        SELECT id FROM evaluation
        WHERE state = 'cancelled' AND stopped_at IS NULL
          AND last_sent_at < now() - make_interval(secs => $1)
          AND NOT EXISTS (
            SELECT 1 FROM outbox
            WHERE published_at IS NULL AND envelope->>'subject' = 'evaluations/' || evaluation.id
          )
        ORDER BY position LIMIT 100 FOR UPDATE SKIP LOCKED
      ) RETURNING id`,
      [seconds],
    );
    return rows.map(({ id }) => id);
  }
}
