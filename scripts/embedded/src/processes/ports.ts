import { createServer } from 'node:net';
import { EmbeddedError } from '../failure.js';

const host = '127.0.0.1';
const span = 100;
const attempts = 10;

/** The preferred port when it can be bound on 127.0.0.1, else the next one that can. */
export async function freePort(preferred: number): Promise<number> {
  const last = Math.min(preferred + span, 65_535);
  for (let port = preferred; port <= last; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new EmbeddedError('no-free-port', `No free port on ${host} from ${preferred} to ${last}.`);
}

/**
 * Starts a server on the preferred port when that is free, else on the next one that is. A port that someone takes
 * between our test and the server's bind is passed over, too.
 *
 * @param wasTaken whether that is why a start failed
 */
export async function onFreePort<Server>(
  preferred: number,
  start: (port: number) => Promise<Server>,
  wasTaken: (error: unknown) => boolean,
): Promise<Server> {
  let first = preferred;
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(first);
    try {
      return await start(port);
    } catch (error) {
      if (!wasTaken(error) || attempt === attempts) throw error;
      first = port + 1;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
