import { runCommand } from '../processes/command.js';

/** JetStream as Sluice uses it is there from this version on. It is also the one in Debian 12. */
export const oldestUsable = '2.9.10';

/** The version of a nats-server program. Throws with the reason if it is none, or too old to use. */
export async function usableVersion(program: string): Promise<string> {
  const { ok, problem, stdout } = await runCommand(program, ['--version'], { timeout: 10_000 });
  if (!ok) throw new Error(`${program} cannot be executed (${problem})`);
  const version = /nats-server: v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!version) throw new Error(`${program} does not say that it is a nats-server`);
  if (!isAtLeast(version, oldestUsable)) {
    throw new Error(`${program} is ${version}, older than ${oldestUsable}`);
  }
  return version;
}

/** Compares versions of the form major.minor.patch. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('.').map(Number));
  for (let place = 0; place < 3; place += 1) {
    const difference = (a?.[place] ?? 0) - (b?.[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
