import { Injectable } from '@nestjs/common';
import { authenticateReplySchema, queries, SluiceError, type Principal } from '@sluice/contracts';
import { QueryClient, type Authenticator } from '@sluice/platform';

/** A revoked key stops working within this time. */
const knownForMs = 10_000;
/** A new key works within this time, even if it was tried too early. */
const unknownForMs = 1000;
/** A key that the registry confirmed so recently works on while the registry does not answer; then 503, never open. */
const trustedForMs = 60_000;
/** While the registry does not answer, it is asked this often and not by every request. */
const askAgainAfterMs = 1000;
/** Keys that nobody holds can be sent without end. */
const mostAnswers = 10_000;

interface Answer {
  readonly principal: Principal | null;
  readonly at: number;
}

/** Asks the registry whose key it is, and remembers the answer for a short while. */
@Injectable()
export class CachedAuthenticator implements Authenticator {
  private readonly answers = new Map<string, Answer>();
  private readonly asking = new Map<string, Promise<Principal | null>>();
  private outage: { since: number; error: SluiceError } | null = null;

  constructor(private readonly registry: QueryClient) {}

  async authenticate(sha256: string): Promise<Principal | null> {
    const answer = this.answers.get(sha256);
    if (answer !== undefined && age(answer.at) < timeToLive(answer)) return answer.principal;
    try {
      return await this.askOnce(sha256);
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'unavailable')) throw error;
      const trusted = answer !== undefined && answer.principal !== null;
      if (trusted && age(answer.at) < trustedForMs) return answer.principal;
      throw error;
    }
  }

  /** Requests that come while the registry is being asked wait for the one answer. */
  private askOnce(sha256: string): Promise<Principal | null> {
    const { outage } = this;
    if (outage !== null && age(outage.since) < askAgainAfterMs) throw outage.error;
    let asked = this.asking.get(sha256);
    if (asked === undefined) {
      asked = this.ask(sha256).finally(() => this.asking.delete(sha256));
      this.asking.set(sha256, asked);
    }
    return asked;
  }

  private async ask(sha256: string): Promise<Principal | null> {
    // From before the question: what was revoked while it was answered counts as old.
    const at = performance.now();
    try {
      const { principal } = await this.registry.ask(
        queries.authenticate,
        { sha256 },
        authenticateReplySchema,
      );
      this.outage = null;
      this.remember(sha256, { principal, at });
      return principal;
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'unavailable')
        this.outage = { since: performance.now(), error };
      throw error;
    }
  }

  private remember(sha256: string, answer: Answer): void {
    this.answers.delete(sha256);
    this.answers.set(sha256, answer);
    // A Map keeps the order of insertion: the first is the oldest.
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= mostAnswers) break;
      this.answers.delete(oldest);
    }
  }
}

// Not the wall clock, which may be set back.
const age = (since: number): number => performance.now() - since;

const timeToLive = ({ principal }: Answer): number =>
  principal === null ? unknownForMs : knownForMs;
