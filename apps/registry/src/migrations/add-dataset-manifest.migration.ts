import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Datasets may consist of several files. */
export class AddDatasetManifest1790000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dataset ADD COLUMN manifest jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dataset DROP COLUMN manifest');
  }
}
