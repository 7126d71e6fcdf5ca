import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EmbeddedError, reasonOf } from '../failure.js';
import { assertSupportedPlatform } from '../platform.js';
import { claim } from '../processes/claim.js';
import { onFreePort } from '../processes/ports.js';
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
    const settings = { ...options, home, folder, files, marker, java, distribution };
    const { process, port } = await serve(settings, held.record);
    return {
      url: `trino://sluice@127.0.0.1:${port}/hive`,
      port,
      version: trinoVersion,
      files,
      stop: () => process.stop().then(held.release),
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

interface Settings extends TrinoOptions {
  folder: string;
  files: string;
  /** The file of its configuration. */
  marker: string;
  java: string;
  distribution: Distribution;
}

async function serve(
  settings: Settings,
  record: (pid: number) => void,
): Promise<{ process: Supervised; port: number }> {
  const { home, folder, marker, java, distribution, heap = defaultHeap, log = () => {} } = settings;
  let wasTaken = false;
  const start = async (port: number) => {
    wasTaken = false;
    const environment = `sluice_${randomBytes(6).toString('hex')}`;
    configure(settings, { port, environment, heap });
    const process = new Supervised({
      name: 'trino',
      home,
      cwd: folder,
      command: java,
      args: [
        ...javaOptions,
        `-Xmx${heap}m`,
        `-Dconfig=${marker}`,
        '-cp',
        join(distribution.lib, '*'),
        'io.trino.server.TrinoServer',
      ],
      // A variable of the user's could undo the limits above.
      env: { JAVA_TOOL_OPTIONS: undefined, JDK_JAVA_OPTIONS: undefined },
      // Its stack traces are too long for the last lines to have it.
      onLine: (line) => {
        wasTaken ||= line.includes('Address already in use');
      },
      isReady: () => answersQueries(port, environment),
      readyTimeout: 300_000,
      stopTimeout: 20_000,
      restart: false,
      leash: true,
    });
    process.on('started', ({ pid }) => record(pid));
    log(`Trino: starting ${trinoVersion} on port ${port}`);
    await process.start();
    return { process, port };
  };
  return onFreePort(defaultPort, start, () => wasTaken);
}

function configure(
  { folder, files, marker, distribution }: Settings,
  { port, environment, heap }: { port: number; environment: string; heap: number },
): void {
  const catalogs = join(folder, 'etc', 'catalog');
  mkdirSync(catalogs, { recursive: true });
  const headroom = Math.floor(heap / 4);
  writeProperties(marker, {
    'node.environment': environment,
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

/**
 * It answers over HTTP long before it takes statements. Its environment tells it from another server that was quicker to
 * take the port.
 */
async function answersQueries(port: number, environment: string): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/info`, {
    signal: AbortSignal.timeout(5_000),
  });
  const info = (await response.json()) as { starting?: boolean; environment?: string };
  return info.starting === false && info.environment === environment;
}
