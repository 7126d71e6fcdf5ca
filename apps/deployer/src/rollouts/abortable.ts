/** Waits for something that knows no signal, but no longer than the signal lets us. */
export const abortable = async <Result>(
  work: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> => {
  // Reached also if the signal wins: the work's own failure is then nobody's surprise.
  work.catch(() => undefined);
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
};
