import { Injectable } from '@nestjs/common';
import type { Approval, PageQuery, PromotionState } from '@sluice/contracts';
import { DataSource, In, type EntityManager } from 'typeorm';
import { notFound } from '../http/path-parameters.js';
import { numberCursor } from '../pages/page-cursor.js';
import { takeSilent } from '../resync/take-silent.js';
import { PromotionEntity, type NewPromotion } from './promotion.entity.js';
import { assertTransition, isFinished } from './promotion.states.js';

export type PromotionQuery = PageQuery & {
  model?: string | undefined;
  environment?: string | undefined;
  state?: PromotionState | undefined;
};

type Changes = Partial<Pick<PromotionEntity, 'generation' | 'problem' | 'progress'>>;

@Injectable()
export class PromotionStore {
  constructor(private readonly database: DataSource) {}

  /** @throws SluiceError `not_found` */
  async get(
    id: string,
    transaction: EntityManager = this.database.manager,
  ): Promise<PromotionEntity> {
    const promotion = await transaction.findOneBy(PromotionEntity, { id });
    if (promotion === null) throw notFound(`promotion ${id}`);
    return promotion;
  }

  list(query: PromotionQuery): Promise<PromotionEntity[]> {
    const before = numberCursor(query.after);
    const found = this.database.manager.createQueryBuilder(PromotionEntity, 'promotion');
    for (const column of ['model', 'environment', 'state'] as const)
      if (query[column] !== undefined)
        found.andWhere(`promotion.${column} = :${column}`, { [column]: query[column] });
    if (before !== undefined) found.andWhere('promotion.position < :before::bigint', { before });
    return found
      .orderBy('promotion.position', 'DESC')
      .limit(query.limit + 1)
      .getMany();
  }

  /**
   * Lets the decisions on a model's promotions happen one after the other, so that each sees what the one before did.
   * Whatever moves a promotion or a champion takes this lock, and takes it first.
   *
   * @throws SluiceError `not_found`
   */
  async lockModel(transaction: EntityManager, model: string): Promise<void> {
    const rows = await transaction.query<unknown[]>(
      'SELECT 1 FROM model WHERE name = $1 FOR NO KEY UPDATE',
      [model],
    );
    if (rows.length === 0) throw notFound(`model ${model}`);
  }

  /** The promotion as it is once nobody else can move it. @throws SluiceError `not_found` */
  async getLocked(transaction: EntityManager, id: string): Promise<PromotionEntity> {
    const { model } = await this.get(id, transaction);
    await this.lockModel(transaction, model);
    return this.get(id, transaction);
  }

  /** Runs a decision in a transaction of its own. */
  decide<Result>(
    id: string,
    decision: (transaction: EntityManager, promotion: PromotionEntity) => Promise<Result>,
  ): Promise<Result> {
    return this.database.transaction(async (transaction) =>
      decision(transaction, await this.getLocked(transaction, id)),
    );
  }

  async add(transaction: EntityManager, promotion: NewPromotion): Promise<void> {
    await transaction.insert(PromotionEntity, promotion as object);
  }

  /** Moves it to another state and revision. @throws SluiceError `conflict` for a move that its state doesn't allow */
  async move(
    transaction: EntityManager,
    promotion: NewPromotion,
    state: PromotionState,
    changes: Changes = {},
  ): Promise<NewPromotion> {
    assertTransition(promotion.state, state);
    const changed = {
      ...changes,
      state,
      revision: promotion.revision + 1,
      finishedAt: isFinished(state) ? new Date() : null,
    };
    await transaction.update(PromotionEntity, promotion.id, changed as object);
    return { ...promotion, ...changed };
  }

  async addApproval(
    transaction: EntityManager,
    promotion: NewPromotion,
    approval: Approval,
  ): Promise<NewPromotion> {
    const changed = {
      approvals: [...promotion.approvals, approval],
      revision: promotion.revision + 1,
    };
    await transaction.update(PromotionEntity, promotion.id, changed);
    return { ...promotion, ...changed };
  }

  unfinished(
    transaction: EntityManager,
    model: string,
    environment: string,
  ): Promise<PromotionEntity | null> {
    return transaction.findOneBy(PromotionEntity, {
      model,
      environment,
      state: In(['awaiting_approval', 'rolling_out']),
    });
  }

  /** Whether a version has been taken into an environment before. */
  hasSucceeded(
    transaction: EntityManager,
    model: string,
    version: number,
    environment: string,
  ): Promise<boolean> {
    return transaction.existsBy(PromotionEntity, {
      model,
      version,
      environment,
      state: 'succeeded',
    });
  }

  /** A late or repeated report of progress finds nothing to change. */
  async noteProgress(transaction: EntityManager, id: string, progress: string): Promise<void> {
    await transaction.query(
      "UPDATE promotion SET progress = $2, progressed_at = now() WHERE id = $1 AND state = 'rolling_out'",
      [id, progress],
    );
  }

  async noteSent(transaction: EntityManager, id: string): Promise<void> {
    await transaction.query('UPDATE promotion SET last_sent_at = now() WHERE id = $1', [id]);
  }

  /** Rollouts that nothing was heard of for a while, taken so that no other process takes them too. */
  async takeSilent(transaction: EntityManager, seconds: number): Promise<PromotionEntity[]> {
    const ids = await takeSilent(
      transaction,
      {
        table: 'promotion',
        isOpen: "state = 'rolling_out'",
        lastWord: 'greatest(last_sent_at, progressed_at)',
      },
      seconds,
    );
    return transaction.find(PromotionEntity, {
      where: { id: In(ids) },
      order: { position: 'ASC' },
    });
  }
}
