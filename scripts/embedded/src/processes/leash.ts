import { spawn } from 'node:child_process';

/*
 * Postgres and NATS know nothing of us, so a kill -9 of our process would leave them running.
 * A shell waits on a pipe whose other end only we hold: when the kernel closes it, however we
 * died, the shell ends the server. Linux has PR_SET_PDEATHSIG for this; macOS has nothing.
 */
const waitThenEnd = `
while read -r _; do :; done
kill -"$2" "$1" 2>/dev/null || exit 0
left=10
while kill -0 "$1" 2>/dev/null; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then kill -KILL "$1" 2>/dev/null; exit 0; fi
  sleep 1
done`;

/**
 * Ties a process to the life of ours.
 *
 * @returns a function that unties it, to be called once the process has ended
 */
export function leash(pid: number, signal: NodeJS.Signals): () => void {
  // A session of its own: Ctrl-C goes to the whole foreground group and would take the shell first.
  const shell = spawn(
    '/bin/sh',
    ['-c', waitThenEnd, 'sluice-leash', String(pid), signal.replace(/^SIG/, '')],
    { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  // A system without a shell loses only this safeguard: the next start still finds the orphan.
  shell.once('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  (shell.stdin as unknown as { unref?(): void }).unref?.();
  return () => void shell.kill('SIGKILL');
}
