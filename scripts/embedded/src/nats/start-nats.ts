import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { assertSupportedPlatform } from '../platform.js';
import { claim } from '../processes/claim.js';
import { onFreePort } from '../processes/ports.js';
import { keptSecret } from '../processes/secret.js';
import { Supervised } from '../processes/supervise.js';
import { findNatsServer } from './find-nats-server.js';
import { isAtLeast, usableVersion } from './version.js';

const user = 'sluice';
/** Not 4222, where a NATS of the system's own would be. */
const defaultPort = 42_229;

export interface NatsOptions {
  /** The folder that holds the data, such as `<repo>/.sluice`. */
  home: string;
  /** The port to try first; the next free one is taken when it is not free. */
  port?: number;
  /** Where fetched servers are kept. Default `<home>/cache`. */
  cache?: string;
  log?: (line: string) => void;
  /** Told of each step of a fetch, which may take a while. Default: `log`. */
  onProgress?: (line: string) => void;
  /** False gives up crash safety for speed, for data that no one will miss. */
  durable?: boolean;
}

export interface EmbeddedNats {
  /** `nats://sluice:<secret>@127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** The version of the server that was found. */
  readonly version: string;
  /** The pid of the server; undefined while it is being started again. */
  readonly pid: number | undefined;
  /** Stops the server in order. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts NATS with JetStream, which keeps its streams in `home` from run to run, and starts it
 * again should it die.
 *
 * @throws EmbeddedError
 */
export async function startNats(options: NatsOptions): Promise<EmbeddedNats> {
  assertSupportedPlatform('NATS', 'NATS_URL');
  const { log = () => {}, onProgress = log } = options;
  const home = resolve(options.home);
  const folder = join(home, 'nats');
  const program = await findNatsServer({ cache: options.cache ?? join(home, 'cache'), onProgress });
  const version = await usableVersion(program);
  mkdirSync(folder, { recursive: true });
  const marker = configurationFile(folder);
  const server = { name: 'NATS', marker, signal: 'SIGTERM' } as const;
  const held = await claim(join(folder, 'process.json'), server, log);
  try {
    const password = keptSecret(join(folder, 'password'));
    const settings = { ...options, home, folder, program, version, password };
    const { process, port } = await serve(settings, held.record);
    process.on('restarted', ({ pid }) => log(`NATS: died, and runs again as process ${pid}`));
    const url = `nats://${user}:${password}@127.0.0.1:${port}`;
    const stop = () => process.stop().then(held.release);
    return {
      url,
      port,
      version,
      stop,
      get pid() {
        return process.pid;
      },
    };
  } catch (error) {
    held.release();
    throw error;
  }
}

interface Settings extends NatsOptions {
  folder: string;
  program: string;
  version: string;
  password: string;
}

async function serve(
  settings: Settings,
  record: (pid: number) => void,
): Promise<{ process: Supervised; port: number }> {
  const { home, program, port: preferred = defaultPort, log = () => {}, folder } = settings;
  const start = async (port: number) => {
    const configuration = configurationFile(folder);
    const serverName = `sluice-${randomBytes(6).toString('hex')}`;
    const content = configurationOf(settings, serverName, port);
    writeFileSync(configuration, content, { mode: 0o600 });
    const process = new Supervised({
      name: 'nats',
      home,
      command: program,
      args: ['--config', configuration],
      isReady: () => greets(port, serverName),
      leash: true,
    });
    process.on('started', ({ pid }) => record(pid));
    await process.start();
    if (port !== preferred) log(`NATS: port ${preferred} is taken, using ${port}`);
    return { process, port };
  };
  return onFreePort(preferred, start, (error) =>
    (error as Error).message.includes('address already in use'),
  );
}

function configurationFile(folder: string): string {
  return join(folder, 'nats.conf');
}

/** JSON's strings are also strings of NATS's configuration. NATS adds `/jetstream` to the folder. */
function configurationOf(
  { folder, version, password, durable = true }: Settings,
  serverName: string,
  port: number,
): string {
  // An acknowledged message is on disk: the outbox forgets what the stream has taken. Servers
  // before 2.10 have no such setting and sync every two minutes.
  const sync = durable && isAtLeast(version, '2.10.0') ? '  sync_interval: always\n' : '';
  return `# Written by Sluice at each start.
server_name: ${JSON.stringify(serverName)}
listen: "127.0.0.1:${port}"
max_payload: 1MB
authorization {
  user: ${JSON.stringify(user)}
  password: ${JSON.stringify(password)}
}
jetstream {
  store_dir: ${JSON.stringify(folder)}
${sync}}
`;
}

/**
 * A NATS server speaks first. It does so once JetStream is up, since it listens only then. Its name
 * tells it from another that was quicker to take the port.
 */
function greets(port: number, serverName: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    const say = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    let heard = '';
    socket.on('data', (data) => {
      heard += data.toString();
      if (heard.includes('\r\n')) say(heard.startsWith('INFO ') && heard.includes(serverName));
    });
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => say(false));
  });
}
