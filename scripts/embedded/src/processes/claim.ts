import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedError } from '../failure.js';
import { commandLine, identify, isRunning, terminate, type ProcessIdentity } from './identity.js';

interface Claim {
  /** The process that started the server and looks after it. */
  owner: ProcessIdentity;
  server?: ProcessIdentity;
}

/**
 * Claims a server's folder for this process.
 *
 * A server that an owner, since killed, left behind is stopped first: its port and password are
 * of a run that is over. One whose owner lives is not ours to touch.
 *
 * @param file where the claim is written
 * @param marker a text in the server's command line that only our server has, such as its data folder
 * @throws EmbeddedError `already-running`
 */
export async function claim(
  file: string,
  { name, marker, signal }: { name: string; marker: string; signal: NodeJS.Signals },
  log: (line: string) => void,
): Promise<{ record(pid: number): void; release(): void }> {
  const earlier = read(file);
  if (earlier && isRunning(earlier.owner)) {
    throw new EmbeddedError(
      'already-running',
      `${name} in ${dirname(file)} is in use by process ${earlier.owner.pid} ` +
        `(${commandLine(earlier.owner.pid)}). Stop that one first, or use another folder.`,
    );
  }
  if (earlier?.server) await endOrphan(earlier.server, { name, marker, signal }, log);

  const owner = identify(process.pid) ?? { pid: process.pid, started: '' };
  const write = (content: Claim) => writeFileSync(file, `${JSON.stringify(content)}\n`);
  mkdirSync(dirname(file), { recursive: true });
  write({ owner });
  return {
    record: (pid) => write({ owner, server: identify(pid) }),
    release: () => rmSync(file, { force: true }),
  };
}

/** Stops a server left behind, once its command line proves that it is ours. */
export async function endOrphan(
  server: ProcessIdentity,
  { name, marker, signal }: { name: string; marker: string; signal: NodeJS.Signals },
  log: (line: string) => void,
): Promise<void> {
  if (!isRunning(server) || !commandLine(server.pid).includes(marker)) return;
  log(`${name}: stopping process ${server.pid}, left behind by an earlier run`);
  await terminate(server, signal);
}

function read(file: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Claim;
  } catch {
    return undefined;
  }
}
