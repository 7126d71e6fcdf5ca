import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Evaluations may compare their data with a reference. */
export class AddReference1790000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE evaluation ADD COLUMN reference_digest text REFERENCES dataset',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE evaluation DROP COLUMN reference_digest');
  }
}
