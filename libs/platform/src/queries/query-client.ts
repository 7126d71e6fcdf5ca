import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  ClientProxyFactory,
  Transport,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { SluiceError } from '@sluice/contracts';
import { firstValueFrom, timeout } from 'rxjs';
import type { z } from 'zod';
import { natsOptions } from '../configuration/nats-options.js';
import { NATS_URL, SERVICE_NAME } from '../messaging/messaging.tokens.js';

/** Asks other services over NATS, and believes only answers of the agreed shape. */
@Injectable()
export class QueryClient implements OnApplicationShutdown {
  private readonly client: ClientProxy;

  constructor(@Inject(NATS_URL) url: string, @Inject(SERVICE_NAME) service: string) {
    this.client = ClientProxyFactory.create({
      transport: Transport.NATS,
      options: natsOptions(url, `sluice-${service}-queries`),
    });
  }

  /** @throws SluiceError `unavailable` when no answer comes within two seconds */
  async ask<Reply extends z.ZodType>(
    subject: string,
    question: object,
    reply: Reply,
  ): Promise<z.infer<Reply>> {
    let answer: unknown;
    try {
      answer = await firstValueFrom(
        this.client.send<unknown>(subject, question).pipe(timeout(2000)),
      );
    } catch (cause) {
      throw new SluiceError(
        'unavailable',
        `No answer to ${subject}: the service behind it may be starting. Try again in a moment.`,
        { cause },
      );
    }
    return reply.parse(answer);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}

/** Lets a service answer such questions: pass it to `app.connectMicroservice`. */
export const queryServer = (url: string, service: string): MicroserviceOptions => ({
  transport: Transport.NATS,
  options: { ...natsOptions(url, `sluice-${service}-answers`), queue: `sluice-${service}` },
});
