/**
 * The other end of `supervise`: calls back when whoever started this process has died.
 * Does nothing unless `SLUICE_EXIT_WITH_PARENT=1`, so that a service started by hand, or by an
 * init system with no standard input, stays.
 *
 * @param onOrphaned begins the shutdown; by default SIGTERM to oneself, as if asked to stop
 */
export function exitWithParent(
  onOrphaned: () => void = () => void process.kill(process.pid, 'SIGTERM'),
): void {
  if (process.env['SLUICE_EXIT_WITH_PARENT'] !== '1') return;
  process.stdin.once('end', onOrphaned).once('error', onOrphaned).resume();
  // Waiting for the parent's death is no reason to stay alive.
  (process.stdin as unknown as { unref?(): void }).unref?.();
}
