import type { PullRequestComment } from './github-api.js';

/** Which run wrote a comment, and about which commit. */
export interface Stamp {
  headSha: string;
  runId: string;
  runAttempt: number;
}

export type CommentDecision =
  { action: 'create' } | { action: 'update'; id: number } | { action: 'leave'; reason: string };

/** The lines that begin a comment of ours, invisible to readers. */
export const commentHeader = (model: string, policyPath: string, stamp: Stamp): string =>
  `<!-- sluice:gate:${model}:${policyPath} -->\n<!-- sluice:run:${stamp.headSha}:${stamp.runId}:${stamp.runAttempt} -->\n\n`;

/**
 * Decides where the verdict goes. A marker alone proves nothing, since anybody can write one: the comment
 * must be by the account that we write as.
 */
export const decideComment = (
  comments: readonly PullRequestComment[],
  ours: { login: string; policyPath: string; stamp: Stamp },
): CommentDecision => {
  const found = comments.find(
    ({ author, body }) => author === ours.login && isAbout(body, ours.policyPath),
  );
  if (found === undefined) return { action: 'create' };
  const there = stampOf(found.body);
  if (there !== null && there.headSha === ours.stamp.headSha && isNewer(there, ours.stamp)) {
    return { action: 'leave', reason: `run ${there.runId} is newer and has commented already` };
  }
  return { action: 'update', id: found.id };
};

/** Whatever its model is called: a policy may rename it, or be too broken to name it. */
const isAbout = (body: string, policyPath: string): boolean =>
  /^<!-- sluice:gate:[^:\n]*:(.+) -->$/.exec(body.split('\n', 1)[0]?.trim() ?? '')?.[1] ===
  policyPath;

const stampOf = (body: string): Stamp | null => {
  const found = /^<!-- sluice:run:([0-9a-f]+):(\d+):(\d+) -->\s*$/m.exec(body);
  const [, headSha, runId, runAttempt] = found ?? [];
  if (headSha === undefined || runId === undefined) return null;
  return { headSha, runId, runAttempt: Number(runAttempt) };
};

const isNewer = (one: Stamp, other: Stamp): boolean =>
  one.runId === other.runId
    ? one.runAttempt > other.runAttempt
    : BigInt(one.runId) > BigInt(other.runId);
