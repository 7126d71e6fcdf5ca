import { Injectable } from '@nestjs/common';
import type { PageQuery } from '@sluice/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { notFound } from '../http/path-parameters.js';
import { numberCursor } from '../pages/page-cursor.js';
import { EvaluationEntity, type EvaluationRow } from './evaluation.entity.js';
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
