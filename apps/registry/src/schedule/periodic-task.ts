import { Logger } from '@nestjs/common';

/** Does something at once and then again and again, never twice at a time. A failure is logged and the next turn comes. */
export class PeriodicTask {
  private readonly logger = new Logger(PeriodicTask.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<unknown>,
  ) {}

  start(): void {
    this.running = this.turn();
  }

  /** Waits for a turn that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async turn(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.logger.warn(`${this.name} will be tried again: ${(error as Error).message}`);
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.turn();
    }, this.everyMs);
    this.timer.unref();
  }
}
