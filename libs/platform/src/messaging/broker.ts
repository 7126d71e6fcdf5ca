import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type Consumer,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { connect, headers, nanos, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { streams, type Envelope } from '@sluice/contracts';
import { natsOptions } from '../configuration/nats-options.js';
import { NATS_URL, SERVICE_NAME } from './messaging.tokens.js';

const day = 24 * 60 * 60 * 1000;

/**
 * The connection to JetStream. It makes the streams and consumers it needs whenever they are missing,
 * so a broker that lost its store is as good as a new one.
 */
@Injectable()
export class Broker implements OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger('Broker');
  private connection: Promise<NatsConnection> | undefined;
  private readonly stopping = new AbortController();

  constructor(
    @Inject(NATS_URL) private readonly url: string,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  /** Whether the broker answers now. */
  async isConnected(): Promise<boolean> {
    const connection = await this.connect();
    await connection.flush();
    return !connection.isClosed();
  }

  /** Publishes and waits until the stream has stored it. Repeating it within two minutes stores it once. */
  async publish(subject: string, envelope: Envelope): Promise<void> {
    const client = jetstream(await this.connect(), { timeout: 5000 });
    const body = JSON.stringify(envelope);
    try {
      await client.publish(subject, body, { msgID: envelope.id });
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.ensureStreams(await this.manager());
      await client.publish(subject, body, { msgID: envelope.id });
    }
  }

  /** A durable pull consumer with explicit acknowledgement, shared by all processes of a service. */
  async consumer(
    stream: string,
    durable: string,
    subjects: readonly string[],
    ackWaitMs: number,
  ): Promise<Consumer> {
    const manager = await this.manager();
    await this.ensureStreams(manager);
    await manager.consumers.add(stream, {
      durable_name: durable,
      filter_subjects: [...subjects],
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ackWaitMs),
      max_deliver: -1,
      max_ack_pending: 64,
    });
    return jetstream(await this.connect()).consumers.get(stream, durable);
  }

  /**
   * Asks over core NATS; undefined when whoever was asked has no such thing.
   *
   * @throws Error when nobody answers within five seconds
   */
  async ask(subject: string, question: object): Promise<Uint8Array | undefined> {
    const connection = await this.connect();
    const answer = await connection.request(subject, JSON.stringify(question), { timeout: 5000 });
    return answer.headers?.code === notFound ? undefined : answer.data;
  }

  /** Answers such questions, one process of the service each. */
  async answer(
    subject: string,
    reply: (question: Msg) => Promise<Uint8Array | undefined>,
  ): Promise<void> {
    const connection = await this.connect();
    const respond = async (question: Msg): Promise<void> => {
      try {
        const found = await reply(question);
        if (found === undefined) question.respond('', { headers: headers(notFound, 'Not Found') });
        else question.respond(found);
      } catch (error) {
        // Whoever asked hears nothing, and asks again.
        this.logger.warn(`${subject} was not answered: ${(error as Error).message}`);
      }
    };
    connection.subscribe(subject, {
      queue: `sluice-${this.service}`,
      callback: (error, question) => {
        if (error === null) void respond(question);
      },
    });
  }

  /** A first connection is waited for without end; whoever waits must not keep the service from stopping. */
  onModuleDestroy(): void {
    this.stopping.abort(new Error('The service is stopping.'));
  }

  async onApplicationShutdown(): Promise<void> {
    const connection = await this.connection?.catch(() => undefined);
    if (connection !== undefined && !connection.isClosed()) await connection.close();
  }

  private connect(): Promise<NatsConnection> {
    this.connection ??= unlessAborted(
      connect(natsOptions(this.url, `sluice-${this.service}`)),
      this.stopping.signal,
    ).catch((error: unknown) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  private async manager(): Promise<JetStreamManager> {
    return jetstreamManager(await this.connect(), { timeout: 5000 });
  }

  private async ensureStreams(manager: JetStreamManager): Promise<void> {
    for (const stream of Object.values(streams)) {
      try {
        await manager.streams.info(stream.name);
      } catch (error) {
        if (!isMissing(error)) throw error;
        this.logger.log(`Creating the stream ${stream.name}`);
        await manager.streams.add({
          name: stream.name,
          subjects: [...stream.subjects],
          storage: StorageType.File,
          retention:
            stream.name === streams.jobs.name ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
          discard: DiscardPolicy.Old,
          max_age: nanos(7 * day),
          duplicate_window: nanos(2 * 60 * 1000),
        });
      }
    }
  }
}

const notFound = 404;

/** What is waited for, or the reason why it isn't any more; a connection that comes too late is closed. */
const unlessAborted = async (
  connecting: Promise<NatsConnection>,
  signal: AbortSignal,
): Promise<NatsConnection> => {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
  try {
    return await Promise.race([connecting, aborted]);
  } catch (error) {
    connecting.then(
      (late) => late.close(),
      () => undefined,
    );
    throw error;
  }
};

/** No such stream, or no stream that takes this subject. */
const isMissing = (error: unknown): boolean =>
  error instanceof JetStreamApiError
    ? error.code === 10059 || error.status === 404
    : error instanceof Error &&
      (/no responders/i.test(error.message) ||
        /stream not found/i.test(error.message) ||
        error.name === 'NoRespondersError');
