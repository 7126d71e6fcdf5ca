import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EvaluationCancellation } from '../evaluations/evaluation-cancellation.js';
import { EvaluationJob } from '../evaluations/evaluation-job.js';
import { Rollout } from '../promotions/rollout.js';
import { PeriodicTask } from '../schedule/periodic-task.js';

const everyMs = 15_000;
const silenceSeconds = 20;

/**
 * The database is the truth and the broker a hint: what should be under way, and of which nothing was heard, is
 * asked for again. So a broker that lost its store, or a message, delays things and loses nothing.
 */
@Injectable()
export class ResyncService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ResyncService.name);
  private readonly task = new PeriodicTask('Resync', everyMs, () => this.resync());

  constructor(
    private readonly database: DataSource,
    private readonly job: EvaluationJob,
    private readonly cancellation: EvaluationCancellation,
    private readonly rollout: Rollout,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.task.stop();
  }

  async resync(seconds = silenceSeconds): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const evaluations = await this.job.resendSilent(transaction, seconds);
      const cancellations = await this.cancellation.resendUnheard(transaction, seconds);
      const rollouts = await this.rollout.resendSilent(transaction, seconds);
      if (evaluations + cancellations + rollouts > 0)
        this.logger.log(
          `Asked again for ${evaluations} evaluations, ${cancellations} cancellations and ${rollouts} rollouts`,
        );
    });
  }
}
