import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Broker } from './broker.js';
import { OutboxEntity } from './message.entities.js';

const pollMs = 150;
const longestPauseMs = 5000;
const batch = 50;
const cleanEveryMs = 10 * 60 * 1000;

/**
 * Publishes what committed transactions left in the outbox, in order.
 * A row is marked after the broker stored it: a crash in between repeats the message, and consumers drop the repeat.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('OutboxRelay');
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private failures = 0;
  private cleanedAt = 0;

  constructor(
    private readonly database: DataSource,
    private readonly broker: Broker,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(0);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(delay: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.drain();
    }, delay);
  }

  private async drain(): Promise<void> {
    try {
      while (!this.stopped && (await this.publishBatch()) === batch);
      await this.clean();
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      // Once per outage, not once per attempt.
      if (this.failures === 1)
        this.logger.warn(`Messages wait in the outbox: ${(error as Error).message}`);
    }
    this.schedule(
      this.failures === 0 ? pollMs : Math.min(longestPauseMs, pollMs * 2 ** this.failures),
    );
  }

  private publishBatch(): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const rows = await transaction.find(OutboxEntity, {
        where: { publishedAt: IsNull() },
        order: { position: 'ASC' },
        take: batch,
        lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' },
      });
      for (const row of rows) {
        await this.broker.publish(row.subject, row.envelope);
        await transaction.update(OutboxEntity, row.id, { publishedAt: new Date() });
      }
      return rows.length;
    });
  }

  /** Repeats can come for as long as the streams keep messages; older rows serve nothing. */
  private async clean(): Promise<void> {
    if (Date.now() - this.cleanedAt < cleanEveryMs) return;
    this.cleanedAt = Date.now();
    // Data that is told on request is kept for as long as a message may ask for it.
    await this.database.query(
      `DELETE FROM outbox WHERE published_at < now() - interval '8 days'
         OR (data IS NULL AND published_at < now() - interval '1 day')`,
    );
    await this.database.query("DELETE FROM inbox WHERE handled_at < now() - interval '8 days'");
  }
}
