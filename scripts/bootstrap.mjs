import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installed, root, run, since } from './process-run.mjs';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];

/**
 * Makes a fresh clone ready to run: the right Node, what npm installs, and the build.
 * Each step is skipped, or comes from Nx's cache, when there is nothing to do.
 *
 * @param {(line: string) => void} [say]
 * @throws {Error} with what to do about it
 */
export async function bootstrap(say = console.log) {
  await install(say);
  await build(say);
}

/**
 * Checks Node, and installs packages unless they are what the lock file says.
 *
 * @param {(line: string) => void} [say]
 * @throws {Error} with what to do about it
 */
export async function install(say = console.log) {
  checkNode();
  if (isInstalled()) return;
  const start = Date.now();
  say('Installing packages (npm ci), which takes a minute or two …');
  const { ok, output } = await run(npm, ['ci', ...quietly], { quiet: true });
  if (!ok && output.includes('EUSAGE')) {
    // A lock written where a registry had not yet all platforms' builds of a package lacks them,
    // and npm ci then refuses it. npm install takes what the lock has, and adds the missing ones.
    say('npm ci refuses the lock file as incomplete; trying npm install …');
    const second = await run(npm, ['install', '--no-save', ...quietly]);
    if (!second.ok) throw new Error('npm install failed; its output above says why.');
  } else if (!ok) throw new Error(`npm ci failed:\n${output}`);
  say(`Packages installed in ${since(start)}.`);
}

/**
 * Builds everything that changed since it was last built.
 *
 * @param {(line: string) => void} [say]
 * @throws {Error} with the build's output
 */
export async function build(say = console.log) {
  const start = Date.now();
  say('Building …');
  const { ok, output } = await run(installed('nx'), ['run-many', '-t', 'build'], { quiet: true });
  if (!ok) throw new Error(`The build failed:\n${output}`);
  say(`Built in ${since(start)}.`);
}

/** Node's own complaint about a missing API would tell no one what is wrong. */
function checkNode() {
  const { engines } = readJson(join(root, 'package.json'));
  const needed = engines.node.replace(/^>=/, '').split('.').map(Number);
  const have = process.versions.node.split('.').map(Number);
  const place = needed.findIndex((number, index) => number !== have[index]);
  if (place === -1 || have[place] > needed[place]) return;
  throw new Error(
    `Sluice needs Node ${engines.node.replace(/^>=/, '')} or later, and this is ${process.versions.node}. ` +
      'Install a later one (https://nodejs.org), or run `nvm install` here.',
  );
}

/**
 * Whether node_modules is what package-lock.json says. npm records what it installed in a lock file
 * of the same form; dates would tell less, since a checkout touches them.
 */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = Object.entries(readJson(join(root, 'package-lock.json')).packages);
  const have = readJson(record).packages;
  return wanted.every(([path, { version, integrity, optional, link, resolved }]) => {
    if (!path.includes('node_modules/')) return true;
    if (link) return have[path]?.resolved === resolved;
    // Packages for other platforms are in the lock, but not installed.
    if (optional && !have[path]) return true;
    return have[path]?.version === version && have[path]?.integrity === integrity;
  });
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await bootstrap().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
