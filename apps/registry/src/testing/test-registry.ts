import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  streams,
  type CreateApiKey,
  type CreatedApiKey,
  type Envelope,
  type Subject,
} from '@sluice/contracts';
import { createDatabase } from '@sluice/embedded';
import { natsOptions } from '@sluice/platform';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { createRegistryApp, listen } from '../registry-app.js';
import { loadRegistryConfiguration } from '../registry.configuration.js';
import { checkAnswer, type Answer } from './answer-check.js';

export interface RequestOptions {
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Record<string, string>;
  /** The key of one of `keys`, or none. */
  readonly as?: string | null;
}

/** A registry of its own: real Postgres, real JetStream, real HTTP. */
export class TestRegistry {
  readonly routes: { method: string; url: string }[] = [];
  /** By name: `admin` is there, others come with `addKey`. */
  readonly keys = new Map<string, { id: string; secret: string }>();
  private adminSecret = '';

  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    readonly blobs: string,
    readonly nats: NatsConnection,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<TestRegistry> {
    process.env['LOG_LEVELS'] = 'fatal';
    const natsUrl = given('TEST_NATS_URL');
    const nats = await connect(natsOptions(natsUrl, 'registry-test'));
    await wipeStreams(nats);
    const secret = `slk_${randomBytes(32).toString('hex')}`;
    const blobs = await mkdtemp(join(tmpdir(), 'registry-test-'));
    const name = `registry_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
    const configuration = loadRegistryConfiguration({
      DATABASE_URL: await createDatabase(given('TEST_DATABASE_URL'), name),
      NATS_URL: natsUrl,
      PORT: '0',
      SLUICE_BLOBS: blobs,
      SLUICE_ADMIN_KEY: secret,
      ...settings,
    });
    const app = await createRegistryApp(configuration);
    const routes: { method: string; url: string }[] = [];
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) routes.push({ method: one, url });
      });
    const registry = new TestRegistry(app, await listen(app, configuration), blobs, nats);
    registry.routes.push(...routes);
    registry.adminSecret = secret;
    return registry;
  }

  get database(): DataSource {
    return this.app.get(DataSource);
  }

  get admin(): string {
    return this.adminSecret;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.nats.close();
    await rm(this.blobs, { recursive: true, force: true });
  }

  /** Makes a key and remembers it by its name. */
  async addKey(key: CreateApiKey): Promise<CreatedApiKey> {
    const { status, body } = await this.call('POST', '/keys', { json: key });
    if (status !== 201) throw new Error(`No key: ${JSON.stringify(body)}`);
    this.keys.set(key.name, body as CreatedApiKey);
    return body as CreatedApiKey;
  }

  /** Sends a request, as the admin unless said otherwise, and holds the answer against the document of the API. */
  async call(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const url = path.startsWith('/livez') || path.startsWith('/readyz') ? path : `/api/v1${path}`;
    const body =
      options.bytes ?? (options.json === undefined ? undefined : JSON.stringify(options.json));
    const response = await fetch(`${this.url}${url}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: {
        ...this.authorization(options.as),
        ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
        ...options.headers,
      },
    });
    const text = Buffer.from(await response.arrayBuffer());
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text.length > 0;
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text.toString()) : text,
    };
    checkAnswer(method, url, answer);
    return answer;
  }

  /** Publishes as another service would. The same id again is the same message. */
  async publish(subject: Subject, data: unknown, id: string = randomUUID()): Promise<void> {
    const envelope: Envelope = {
      specversion: '1.0',
      id,
      source: '/sluice/test',
      type: subject,
      subject: 'test',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data,
    };
    await this.publishRaw(subject, JSON.stringify(envelope));
  }

  /** Without Nats-Msg-Id, so that JetStream drops no repeat: that is left to the registry. */
  async publishRaw(subject: Subject, payload: string | Uint8Array): Promise<void> {
    await jetstream(this.nats).publish(subject, payload);
  }

  /** Runs a statement as the owner of the database, past the service. */
  async sql<Row extends object>(statement: string): Promise<Row[]> {
    const { url } = this.database.options as { url: string };
    const client = new Client({ connectionString: url, options: '-c search_path=registry' });
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  /** The messages that the registry has decided to send, in order. */
  async sent(subject: Subject): Promise<Envelope[]> {
    const rows = await this.database.query<{ envelope: Envelope }[]>(
      'SELECT envelope FROM outbox WHERE subject = $1 ORDER BY position',
      [subject],
    );
    return rows.map(({ envelope }) => envelope);
  }

  private authorization(as: string | null = 'admin'): Record<string, string> {
    if (as === null) return {};
    const secret = as === 'admin' ? this.adminSecret : this.keys.get(as)?.secret;
    if (secret === undefined) throw new Error(`There is no key of ${as} in this test.`);
    return { authorization: `Bearer ${secret}` };
  }
}

/** Waits for something that messages bring about. */
export const eventually = async <Value>(
  what: string,
  look: () => Promise<Value | undefined | false>,
  milliseconds = 10_000,
): Promise<Value> => {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`It never came: ${what}`);
    await pause(25);
  }
};

const given = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; Jest's global set-up does that.`);
  return value;
};

const wipeStreams = async (nats: NatsConnection): Promise<void> => {
  const manager = await jetstreamManager(nats);
  for await (const { config } of manager.streams.list()) await manager.streams.delete(config.name);
  // Made here, so that a test may publish before the registry has.
  for (const { name, subjects } of Object.values(streams))
    await manager.streams.add({ name, subjects: [...subjects] });
};
