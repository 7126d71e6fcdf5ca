import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EmbeddedError, reasonOf } from '../failure.js';
import { assertSupportedPlatform } from '../platform.js';
import { claim } from '../processes/claim.js';
import { freePort } from '../processes/ports.js';
import { Supervised } from '../processes/supervise.js';
import { findDistribution, trinoVersion, type Distribution } from './distribution.js';
import { findJava } from './java.js';

/** Not 8080, where a Trino of the system's own would be. */
const defaultPort = 42_280;

export interface TrinoOptions {
  /** The folder that holds the data, such as `<repo>/.sluice/test/…`. */
  home: string;
  /** Where the fetched server is kept, under `trino/`. Default `<home>/cache`. */
  cache?: string;
  /** Megabytes of Java's heap. */
  heap?: number;
  log?: (line: string) => void;
}

export interface EmbeddedTrino {
  /** `trino://sluice@127.0.0.1:<port>/hive` */
  readonly url: string;
  readonly port: number;
  readonly version: string;
  /** The folder that the catalog `hive` sees as `local:///`: a table is a folder of Parquet files in here. */
  readonly files: string;
  /** Stops the server. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a Trino of one node, for tests: the catalog `hive` reads tables from Parquet files in a local folder. It
 * listens on this machine only and knows no password, so that it is no server to keep.
 *
 * @throws EmbeddedError `no-trino` when it can't be had, `cannot-start` when it doesn't run
 */
export async function startTrino(options: TrinoOptions): Promise<EmbeddedTrino> {
  assertSupportedPlatform('Trino');
  const { log = () => {} } = options;
  const home = resolve(options.home);
  const folder = join(home, 'trino');
  const cache = join(options.cache ?? join(home, 'cache'), 'trino');
  const { java, distribution } = await found(cache, log);
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  const marker = join(folder, 'etc', 'config.properties');
  const server = { name: 'Trino', marker, signal: 'SIGTERM' } as const;
  const held = await claim(join(folder, 'process.json'), server, log);
  try {
    const port = await freePort(defaultPort);
    configure({ folder, files, distribution, port, heap: options.heap ?? defaultHeap });
    const trino = new Supervised({
      name: 'trino',
      home,
      cwd: folder,
      command: java,
      args: [
        ...javaOptions,
        `-Xmx${options.heap ?? defaultHeap}m`,
        `-Dconfig=${marker}`,
        '-cp',
        join(distribution.lib, '*'),
        'io.trino.server.TrinoServer',
      ],
      // A variable of the user's could undo the limits above.
      env: { JAVA_TOOL_OPTIONS: undefined, JDK_JAVA_OPTIONS: undefined },
      isReady: () => answersQueries(port),
      readyTimeout: 300_000,
      stopTimeout: 20_000,
      restart: false,
      leash: true,
    });
    trino.on('started', ({ pid }) => held.record(pid));
    log(`Trino: starting ${trinoVersion} on port ${port}`);
    await trino.start();
    return {
      url: `trino://sluice@127.0.0.1:${port}/hive`,
      port,
      version: trinoVersion,
      files,
      stop: () => trino.stop().then(held.release),
    };
  } catch (error) {
    held.release();
    throw error;
  }
}

const defaultHeap = 1_500;

const javaOptions = [
  '-XX:+UseG1GC',
  '-XX:+ExitOnOutOfMemoryError',
  '-Dfile.encoding=UTF-8',
  '-Duser.timezone=UTC',
  '-Djdk.attach.allowAttachSelf=true',
  '-Djdk.nio.maxCachedBufferSize=2000000',
  '--enable-native-access=ALL-UNNAMED',
  '--sun-misc-unsafe-memory-access=allow',
];

async function found(
  cache: string,
  log: (line: string) => void,
): Promise<{ java: string; distribution: Distribution }> {
  try {
    return {
      java: await findJava(cache, log),
      distribution: await findDistribution(cache, log),
    };
  } catch (cause) {
    throw new EmbeddedError('no-trino', `Trino ${trinoVersion} cannot be had: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

interface Settings {
  folder: string;
  files: string;
  distribution: Distribution;
  port: number;
  heap: number;
}

function configure({ folder, files, distribution, port, heap }: Settings): void {
  const catalogs = join(folder, 'etc', 'catalog');
  mkdirSync(catalogs, { recursive: true });
  const headroom = Math.floor(heap / 4);
  writeProperties(join(folder, 'etc', 'config.properties'), {
    'node.environment': 'sluice',
    'node.id': 'sluice',
    // Not found out from the network's names, and open to no other machine.
    'node.internal-address': '127.0.0.1',
    'node.bind-ip': '127.0.0.1',
    coordinator: 'true',
    'node-scheduler.include-coordinator': 'true',
    'http-server.http.port': String(port),
    'discovery.uri': `http://127.0.0.1:${port}`,
    'plugin.dir': distribution.plugins,
    'catalog.config-dir': catalogs,
    'memory.heap-headroom-per-node': `${headroom}MB`,
    'query.max-memory-per-node': `${heap - 2 * headroom}MB`,
    'query.max-memory': `${heap - 2 * headroom}MB`,
  });
  writeProperties(join(catalogs, 'hive.properties'), {
    'connector.name': 'hive',
    'fs.native-local.enabled': 'true',
    'local.location': files,
    'hive.metastore': 'file',
    'hive.metastore.catalog.dir': 'local:///metastore',
    // Parquet files of other makers say what their columns are called, in any order.
    'hive.parquet.use-column-names': 'true',
  });
}

function writeProperties(file: string, properties: Readonly<Record<string, string>>): void {
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
  writeFileSync(file, `# Written by Sluice at each start.\n${lines.join('\n')}\n`, { mode: 0o600 });
}

/** It answers over HTTP long before it takes statements. */
async function answersQueries(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/info`, {
    signal: AbortSignal.timeout(5_000),
  });
  const { starting } = (await response.json()) as { starting?: boolean };
  return starting === false;
}
