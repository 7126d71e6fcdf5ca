import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { startNats, startPostgres, type Supervised } from '@sluice/embedded';
import { HomeLock } from './home-lock.js';
import { adminKey, adminKeyFile, serviceKey } from './keys.js';
import {
  assertBuilt,
  serviceNames,
  startService,
  type RunningService,
  type ServiceName,
} from './service.js';
import { removeUpRecord, writeUpRecord, type UpRecord } from './up-record.js';

export interface UpOptions {
  home: string;
  /** The registry's; evaluator and gateway take the hundreds after it. */
  port: number;
  environment: NodeJS.ProcessEnv;
  /** Told what happens, in words. */
  onStep(line: string): void;
}

interface Stoppable {
  stop(): Promise<void>;
}

/** Everything that `sluice up` keeps running, from the databases to the gateway. */
export class Up {
  readonly #options: UpOptions;
  readonly #home: string;
  readonly #lock: HomeLock;
  readonly #launched = new Set<Stoppable>();
  readonly #services: RunningService[] = [];
  #infrastructure: Promise<Stoppable>[] = [];
  #record: UpRecord | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: UpOptions, home: string, lock: HomeLock) {
    this.#options = options;
    this.#home = home;
    this.#lock = lock;
  }

  /**
   * Claims the home; nothing runs yet.
   *
   * @throws SluiceError `conflict` when the home is in use, `unavailable` when the services are not built
   */
  static async claim(options: UpOptions): Promise<Up> {
    assertBuilt();
    mkdirSync(options.home, { recursive: true });
    const home = realpathSync(options.home);
    const lock = await HomeLock.take(home);
    // A record left behind by one that was killed describes nothing any more.
    removeUpRecord(home);
    return new Up(options, home, lock);
  }

  /**
   * Starts everything in order and returns when all of it is ready.
   * On failure, as after a stop in the middle, whoever called stops what has been started.
   */
  async start(): Promise<UpRecord> {
    const { port } = this.#options;
    const shared = await this.#startInfrastructure();
    const registry = await this.#start('registry', port, {
      ...shared,
      SLUICE_BLOBS: join(this.#home, 'blobs'),
      SLUICE_ADMIN_KEY: adminKey(this.#home),
    });
    const withKey = async (name: ServiceName): Promise<NodeJS.ProcessEnv> => ({
      ...shared,
      SLUICE_REGISTRY_URL: registry.url,
      SLUICE_API_KEY: await serviceKey(this.#home, name, registry.url),
      SLUICE_CACHE: join(this.#home, 'cache', name),
    });
    const environments = {
      evaluator: await withKey('evaluator'),
      deployer: await withKey('deployer'),
    };
    const [, deployer] = await allOrFirstFailure([
      this.#start('evaluator', port + 100, environments.evaluator),
      this.#start('deployer', port + 200, environments.deployer),
    ]);
    return this.#publish(registry.url, (deployer as RunningService).url);
  }

  /** Stops everything, the services before what they need. Calling it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    const failures: unknown[] = [];
    const stopEach = async (all: Iterable<Stoppable>): Promise<void> => {
      const ends = await Promise.allSettled([...all].map((one) => one.stop()));
      for (const end of ends) if (end.status === 'rejected') failures.push(end.reason);
    };
    removeUpRecord(this.#home);
    await stopEach(this.#launched);
    const started = await Promise.allSettled(this.#infrastructure);
    await stopEach(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    this.#lock.release();
    if (failures.length > 0) throw failures[0];
  }

  async #startInfrastructure(): Promise<{ DATABASE_URL: string; NATS_URL: string }> {
    const { environment, onStep } = this.#options;
    const common = { home: this.#home, log: onStep };
    const running = [
      given('Postgres', environment['DATABASE_URL'], onStep) ??
        startPostgres(common).then((server) => {
          onStep(`Postgres listens on port ${server.port}`);
          return server;
        }),
      given('NATS', environment['NATS_URL'], onStep) ??
        startNats(common).then((server) => {
          onStep(`NATS ${server.version} listens on port ${server.port}`);
          return server;
        }),
    ];
    this.#infrastructure = running;
    const [database, nats] = await allOrFirstFailure(running);
    return { DATABASE_URL: database?.url ?? '', NATS_URL: nats?.url ?? '' };
  }

  async #start(
    name: ServiceName,
    port: number,
    environment: NodeJS.ProcessEnv,
  ): Promise<RunningService> {
    const { onStep } = this.#options;
    if (this.#stopped) throw new Error('Stopped while starting.');
    const launched: Supervised[] = [];
    const service = await startService({
      name,
      home: this.#home,
      port,
      environment,
      onLaunch: (process) => {
        this.#launched.add(process);
        launched.push(process);
      },
    });
    const taken = service.port === port ? '' : `; ${port} is taken`;
    onStep(`${name} listens on port ${service.port}${taken}`);
    this.#services.push(service);
    this.#watch(service);
    return service;
  }

  #watch({ name, process }: RunningService): void {
    const { onStep } = this.#options;
    process.on('exited', ({ unexpected, signal, code }) => {
      if (!unexpected) return;
      onStep(`${name} ended (${signal ?? `exit code ${code}`}); starting it again`);
      this.#update();
    });
    process.on('started', () => this.#update());
    process.on('restarted', ({ pid }) => {
      onStep(`${name} runs again, as process ${pid}`);
      this.#update();
    });
  }

  #publish(registryUrl: string, gatewayUrl: string): UpRecord {
    if (this.#stopped) throw new Error('Stopped while starting.');
    this.#record = {
      registryUrl,
      gatewayUrl,
      adminKeyFile: adminKeyFile(this.#home),
      pid: process.pid,
      services: {},
    };
    return this.#update() as UpRecord;
  }

  #update(): UpRecord | undefined {
    if (this.#record === undefined || this.#stopped) return undefined;
    this.#record.services = Object.fromEntries(
      this.#services
        .toSorted((a, b) => serviceNames.indexOf(a.name) - serviceNames.indexOf(b.name))
        .map(({ name, url, process: { pid, logFile } }) => [
          name,
          { pid: pid ?? null, url, log: logFile },
        ]),
    );
    writeUpRecord(this.#home, this.#record);
    return this.#record;
  }
}

type Server = Stoppable & { url: string };

const given = (
  what: string,
  url: string | undefined,
  onStep: (line: string) => void,
): Promise<Server> | undefined => {
  if (!url) return undefined;
  onStep(`${what} is the one that the environment names`);
  return Promise.resolve({ url, stop: async () => {} });
};

/** Waits for all of them even if one fails, so that nothing is still starting when the failure is dealt with. */
const allOrFirstFailure = async <T>(all: readonly Promise<T>[]): Promise<T[]> => {
  const ends = await Promise.allSettled(all);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return ends.map((end) => (end as PromiseFulfilledResult<T>).value);
};
