import { Module, type DynamicModule } from '@nestjs/common';
import { Broker } from './broker.js';
import { Consumers } from './consumer.js';
import { MessageData } from './message-data.js';
import { NATS_URL, SERVICE_NAME } from './messaging.tokens.js';
import { Outbox } from './outbox.js';
import { OutboxRelay } from './outbox-relay.js';

/** Durable messages: an outbox to JetStream, and consumers with acknowledgements, an inbox and dead letters. */
@Module({})
export class MessagingModule {
  static forRoot(options: { service: string; natsUrl: string }): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [
        { provide: SERVICE_NAME, useValue: options.service },
        { provide: NATS_URL, useValue: options.natsUrl },
        Broker,
        MessageData,
        Outbox,
        OutboxRelay,
        Consumers,
      ],
      exports: [Broker, Outbox, Consumers, SERVICE_NAME, NATS_URL],
    };
  }
}
