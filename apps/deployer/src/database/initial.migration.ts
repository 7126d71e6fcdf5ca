import { createMessageTables } from '@sluice/platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of rollouts and deployments, and those of messages. */
export class Initial1760000000000 implements MigrationInterface {
  readonly name = 'Initial1760000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rollout (
        promotion uuid PRIMARY KEY,
        model text NOT NULL,
        environment text NOT NULL,
        generation int NOT NULL,
        version int NOT NULL,
        artifact_digest text NOT NULL,
        manifest jsonb NOT NULL,
        state text NOT NULL,
        switched_at timestamptz,
        problem jsonb,
        correlation_id text,
        created_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        CHECK ((state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)),
        CHECK ((state = 'failed') = (problem IS NOT NULL))
      )`);
    await runner.query(
      'CREATE INDEX rollout_unfinished ON rollout (model, environment) WHERE finished_at IS NULL',
    );
    await runner.query(`
      CREATE TABLE deployment (
        model text NOT NULL,
        environment text NOT NULL,
        generation int NOT NULL,
        desired uuid NOT NULL REFERENCES rollout,
        live uuid REFERENCES rollout,
        state text NOT NULL CHECK (state IN ('starting', 'live', 'failed')),
        detail text NOT NULL,
        PRIMARY KEY (model, environment)
      )`);
    await createMessageTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['deployment', 'rollout', 'outbox', 'inbox', 'dead_letter'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
