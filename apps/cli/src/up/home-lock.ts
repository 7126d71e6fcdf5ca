import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { SluiceError } from '@sluice/contracts';

const host = '127.0.0.1';

interface Holder {
  pid: number;
  port: number;
}

/**
 * Keeps a home to one `sluice up` at a time.
 *
 * The lock is a socket that its holder listens on, not the file that tells where: the system closes it however
 * the holder ends, and no later process with the same pid can be taken for the holder.
 */
export class HomeLock {
  readonly #file: string;
  readonly #server: Server;

  private constructor(file: string, server: Server) {
    this.#file = file;
    this.#server = server;
  }

  /** @throws SluiceError `conflict` while another process holds the home */
  static async take(home: string): Promise<HomeLock> {
    const file = join(home, 'up.lock');
    const server = createServer((socket) => socket.end(`${file}\n`));
    server.unref();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host, port: 0 }, resolve);
    });
    const lock = new HomeLock(file, server);
    try {
      await lock.#write();
      return lock;
    } catch (error) {
      server.close();
      throw error;
    }
  }

  release(): void {
    rmSync(this.#file, { force: true });
    this.#server.close();
  }

  async #write(): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    const holder: Holder = { pid: process.pid, port };
    // Twice: the first time, a lock that no one holds any more may be in the way.
    for (let attempt = 1; ; attempt += 1) {
      try {
        writeFileSync(this.#file, `${JSON.stringify(holder)}\n`, { flag: 'wx' });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 2) throw error;
      }
      const other = holderIn(this.#file);
      if (other !== undefined && (await holds(other, this.#file)))
        throw new SluiceError(
          'conflict',
          `sluice up already runs here, as process ${other.pid}. Stop that one first (Ctrl-C, or kill ${other.pid}), or use another --home.`,
        );
      rmSync(this.#file, { force: true });
    }
  }
}

const holderIn = (file: string): Holder | undefined => {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Holder | null) ?? undefined;
  } catch {
    // Cut short or gone: whoever wrote it holds nothing.
    return undefined;
  }
};

/** The answer names the file, so that another program on that port is not taken for the holder. */
const holds = ({ port }: Holder, file: string): Promise<boolean> =>
  new Promise((resolve) => {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return resolve(false);
    let answer = '';
    const socket = connect({ host, port, timeout: 3000 });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (answer += text));
    socket.once('timeout', () => {
      socket.destroy();
      // It accepts but is too busy, or stopped, to answer: it is there.
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(answer === `${file}\n`));
  });
