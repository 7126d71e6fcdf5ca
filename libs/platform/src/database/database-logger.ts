import { Logger } from '@nestjs/common';
import type { Logger as TypeOrmLogger } from 'typeorm';

const slowMs = 1000;

/** What TypeORM has to tell, as lines of the service's own log. Parameters are left out: they can hold secrets. */
export class DatabaseLogger implements TypeOrmLogger {
  static readonly maxQueryExecutionTime = slowMs;
  private readonly logger = new Logger('Database');

  logQuery(): void {}

  logQueryError(error: string | Error, query: string): void {
    const reason = error instanceof Error ? error.message : error;
    // Whether a failed query is a fault is for whoever sent it to say: a unique key that held is none.
    this.logger.debug(`${reason}: ${oneLine(query)}`);
  }

  logQuerySlow(milliseconds: number, query: string): void {
    this.logger.warn(`A query took ${milliseconds} ms: ${oneLine(query)}`);
  }

  logSchemaBuild(message: string): void {
    this.logger.debug(message);
  }

  logMigration(message: string): void {
    this.logger.log(message);
  }

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    if (level === 'warn') this.logger.warn(message);
    else this.logger.debug(message);
  }
}

const oneLine = (query: string): string => query.replace(/\s+/g, ' ').slice(0, 300);
