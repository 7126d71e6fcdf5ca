import { setTimeout as pause } from 'node:timers/promises';
import type { Digest } from '@sluice/contracts';
import { ExpectationFailed } from './expectation.js';
import { askProduction } from './prediction.js';

const clients = 2;
const betweenMs = 10;
const patienceMs = 60_000;

export interface TrafficReport {
  /** Answers by the artifact that gave them, in the order in which these first answered. */
  answers: ReadonlyMap<Digest, number>;
  /** Why requests failed. They are not tried again: a retry would hide what this is here to see. */
  failures: readonly string[];
}

/** Clients that ask production for predictions, one after the other, until told to stop. */
export class Traffic {
  readonly #answers = new Map<Digest, number>();
  readonly #failures: string[] = [];
  readonly #loops: Promise<void>[];
  #going = true;

  constructor(gatewayUrl: string, apiKey: string) {
    this.#loops = Array.from({ length: clients }, () => this.#ask(gatewayUrl, apiKey));
  }

  /** Waits until an artifact has answered. */
  async answeredBy(digest: Digest): Promise<void> {
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await pause(betweenMs))
      if (this.#answers.has(digest)) return;
    throw new ExpectationFailed(`No prediction was answered by ${digest}.`);
  }

  async stop(): Promise<TrafficReport> {
    this.#going = false;
    await Promise.all(this.#loops);
    return { answers: this.#answers, failures: this.#failures };
  }

  async #ask(gatewayUrl: string, apiKey: string): Promise<void> {
    while (this.#going) {
      try {
        const { artifactDigest } = await askProduction(gatewayUrl, apiKey, {
          retry: { totalMs: 0 },
        });
        this.#answers.set(artifactDigest, (this.#answers.get(artifactDigest) ?? 0) + 1);
      } catch (error) {
        this.#failures.push((error as Error).message);
      }
      await pause(betweenMs);
    }
  }
}
