import { digestOfDocument, type AuditEntry } from '@sluice/contracts';

/**
 * The position at which an audit trail stops being whole, or null. Each entry holds the digest of the one before, so
 * one that was altered, taken out or slipped in shows.
 *
 * @param entries from the first, in order
 */
export const firstBreak = (entries: readonly AuditEntry[]): number | null => {
  let previous: AuditEntry | undefined;
  for (const entry of entries) {
    const { digest, ...content } = entry;
    const follows =
      entry.position === (previous?.position ?? 0) + 1 &&
      entry.previous === (previous?.digest ?? null);
    if (!follows || digestOfDocument(content) !== digest) return entry.position;
    previous = entry;
  }
  return null;
};
