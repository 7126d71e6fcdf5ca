import { Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';
import { DatabaseLogger } from './database-logger.js';
import { DeadLetterEntity, InboxEntity, OutboxEntity } from '../messaging/message.entities.js';

type Class<T = object> = new (...args: never[]) => T;

export interface DatabaseOptions {
  readonly url: string;
  /** The schema this service owns. No other service reads it. */
  readonly schema: string;
  readonly entities: readonly (Class | EntitySchema)[];
  readonly migrations: readonly Class<MigrationInterface>[];
}

/** Connects to Postgres, brings the service's own schema up to date, and provides TypeORM's `DataSource`. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: DataSource) {}

  static forRoot(options: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: DataSource, useFactory: () => openDatabase(options) }],
      exports: [DataSource],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.database.isInitialized) await this.database.destroy();
  }
}

export const openDatabase = async (options: DatabaseOptions): Promise<DataSource> => {
  const logger = new Logger('Database');
  const database = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    entities: [
      ...options.entities,
      OutboxEntity,
      InboxEntity,
      DeadLetterEntity,
    ] as (new () => object)[],
    migrations: options.migrations as (new () => MigrationInterface)[],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'all',
    logging: ['error', 'warn', 'migration'],
    logger: new DatabaseLogger(),
    maxQueryExecutionTime: DatabaseLogger.maxQueryExecutionTime,
    applicationName: `sluice-${options.schema}`,
    // Statements written by hand name their tables without a schema.
    extra: {
      options: `-c search_path=${options.schema}`,
      max: 10,
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
    },
    // An idle connection that Postgres closed is replaced on the next use; it must not end the service.
    poolErrorHandler: (error: Error) =>
      logger.warn(`An idle connection was lost: ${error.message}`),
  });
  await migrateAlone(options, database);
  return database;
};

/** Several processes of a service may start at once; an advisory lock lets one of them migrate. */
const migrateAlone = async (options: DatabaseOptions, database: DataSource): Promise<void> => {
  const client = new Client({ connectionString: options.url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [
      `sluice-migrate-${options.schema}`,
    ]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${options.schema}"`);
    await database.initialize();
    await database.runMigrations();
  } catch (error) {
    if (database.isInitialized) await database.destroy();
    throw error;
  } finally {
    await client.end();
  }
};
