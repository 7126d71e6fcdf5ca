import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A refusal names the checks that failed, without reading a verdict of megabytes. */
export class NameFailedChecks1790000200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('The ids of failed checks are not forgotten again.'));
  }
}

const statements = [
  'ALTER TABLE evaluation ADD COLUMN failed_checks json',
  // Postgres keeps the escape of a NUL character in json, and can't look into a document that has one.
  `UPDATE evaluation SET failed_checks = (
      SELECT coalesce(json_agg(item->>'id'), '[]')
      FROM json_array_elements(verdict->'checks') item
      WHERE item->>'outcome' = 'fail'
    )
    WHERE verdict IS NOT NULL AND position('\\u0000' IN verdict::text) = 0`,
];
