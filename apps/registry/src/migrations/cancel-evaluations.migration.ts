import { addMessageData } from '@sluice/platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Evaluations can be cancelled, and messages may be larger than the broker takes. */
export class CancelEvaluations1790000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addMessageData(runner);
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Cancelled evaluations have no place in the schema before.'));
  }
}

const statements = [
  `ALTER TABLE evaluation
    ADD COLUMN cancellation json,
    ADD COLUMN stopped_at timestamptz,
    DROP CONSTRAINT evaluation_state_check,
    ADD CONSTRAINT evaluation_state_check
      CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    ADD CHECK ((state = 'cancelled') = (cancellation IS NOT NULL))`,
  `CREATE INDEX evaluation_unstopped ON evaluation (last_sent_at)
    WHERE state = 'cancelled' AND stopped_at IS NULL`,
];
