import {
  canonicalJson,
  digestOfBytes,
  evaluationCompletedSchema,
  type Digest,
  type VerdictSubject,
} from '@sluice/contracts';

/** What the registry has to know of a verdict, and the verdict as it is stored. */
export interface CompletedVerdict {
  readonly evaluation: string;
  readonly subject: VerdictSubject;
  readonly outcome: 'pass' | 'fail';
  /** The ids of the checks that failed. */
  readonly failedChecks: readonly string[];
  readonly digest: Digest;
  /**
   * Canonical JSON in UTF-8: the very bytes that the digest is of. Made of what was checked and not those that came,
   * in which a key could stand twice and mean something else to another reader.
   */
  readonly document: Uint8Array;
}

/** The evaluator said something else; no repetition will change that. */
export class NotAVerdict extends Error {
  override readonly name = 'NotAVerdict';
}

/** An invalid verdict of megabytes can have as many faults; the first ones tell what is wrong. */
const mostFaults = 10;

/**
 * Reads what the evaluator says when an evaluation ended with a verdict: parses, checks and digests it. That takes
 * some 0.1 s per megabyte, so it is done in a thread.
 *
 * @param bytes JSON in UTF-8
 * @throws NotAVerdict when it is anything but a verdict
 */
export const readCompleted = (bytes: Uint8Array): CompletedVerdict => {
  const read = evaluationCompletedSchema.safeParse(parse(bytes));
  if (!read.success) {
    const faults = read.error.issues.slice(0, mostFaults);
    throw new NotAVerdict(JSON.stringify(faults));
  }
  const { evaluation, verdict } = read.data;
  const document = new TextEncoder().encode(canonicalJson(verdict));
  return {
    evaluation,
    subject: verdict.subject,
    outcome: verdict.outcome,
    failedChecks: verdict.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id),
    digest: digestOfBytes(document),
    document,
  };
};

const parse = (bytes: Uint8Array): unknown => {
  try {
    // Not lenient: what is no UTF-8 would be replaced, and the digest be that of something nobody sent.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new NotAVerdict('its data is not JSON', { cause });
  }
};
