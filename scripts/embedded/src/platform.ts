import { EmbeddedError } from './failure.js';

/**
 * Embedded services lean on Unix accounts, signals and a shell.
 *
 * @throws EmbeddedError `unsupported-platform`
 */
export function assertSupportedPlatform(name: string, variable?: string): void {
  if (process.platform === 'linux' || process.platform === 'darwin') return;
  throw new EmbeddedError(
    'unsupported-platform',
    `An embedded ${name} runs on Linux and macOS, not on ${process.platform}. ` +
      `${variable === undefined ? 'Run' : `Set ${variable} to a server, or run`} Sluice in WSL or a container.`,
  );
}
