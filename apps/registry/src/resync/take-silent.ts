import type { EntityManager } from 'typeorm';

/** Rows of which somebody was told who is to answer. The conditions are SQL of ours. */
export interface Unanswered {
  readonly table: 'evaluation' | 'promotion';
  /** Whether an answer is still to come. */
  readonly isOpen: string;
  /** When something was heard, or sent, last. */
  readonly lastWord: string;
}

/**
 * The ids of those that nothing was heard of for a while and that nothing waits to be sent of, taken so that no other process
 * takes them too.
 */
export const takeSilent = async (
  transaction: EntityManager,
  { table, isOpen, lastWord }: Unanswered,
  seconds: number,
): Promise<string[]> => {
  const [rows] = await transaction.query<[{ id: string }[], number]>(
    `UPDATE ${table} SET last_sent_at = now() WHERE id IN (
      SELECT id FROM ${table}
      WHERE ${isOpen}
        AND ${lastWord} < now() - make_interval(secs => $1)
        AND NOT EXISTS (
          SELECT 1 FROM outbox
          WHERE published_at IS NULL AND envelope->>'subject' = '${table}s/' || ${table}.id
        )
      ORDER BY position LIMIT 100 FOR UPDATE SKIP LOCKED
    ) RETURNING id`,
    [seconds],
  );
  return rows.map(({ id }) => id);
};
