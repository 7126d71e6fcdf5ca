import { Injectable } from '@nestjs/common';
import type { PageQuery } from '@sluice/contracts';
import { DataSource, In, type EntityManager } from 'typeorm';
import { notFound } from '../http/path-parameters.js';
import { numberCursor } from '../pages/page-cursor.js';
import { takeSilent } from '../resync/take-silent.js';
import {
  EvaluationEntity,
  type EvaluatedVersion,
  type EvaluationRow,
} from './evaluation.entity.js';
import type { CompletedVerdict } from './read-completed.js';

export type EvaluationQuery = PageQuery & {
  model?: string | undefined;
  version?: number | undefined;
  outcome?: 'pass' | 'fail' | undefined;
};

/** What lists tell of each. */
const summaryColumns = [
  'id',
  'position',
  'model',
  'version',
  'champion',
  'policyDigest',
  'datasetDigest',
  'referenceDigest',
  'state',
  'progress',
  'outcome',
  'verdictDigest',
  'problem',
  'cancellation',
  'createdAt',
  'createdBy',
  'finishedAt',
] as const satisfies readonly (keyof EvaluationRow | 'position')[];

/** Of a verdict that is read: its parts are decoded one by one. */
const verdictPartBytes = 128 * 1024;

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

  /**
   * The verdict of an evaluation that succeeded: the JSON that was stored, in parts of its bytes. As one text, it would
   * be decoded in one piece, which takes some 3 ms per megabyte.
   *
   * @throws Error when there is none
   */
  async verdict(id: string): Promise<Buffer[]> {
    const rows = await this.database.query<{ part: Buffer }[]>(
      // Materialized, so that it is unpacked once and not for each part.
      `WITH document AS MATERIALIZED (
        SELECT convert_to(verdict::text, 'UTF8') AS bytes FROM evaluation WHERE id = $1
      )
      SELECT substring(bytes FROM at FOR $2) AS part
      FROM document, generate_series(1, length(bytes), $2) AS at ORDER BY at`,
      [id, verdictPartBytes],
    );
    if (rows.length === 0) throw new Error(`Evaluation ${id} has no verdict.`);
    return rows.map(({ part }) => part);
  }

  list(query: EvaluationQuery): Promise<(EvaluationRow & { position: number })[]> {
    const before = numberCursor(query.after);
    const found = this.database.manager
      .createQueryBuilder(EvaluationEntity, 'evaluation')
      .select(summaryColumns.map((column) => `evaluation.${column}`));
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

  /**
   * The last hundred of one version, newest first: what a promotion can stand on. Of their policies only what is said of
   * promotions, and not the text of a hundred of them.
   */
  async ofVersion(
    transaction: EntityManager,
    model: string,
    version: number,
  ): Promise<EvaluatedVersion[]> {
    return transaction.query<EvaluatedVersion[]>(
      `SELECT id, model, version, champion, champion_digest AS "championDigest", state, outcome,
        verdict_digest AS "verdictDigest", failed_checks AS "failedChecks", problem, cancellation,
        json_build_object('promotion', policy->'promotion') AS policy
      FROM evaluation WHERE model = $1 AND version = $2 ORDER BY position DESC LIMIT 100`,
      [model, version],
    );
  }

  async update(
    transaction: EntityManager,
    id: string,
    changes: Partial<
      Pick<EvaluationEntity, 'state' | 'problem' | 'cancellation' | 'finishedAt' | 'progress'>
    >,
  ): Promise<void> {
    // The typing of update() goes into the fields of what is stored whole.
    await transaction.update(EvaluationEntity, id, changes as object);
  }

  /** Notes the verdict. Its bytes go to Postgres as they are; it refuses them if they are no JSON. */
  async succeed(
    transaction: EntityManager,
    id: string,
    { outcome, digest, failedChecks, document }: CompletedVerdict,
  ): Promise<void> {
    await transaction.query(
      `UPDATE evaluation SET state = 'succeeded', outcome = $2, verdict_digest = $3, failed_checks = $4,
        verdict = convert_from($5, 'UTF8')::json, finished_at = $6 WHERE id = $1`,
      [id, outcome, digest, JSON.stringify(failedChecks), document, new Date()],
    );
  }

  async markProgress(transaction: EntityManager, id: string): Promise<void> {
    await transaction.query('UPDATE evaluation SET progressed_at = now() WHERE id = $1', [id]);
  }

  /** Unfinished ones that nothing was heard of for a while, taken so that no other process takes them too. */
  async takeSilent(transaction: EntityManager, seconds: number): Promise<EvaluationEntity[]> {
    const ids = await takeSilent(
      transaction,
      {
        table: 'evaluation',
        isOpen: "state IN ('queued', 'running')",
        lastWord: 'greatest(last_sent_at, progressed_at)',
      },
      seconds,
    );
    return transaction.find(EvaluationEntity, {
      where: { id: In(ids) },
      order: { position: 'ASC' },
    });
  }

  /** Notes that no work at a cancelled evaluation begins any more. */
  async markStopped(transaction: EntityManager, id: string): Promise<void> {
    await transaction.query('UPDATE evaluation SET stopped_at = now() WHERE id = $1', [id]);
  }

  /** Cancelled ones of which the evaluator has not said so for a while, taken like the silent ones. */
  takeUnstopped(transaction: EntityManager, seconds: number): Promise<string[]> {
    return takeSilent(
      transaction,
      {
        table: 'evaluation',
        isOpen: "state = 'cancelled' AND stopped_at IS NULL",
        lastWord: 'last_sent_at',
      },
      seconds,
    );
  }
}
