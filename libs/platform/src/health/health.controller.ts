import { Controller, Get, Inject } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import { DataSource } from 'typeorm';
import { Public } from '../http/access.js';
import { Broker } from '../messaging/broker.js';

/** Probes: `livez` says that the process runs, `readyz` that it can do its work. */
@Controller()
@Public()
export class HealthController {
  constructor(
    private readonly database: DataSource,
    @Inject(Broker) private readonly broker: Broker,
  ) {}

  @Get('livez')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(): Promise<{ status: 'ok' }> {
    await within(2000, 'Postgres', this.database.query('SELECT 1'));
    await within(2000, 'NATS', this.broker.isConnected());
    return { status: 'ok' };
  }
}

const within = async (
  milliseconds: number,
  what: string,
  answer: Promise<unknown>,
): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds);
  });
  try {
    await Promise.race([answer, late]);
  } catch (cause) {
    throw new SluiceError('unavailable', `${what} does not answer.`, { cause });
  } finally {
    clearTimeout(timer);
  }
};
