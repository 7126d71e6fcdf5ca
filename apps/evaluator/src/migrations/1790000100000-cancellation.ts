import { addMessageData } from '@sluice/platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Evaluations can be cancelled, and verdicts may be larger than a message. */
export class Cancellation1790000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addMessageData(runner);
    await runner.query(`
      ALTER TABLE evaluation DROP CONSTRAINT evaluation_state_check,
        ADD CONSTRAINT evaluation_state_check
          CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled'))`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Cancelled evaluations have no place in the schema before.'));
  }
}
