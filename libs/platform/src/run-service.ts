import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { formatFault, SluiceError } from '@sluice/contracts';

/**
 * Starts a service and keeps its promises to whoever started it: one JSON line on standard output when it is ready,
 * a clear message and exit code 2 when the configuration is wrong, and no survival of its parent when asked so.
 */
export const runService = async (
  service: string,
  start: () => Promise<{ app: NestFastifyApplication; url: string }>,
): Promise<void> => {
  try {
    const { app, url } = await start();
    if (process.env['SLUICE_EXIT_WITH_PARENT'] === '1') exitWithParent(app);
    process.stdout.write(`${JSON.stringify({ event: 'ready', service, url })}\n`);
  } catch (error) {
    const faults =
      error instanceof SluiceError
        ? error.faults.map((fault) => `\n  ${formatFault(fault)}`).join('')
        : '';
    const text =
      error instanceof SluiceError ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(`${service}: ${text}${faults}\n`);
    process.exit(error instanceof SluiceError && error.status < 500 ? 2 : 1);
  }
};

/** The parent holds the other end of standard input; when it dies, however it dies, the pipe closes. */
const exitWithParent = (app: NestFastifyApplication): void => {
  process.stdin.resume();
  process.stdin.on('close', () => {
    // Longer than any service takes to let its last requests end.
    setTimeout(() => process.exit(0), 15_000).unref();
    void app.close().finally(() => process.exit(0));
  });
};
