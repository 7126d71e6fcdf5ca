import { createMessageTables } from '@sluice/platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEvaluator1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessageTables(runner);
    await runner.query(`
      CREATE TABLE evaluation (
        id uuid PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('running', 'succeeded', 'failed')),
        attempts int NOT NULL,
        claim uuid NOT NULL,
        claimed_until timestamptz NOT NULL,
        profile jsonb,
        verdict jsonb,
        problem jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        CHECK ((state = 'succeeded') = (verdict IS NOT NULL)),
        CHECK ((state = 'failed') = (problem IS NOT NULL))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE evaluation, outbox, inbox, dead_letter');
  }
}
