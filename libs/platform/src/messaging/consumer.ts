import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { envelopeSchema, SluiceError, streams, type Envelope } from '@sluice/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import type { z } from 'zod';
import { withCorrelationId } from '../http/correlation.js';
import { Broker } from './broker.js';
import { DeadLetterEntity, InboxEntity } from './message.entities.js';
import { MessageData, SenderAway } from './message-data.js';
import { UnreadableMessage } from './unreadable-message.js';

/** Short, so that a killed service's work is taken up soon; work under way says so three times within it. */
export const ackWaitMs = 10_000;
/** How long a message waits for the sender that holds its data. */
const senderAwayMs = 3_000;
const mostDeliveries = 5;

interface Handling<Schema extends z.ZodType> {
  readonly schema: Schema;
  /**
   * Its effects and the note that the message was handled commit together, so a repeat has no effect.
   * Anything it does outside the transaction must be safe to do twice.
   */
  readonly handle: (
    data: z.infer<Schema>,
    transaction: EntityManager,
    envelope: Envelope,
  ) => Promise<void>;
}

interface Reading<Data> {
  /**
   * Reads and checks the data, off the event loop when it can have megabytes: JSON in UTF-8, that nobody has looked at.
   *
   * @throws UnreadableMessage when it is not what it should be; after any other error the message is tried again
   */
  readonly read: (bytes: Uint8Array) => Promise<Data>;
  /** As that of a handler with a schema. */
  readonly handle: (data: Data, transaction: EntityManager, envelope: Envelope) => Promise<void>;
}

interface Working<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** For work too long for one transaction. It must make itself idempotent. The message is kept from others meanwhile. */
  readonly work: (data: z.infer<Schema>, envelope: Envelope) => Promise<Later | void>;
}

/** What work says that can't be done now, and is no failure: the message comes again after this time. */
export class Later {
  constructor(readonly milliseconds: number) {}
}

type AnyHandling = Handling<z.ZodType> | Reading<unknown> | Working<z.ZodType>;

export interface Consumption {
  readonly stream: keyof typeof streams;
  /** The durable's name: one per service and purpose. */
  readonly durable: string;
  readonly handlers: Readonly<Record<string, AnyHandling>>;
  /** Messages that this process handles at the same time; one unless said otherwise. */
  readonly concurrency?: number;
}

/** Names a handler with its schema's type kept. */
export const handler = <Schema extends z.ZodType>(handling: Handling<Schema>): AnyHandling =>
  handling as unknown as AnyHandling;
export const reader = <Data>(reading: Reading<Data>): AnyHandling =>
  reading as unknown as AnyHandling;
export const worker = <Schema extends z.ZodType>(working: Working<Schema>): AnyHandling =>
  working as unknown as AnyHandling;

