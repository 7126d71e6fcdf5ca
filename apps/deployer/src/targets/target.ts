import type { Digest } from '@sluice/contracts';
import type { LocalArtifact } from '../artifacts/artifact-cache.js';

export const TARGET = Symbol('TARGET');

/** What a model server is started with. */
export interface ServableVersion {
  readonly model: string;
  readonly version: number;
  readonly artifact: LocalArtifact;
}

/** A model server that has said it is ready. Whether it is what was wished is for the caller to ask. */
export interface RunningServer {
  readonly url: string;
  /** Without it the server answers nobody. */
  readonly token: string;
  /** Resolves when the server has ended, however that came; its message says how, and its last words. */
  readonly ended: Promise<Error>;
  /** What it says it serves, asked of the server itself. */
  digest(signal: AbortSignal): Promise<Digest>;
  /** Resolves if the model answers; @throws SluiceError `unavailable` if not */
  check(signal: AbortSignal): Promise<void>;
  /** Ends it: asked first, and made to after so many milliseconds. Resolves when it is gone. */
  stop(deadlineMs: number): Promise<void>;
}

/** Where versions run. */
export interface Target {
  readonly name: string;
  /**
   * Resolves when the server has said it is ready. If it can't be, or the signal says so, nothing is left running.
   *
   * @throws SluiceError that says why, with the server's last words
   */
  start(version: ServableVersion, signal: AbortSignal): Promise<RunningServer>;
}
