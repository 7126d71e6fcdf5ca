import { createMessageTables } from '@sluice/platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first schema: models, versions, datasets, evaluations, promotions, champions, keys and the audit trail. */
export class CreateRegistry1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessageTables(runner);
    for (const statement of [...catalogue, ...gate, ...accounting, ...immutability])
      await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('The first schema has nothing before it.'));
  }
}

const catalogue = [
  `CREATE TABLE model (
    name text PRIMARY KEY,
    description text NOT NULL,
    latest_version int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL
  )`,
  `CREATE TABLE version (
    model text NOT NULL REFERENCES model,
    number int NOT NULL CHECK (number > 0),
    artifact_digest text NOT NULL,
    artifact json NOT NULL,
    signature json NOT NULL,
    author text NOT NULL,
    source json NOT NULL,
    description text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    created_by_key uuid NOT NULL,
    PRIMARY KEY (model, number)
  )`,
  'CREATE INDEX version_by_artifact ON version (model, artifact_digest, number)',
  `CREATE TABLE dataset (
    digest text PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    name text NOT NULL,
    format text NOT NULL,
    size bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL
  )`,
];

const gate = [
  `CREATE TABLE environment (
    name text PRIMARY KEY,
    position int NOT NULL UNIQUE,
    approvals int NOT NULL CHECK (approvals >= 0)
  )`,
  "INSERT INTO environment (name, position, approvals) VALUES ('staging', 1, 0), ('production', 2, 1)",
  // The policy is json and not jsonb because the order of its environments carries meaning.
  `CREATE TABLE evaluation (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    model text NOT NULL,
    version int NOT NULL,
    champion int,
    champion_digest text,
    dataset_digest text NOT NULL REFERENCES dataset,
    policy_text text NOT NULL,
    policy json NOT NULL,
    policy_digest text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed')),
    progress json,
    outcome text CHECK (outcome IN ('pass', 'fail')),
    verdict json,
    verdict_digest text,
    problem json,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    finished_at timestamptz,
    last_sent_at timestamptz NOT NULL DEFAULT now(),
    progressed_at timestamptz,
    FOREIGN KEY (model, version) REFERENCES version,
    CHECK ((state = 'succeeded') = (verdict IS NOT NULL AND verdict_digest IS NOT NULL AND outcome IS NOT NULL)),
    CHECK ((state = 'failed') = (problem IS NOT NULL))
  )`,
  'CREATE INDEX evaluation_of_version ON evaluation (model, version, position)',
  "CREATE INDEX evaluation_unfinished ON evaluation (last_sent_at) WHERE state IN ('queued', 'running')",
  `CREATE TABLE promotion (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    model text NOT NULL,
    version int NOT NULL,
    artifact_digest text NOT NULL,
    environment text NOT NULL REFERENCES environment,
    from_version int,
    evaluation uuid NOT NULL REFERENCES evaluation,
    verdict_digest text NOT NULL,
    state text NOT NULL
      CHECK (state IN ('awaiting_approval', 'rolling_out', 'succeeded', 'failed', 'rejected', 'stale')),
    approvals_needed int NOT NULL,
    approvals json NOT NULL,
    generation bigint,
    progress text,
    problem json,
    revision int NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    finished_at timestamptz,
    last_sent_at timestamptz,
    progressed_at timestamptz,
    FOREIGN KEY (model, version) REFERENCES version,
    CHECK (state IN ('awaiting_approval', 'rejected', 'stale') OR generation IS NOT NULL)
  )`,
  `CREATE UNIQUE INDEX promotion_unfinished ON promotion (model, environment)
    WHERE state IN ('awaiting_approval', 'rolling_out')`,
  'CREATE INDEX promotion_of_model ON promotion (model, position)',
  `CREATE TABLE rollout_counter (
    model text NOT NULL REFERENCES model,
    environment text NOT NULL REFERENCES environment,
    generation bigint NOT NULL,
    PRIMARY KEY (model, environment)
  )`,
  `CREATE TABLE champion (
    model text NOT NULL REFERENCES model,
    environment text NOT NULL REFERENCES environment,
    version int NOT NULL,
    artifact_digest text NOT NULL,
    promotion uuid NOT NULL REFERENCES promotion,
    since timestamptz NOT NULL,
    revision int NOT NULL,
    PRIMARY KEY (model, environment),
    FOREIGN KEY (model, version) REFERENCES version
  )`,
];

const accounting = [
  `CREATE TABLE api_key (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('person', 'machine')),
    roles text[] NOT NULL,
    sha256 text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    revoked_at timestamptz
  )`,
  `CREATE TABLE audit_entry (
    position bigint PRIMARY KEY CHECK (position > 0),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details json NOT NULL,
    previous text,
    digest text NOT NULL UNIQUE
  )`,
  `CREATE TABLE idempotency (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_digest text NOT NULL,
    answer json,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, route, key)
  )`,
  'CREATE INDEX idempotency_by_age ON idempotency (created_at)',
];

/** What must never change is kept from changing here too, where no defect of the service reaches. */
const immutability = [
  `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END $$`,
  ...['version', 'audit_entry'].flatMap((table) => [
    `CREATE TRIGGER ${table}_is_immutable BEFORE UPDATE OR DELETE ON ${table}
      FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
    `CREATE TRIGGER ${table}_is_kept BEFORE TRUNCATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
  ]),
];