/** Takes messages from JetStream, each only when it can begin with it; acknowledges what is done, retries what failed, sets aside what can't be done. */
@Injectable()
export class Consumers implements OnApplicationShutdown {
  private readonly logger = new Logger('Consumers');
  private readonly open = new Set<ConsumerMessages>();
  private readonly loops: Promise<void>[] = [];
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: DataSource,
    private readonly broker: Broker,
    private readonly data: MessageData,
  ) {}

  start(consumption: Consumption): void {
    for (let each = 0; each < (consumption.concurrency ?? 1); each += 1)
      this.loops.push(this.keepConsuming(consumption));
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.open].map((messages) => messages.close()));
    await Promise.all(this.loops);
  }

  private async keepConsuming(consumption: Consumption): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.consume(consumption);
      } catch (error) {
        if (!signal.aborted)
          this.logger.warn(`${consumption.durable} starts over: ${(error as Error).message}`);
      }
      await pause(500, undefined, { signal }).catch(() => undefined);
    }
  }

  private async consume(consumption: Consumption): Promise<void> {
    const stream = streams[consumption.stream].name;
    const consumer = await this.broker.consumer(
      stream,
      consumption.durable,
      Object.keys(consumption.handlers),
      ackWaitMs,
    );
    while (!this.stopping.signal.aborted) await this.takeOne(consumption, consumer);
  }

  /** Not `consume`, which fetches the next message during the work at one, and so keeps it from an idle process. */
  private async takeOne(consumption: Consumption, consumer: Consumer): Promise<void> {
    const messages = await consumer.fetch({ max_messages: 1, expires: 5000, idle_heartbeat: 2000 });
    this.open.add(messages);
    try {
      for await (const message of messages) await this.process(consumption, message);
    } finally {
      this.open.delete(messages);
      await messages.close();
    }
  }

  private async process(consumption: Consumption, message: JsMsg): Promise<void> {
    const busy = setInterval(() => message.working(), ackWaitMs / 3);
    try {
      const later = await this.dispatch(consumption, message);
      // Waits for the broker's word, so that a lost acknowledgement is a repeat and not a surprise.
      if (later === undefined) await message.ackAck();
      else message.nak(later.milliseconds);
    } catch (error) {
      await this.retryOrSetAside(consumption, message, error);
    } finally {
      clearInterval(busy);
    }
  }

  private async dispatch(consumption: Consumption, message: JsMsg): Promise<Later | undefined> {
    const handling = consumption.handlers[message.subject];
    if (handling === undefined) throw new UnreadableMessage(`no handler for ${message.subject}`);
    const envelope = readEnvelope(message);
    const data = await this.read(handling, envelope);
    return withCorrelationId(envelope.correlationid ?? envelope.id, async () => {
      if ('work' in handling) return (await handling.work(data, envelope)) ?? undefined;
      await this.database.transaction(async (transaction) => {
        const first = await transaction
          .createQueryBuilder()
          .insert()
          .into(InboxEntity)
          .values({ consumer: consumption.durable, messageId: envelope.id })
          .orIgnore()
          .returning('message_id')
          .execute();
        if ((first.raw as unknown[]).length > 0) await handling.handle(data, transaction, envelope);
      });
      return undefined;
    });
  }

  private async read(handling: AnyHandling, envelope: Envelope): Promise<unknown> {
    if ('read' in handling) return handling.read(await this.data.bytesOf(envelope));
    const data = handling.schema.safeParse(await this.data.of(envelope));
    if (!data.success) throw new UnreadableMessage(data.error.message);
    return data.data;
  }

  private async retryOrSetAside(
    consumption: Consumption,
    message: JsMsg,
    error: unknown,
  ): Promise<void> {
    const deliveries = message.info.deliveryCount;
    // The data is safe where it is; a sender that starts again must find its message still waiting.
    if (error instanceof SenderAway) return message.nak(senderAwayMs);
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const hopeless =
      error instanceof UnreadableMessage ||
      (error instanceof SluiceError && error.status < 500 && error.code !== 'conflict');
    if (!hopeless && deliveries < mostDeliveries) {
      this.logger.warn(
        `${message.subject} will be tried again (${deliveries} of ${mostDeliveries}): ${reason}`,
      );
      message.nak(Math.min(10_000, 250 * 2 ** deliveries));
      return;
    }
    try {
      await this.database.getRepository(DeadLetterEntity).insert({
        id: randomUUID(),
        consumer: consumption.durable,
        subject: message.subject,
        payload: storable(message.string()),
        error: storable(reason),
        deliveries,
      });
      message.term(reason.slice(0, 200));
      this.logger.error(
        `${message.subject} was set aside as a dead letter after ${deliveries} deliveries: ${reason}`,
      );
    } catch (cause) {
      // Without a row the message would be gone: the broker keeps it until the database answers.
      this.logger.error(`A dead letter could not be stored: ${(cause as Error).message}`);
      message.nak(10_000);
    }
  }
}

/** Postgres stores no NUL character, and a poison message must not escape its dead letter by one. */
const storable = (text: string): string => text.replaceAll('\0', '\ufffd');

const readJson = (message: JsMsg): unknown => {
  try {
    return message.json();
  } catch (cause) {
    throw new UnreadableMessage('not JSON', { cause });
  }
};

const readEnvelope = (message: JsMsg): Envelope => {
  const envelope = envelopeSchema.safeParse(readJson(message));
  if (!envelope.success)
    throw new UnreadableMessage(`not a CloudEvents envelope: ${envelope.error.message}`);
  return envelope.data;
};
