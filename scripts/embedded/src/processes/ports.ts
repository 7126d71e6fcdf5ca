import { createServer } from 'node:net';
import { EmbeddedError } from '../failure.js';

const host = '127.0.0.1';
const span = 100;

/** The preferred port when it can be bound on 127.0.0.1, else the next one that can. */
export async function freePort(preferred: number): Promise<number> {
  const last = Math.min(preferred + span, 65_535);
  for (let port = preferred; port <= last; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new EmbeddedError('no-free-port', `No free port on ${host} from ${preferred} to ${last}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
