import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { envelopeSchema, SluiceError, streams, type Envelope } from '@sluice/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import type { z } from 'zod';
import { withCorrelationId } from '../http/correlation.js';
import { Broker } from './broker.js';
import { DeadLetterEntity, InboxEntity } from './message.entities.js';

// Short, so that a killed service's work is taken up soon; work under way says so three times within it.
const ackWaitMs = 10_000;
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

interface Working<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** For work too long for one transaction. It must make itself idempotent. The message is kept from others meanwhile. */
  readonly work: (data: z.infer<Schema>, envelope: Envelope) => Promise<void>;
}

type AnyHandling = (Handling<z.ZodType> | Working<z.ZodType>) & { readonly schema: z.ZodType };

export interface Consumption {
  readonly stream: keyof typeof streams;
  /** The durable's name: one per service and purpose. */
  readonly durable: string;
  readonly handlers: Readonly<Record<string, AnyHandling>>;
}

/** Names a handler with its schema's type kept. */
export const handler = <Schema extends z.ZodType>(handling: Handling<Schema>): AnyHandling =>
  handling as unknown as AnyHandling;
export const worker = <Schema extends z.ZodType>(working: Working<Schema>): AnyHandling =>
  working as unknown as AnyHandling;

/** Takes messages from JetStream one at a time, acknowledges what is done, retries what failed, sets aside what can't be done. */
@Injectable()
export class Consumers implements OnApplicationShutdown {
  private readonly logger = new Logger('Consumers');
  private readonly open = new Set<ConsumerMessages>();
  private readonly loops: Promise<void>[] = [];
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: DataSource,
    private readonly broker: Broker,
  ) {}

  start(consumption: Consumption): void {
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
    const messages = await consumer.consume({
      max_messages: 1,
      expires: 5000,
      idle_heartbeat: 2000,
      abort_on_missing_resource: true,
    });
    this.open.add(messages);
    try {
      for await (const message of messages) {
        await this.process(consumption, message);
        if (this.stopping.signal.aborted) return;
      }
    } finally {
      this.open.delete(messages);
      await messages.close();
    }
  }

  private async process(consumption: Consumption, message: JsMsg): Promise<void> {
    const busy = setInterval(() => message.working(), ackWaitMs / 3);
    try {
      await this.dispatch(consumption, message);
      // Waits for the broker's word, so that a lost acknowledgement is a repeat and not a surprise.
      await message.ackAck();
    } catch (error) {
      await this.retryOrSetAside(consumption, message, error);
    } finally {
      clearInterval(busy);
    }
  }

  private async dispatch(consumption: Consumption, message: JsMsg): Promise<void> {
    const handling = consumption.handlers[message.subject];
    if (handling === undefined) throw new UnreadableMessage(`no handler for ${message.subject}`);
    const envelope = readEnvelope(message);
    const data = handling.schema.safeParse(envelope.data);
    if (!data.success) throw new UnreadableMessage(data.error.message);
    await withCorrelationId(envelope.correlationid ?? envelope.id, async () => {
      if ('work' in handling) return handling.work(data.data, envelope);
      await this.database.transaction(async (transaction) => {
        const first = await transaction
          .createQueryBuilder()
          .insert()
          .into(InboxEntity)
          .values({ consumer: consumption.durable, messageId: envelope.id })
          .orIgnore()
          .returning('message_id')
          .execute();
        if ((first.raw as unknown[]).length > 0)
          await handling.handle(data.data, transaction, envelope);
      });
    });
  }

  private async retryOrSetAside(
    consumption: Consumption,
    message: JsMsg,
    error: unknown,
  ): Promise<void> {
    const deliveries = message.info.deliveryCount;
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

/** A message that no repetition will make readable. */
class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
}

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
