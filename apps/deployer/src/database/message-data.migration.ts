import { addMessageData } from '@sluice/platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages may be larger than the broker takes. */
export class MessageData1790000100000 implements MigrationInterface {
  readonly name = 'MessageData1790000100000';

  up(runner: QueryRunner): Promise<void> {
    return addMessageData(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox DROP COLUMN data');
  }
}
