import { SluiceError } from '@sluice/contracts';

/** The end of the time that the whole run has. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #end: number;
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#end = performance.now() + ms;
    const minutes = Math.round(ms / 6_000) / 10;
    const abort = new AbortController();
    this.signal = abort.signal;
    this.#timer = setTimeout(
      () =>
        abort.abort(new SluiceError('timed_out', `Sluice was not done after ${minutes} minutes.`)),
      // A wait that ends by itself can say what it was waiting for; this is for all that doesn't.
      ms + 3_000,
    );
  }

  leftMs(): number {
    return Math.max(0, this.#end - performance.now());
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
