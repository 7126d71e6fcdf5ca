import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  deploymentsReplySchema,
  envelopeSchema,
  queries,
  subjects,
  type Deployment,
  type DeploymentFailed,
  type DeploymentSucceeded,
} from '@sluice/contracts';
import { createDatabase, startNats, type EmbeddedNats } from '@sluice/embedded';
import { Broker, loadConfiguration, QueryClient } from '@sluice/platform';
import pg from 'pg';
import { deployerVariables, type DeployerConfiguration } from './configuration.js';
import { RegistryDouble, serviceKey, type StoredArtifact } from './registry.fixture.js';

process.env['LOG_LEVELS'] ??= 'fatal';

export interface Outcome {
  readonly subject: string;
  readonly data: DeploymentSucceeded & DeploymentFailed;
}

/** Everything around a deployer: a database of its own, a broker of its own, a registry, and what it has told. */
export class World {
  readonly outcomes: Outcome[] = [];
  readonly progress: { promotion: string; detail: string }[] = [];
  private generation = 0;

  private constructor(
    readonly registry: RegistryDouble,
    private readonly databaseUrl: string,
    readonly nats: EmbeddedNats,
    private readonly broker: Broker,
    private readonly queryClient: QueryClient,
    private readonly home: string,
  ) {}

  /** A broker of its own, since a durable consumer is shared by all deployers at one broker. */
  static async create(name: string): Promise<World> {
    const home = await mkdtemp(join(tmpdir(), 'sluice-deployer-'));
    const cache = new URL('../../../.sluice/cache', import.meta.url).pathname;
    const nats = await startNats({ home, cache, durable: false });
    const databaseUrl = await createDatabase(process.env['TEST_DATABASE_URL'] as string, name);
    const world = new World(
      await RegistryDouble.start(nats.url),
      databaseUrl,
      nats,
      new Broker(nats.url, 'test'),
      new QueryClient(nats.url, 'test'),
      home,
    );
    await world.listen();
    return world;
  }

  async destroy(): Promise<void> {
    await this.queryClient.onApplicationShutdown();
    await this.broker.onApplicationShutdown();
    await this.registry.stop();
    await this.nats.stop();
    await rm(this.home, { recursive: true, force: true });
  }

  environment(more: Record<string, string> = {}): Record<string, string> {
    return {
      DATABASE_URL: this.databaseUrl,
      NATS_URL: this.nats.url,
      PORT: '0',
      SLUICE_REGISTRY_URL: this.registry.url,
      SLUICE_API_KEY: serviceKey,
      SLUICE_CACHE: join(this.home, 'cache'),
      LOG_LEVELS: process.env['LOG_LEVELS'] as string,
      ...more,
    };
  }

  configuration(more: Record<string, string> = {}): DeployerConfiguration {
    return loadConfiguration(deployerVariables, this.environment(more));
  }

  /** An approved promotion, of the next generation unless said otherwise. */
  promotion(artifact: StoredArtifact, version: number, more: object = {}) {
    this.generation += 1;
    return {
      promotion: randomUUID() as string,
      generation: this.generation,
      model: 'adder',
      environment: 'production',
      version,
      artifactDigest: artifact.digest,
      manifest: artifact.manifest,
      ...more,
    };
  }

  /** Tells the deployer of it, each time in a message of its own. */
  async approve(promotion: { promotion: string }): Promise<void> {
    await this.broker.publish(subjects.promotionApproved, {
      specversion: '1.0',
      id: randomUUID(),
      source: '/sluice/registry',
      type: subjects.promotionApproved,
      subject: `promotions/${promotion.promotion}`,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: promotion,
    });
  }

  /** Waits for a number of outcomes of a promotion. */
  async outcomesOf(promotion: string, count = 1, withinMs = 20_000): Promise<Outcome[]> {
    let found: Outcome[] = [];
    await until(() => {
      found = this.outcomes.filter(({ data }) => data.promotion === promotion);
      return found.length >= count;
    }, withinMs);
    return found;
  }

  /** As a database does that is restarted. */
  async dropDatabaseConnections(): Promise<void> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await client.end();
  }

  async deployments(): Promise<Deployment[]> {
    const reply = await this.queryClient.ask(queries.deployments, {}, deploymentsReplySchema);
    return reply.items;
  }

  private async listen(): Promise<void> {
    const told = [
      subjects.deploymentSucceeded,
      subjects.deploymentFailed,
      subjects.deploymentProgressed,
    ];
    const consumer = await this.broker.consumer('SLUICE_EVENTS', 'test', told, 30_000);
    await consumer.consume({
      callback: (message) => {
        const { data } = envelopeSchema.parse(message.json());
        if (message.subject === subjects.deploymentProgressed)
          this.progress.push(data as { promotion: string; detail: string });
        else this.outcomes.push({ subject: message.subject, data: data as Outcome['data'] });
        message.ack();
      },
    });
  }
}

/** Waits until something holds. @throws Error if it does not in time */
export const until = async (
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${holds}`);
    await pause(25);
  }
};

/** The model servers that a process has started, or those with one of these ids. */
export const modelServersOf = async (parent: number): Promise<{ pid: number }[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null)
    .filter(([, , ppid, args]) => Number(ppid) === parent && args!.includes('model-server'))
    .map(([, pid]) => ({ pid: Number(pid) }));
};
