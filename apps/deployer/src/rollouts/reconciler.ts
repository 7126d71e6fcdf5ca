import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { DeploymentKey } from '../desired-state/deployment.entity.js';
import { Traffic, type Lane } from '../gateway/traffic.js';
import { BringUp } from './bring-up.js';
import { DeploymentWorker } from './deployment-worker.js';
import { Leadership } from './leadership.js';
import { RolloutJournal } from './rollout-journal.js';

const pollMs = 300;

/**
 * Makes what runs what is wished: a worker for each deployment, woken at the start and whenever the database
 * has something for it to do. The database is asked and no event is relied on, so none can be missed.
 */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Reconciler');
  private readonly workers = new Map<Lane, DeploymentWorker>();
  private timer: NodeJS.Timeout | undefined;
  private polling: Promise<void> = Promise.resolve();
  private stopped = false;
  private failures = 0;

  constructor(
    private readonly journal: RolloutJournal,
    private readonly bringUp: BringUp,
    private readonly traffic: Traffic,
    private readonly leadership: Leadership,
  ) {}

  /** Before the gateway listens it knows what is deployed, so that it says "not yet" and not "never heard of". */
  async onApplicationBootstrap(): Promise<void> {
    for (const key of await this.journal.deployed()) this.traffic.open(key);
  }

  /** To be called when the gateway listens: the outcome of a rollout names its address. */
  start(): void {
    this.schedule(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.polling;
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
    await this.leadership.release();
  }

  private schedule(delay: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.polling = this.poll().finally(() => this.schedule(pollMs));
    }, delay);
  }

  private async poll(): Promise<void> {
    try {
      if (!(await this.leadership.hold())) return;
      if (this.workers.size === 0)
        for (const key of await this.journal.deployed()) this.workerOf(key).wake();
      for (const { generation, ...key } of await this.journal.due())
        this.workerOf(key).wake(generation);
      for (const worker of this.workers.values()) if (!worker.isSettled) worker.wake();
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      // Once per outage, not once per attempt. What serves goes on serving.
      if (this.failures === 1)
        this.logger.warn(`What is wished can't be read: ${(error as Error).message}`);
    }
  }

  private workerOf(key: DeploymentKey): DeploymentWorker {
    const lane = this.traffic.open(key);
    let worker = this.workers.get(lane);
    if (worker === undefined) {
      worker = new DeploymentWorker(lane, this.journal, this.bringUp);
      this.workers.set(lane, worker);
    }
    return worker;
  }
}
