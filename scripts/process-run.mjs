import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What every command of ours runs with: no Nx process that outlives it, no screen that it takes
 * over, and no download of GPU libraries by the install script of onnxruntime-node.
 */
export const environment = {
  ...process.env,
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  npm_config_onnxruntime_node_install: 'skip',
};

/** A program that npm installed. */
export const installed = (name) => `${root}node_modules/.bin/${name}`;

const running = new Set();

/** Hands a signal on to the commands that run. */
export const forward = (signal) => running.forEach((child) => child.kill(signal));

/**
 * Runs a command in the root of the repository, to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {boolean} [options.quiet] keeps the output, for use when it failed
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.limit] milliseconds until it is asked to stop
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function run(command, args, { quiet = false, env = environment, limit } = {}) {
  return new Promise((resolve) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
    const child = spawn(command, args, { cwd: root, env, stdio, timeout: limit });
    running.add(child);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => {
      running.delete(child);
      resolve({ ok: false, output: `${command}: ${error.message}\n` });
    });
    child.once('close', (code) => {
      running.delete(child);
      resolve({ ok: code === 0, output });
    });
  });
}

/** Seconds since a time, for people. */
export const since = (start) => `${((Date.now() - start) / 1000).toFixed(1)} s`;
