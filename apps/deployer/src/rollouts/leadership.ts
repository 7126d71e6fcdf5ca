import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';

/**
 * Lets one deployer of a database act, by a lock that Postgres drops with the connection.
 * Others wait: two of them would each run servers of their own, and judge each other's rollouts.
 */
@Injectable()
export class Leadership {
  private readonly logger = new Logger('Leadership');
  private connection: QueryRunner | null = null;
  private holding = false;
  private everHeld = false;
  private waits = false;

  constructor(private readonly database: DataSource) {}

  /** Takes the lock, or makes sure that it is still ours. @returns whether it is */
  async hold(): Promise<boolean> {
    try {
      this.connection ??= await this.connect();
      if (this.holding) await this.connection.query('SELECT 1');
      else this.holding = await this.take(this.connection);
    } catch (error) {
      await this.release();
      throw error;
    }
    if (!this.holding) this.endIfReplaced();
    this.everHeld ||= this.holding;
    return this.holding;
  }

  async release(): Promise<void> {
    const { connection } = this;
    this.connection = null;
    this.holding = false;
    if (connection === null) return;
    try {
      await connection.query('SELECT pg_advisory_unlock_all()');
    } catch (error) {
      // A broken connection holds no lock, and the pool discards it.
      this.logger.debug(`The lock went with its connection: ${(error as Error).message}`);
    } finally {
      await connection.release();
    }
  }

  private async connect(): Promise<QueryRunner> {
    const runner = this.database.createQueryRunner();
    await runner.connect();
    return runner;
  }

  private async take(connection: QueryRunner): Promise<boolean> {
    const rows = (await connection.query(
      "SELECT pg_try_advisory_lock(hashtext('sluice-deployer')) AS taken",
    )) as { taken: boolean }[];
    return rows[0]?.taken === true;
  }

  /** Whoever lost the connection, and by that the lock to another, must not go on as if nothing had been. */
  private endIfReplaced(): void {
    if (this.everHeld) {
      this.logger.fatal('Another deployer has taken over; this one ends.');
      process.kill(process.pid, 'SIGTERM');
    }
    if (!this.waits) this.logger.log('Another deployer is at work; this one waits for its end.');
    this.waits = true;
  }
}
