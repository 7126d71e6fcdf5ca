import * as core from '@actions/core';
import { commentBudget, summaryBudget } from '@sluice/report';
import type { GitHubApi } from './github-api.js';
import { log, plainLine } from './log.js';
import type { Annotation, Report } from './report.js';
import { commentHeader, decideComment, type Stamp } from './sticky-comment.js';

/** GitHub shows so many annotations of a kind and step, and drops the rest without a word. */
const mostAnnotations = 10;

/** Where a comment goes, and what it is about. */
export interface CommentPlace {
  github: GitHubApi;
  pullRequest: number;
  policyPath: string;
  stamp: Stamp;
}

/**
 * Tells everybody: outputs, annotations, job summary, comment, exit code. What fails to be written becomes a
 * warning; it never changes the outcome.
 */
export const publish = async (report: Report, comment: CommentPlace | null): Promise<void> => {
  setOutputs(report);
  annotate(report.annotations);
  if (comment !== null) await attempt('comment', () => writeComment(report, comment));
  await attempt('job summary', () => writeSummary(report));
  if (report.outcome === 'pass') log(report.headline);
  else core.setFailed(plainLine(report.headline));
};

const setOutputs = (report: Report): void => {
  for (const [name, value] of Object.entries({ outcome: report.outcome, ...report.outputs })) {
    core.setOutput(name, value);
  }
};

const annotate = (annotations: readonly Annotation[]): void => {
  for (const level of ['error', 'warning'] as const) {
    const all = annotations.filter((annotation) => annotation.level === level);
    // One place of the errors is kept for the last word, that of `setFailed`.
    const shown = all.slice(0, mostAnnotations - (level === 'error' ? 1 : 0));
    for (const { title, message, file, line, column } of shown) {
      core[level](plainLine(message), {
        title: plainLine(title),
        file,
        startLine: line,
        startColumn: column,
      });
    }
    if (all.length > shown.length) {
      log(`${all.length - shown.length} more of these are in the job summary.`);
    }
  }
};

const writeSummary = async (report: Report): Promise<void> => {
  await core.summary.addRaw(report.markdown(summaryBudget), true).write();
};

const writeComment = async (report: Report, place: CommentPlace): Promise<void> => {
  const { github, pullRequest, policyPath, stamp } = place;
  const [comments, login] = await Promise.all([github.comments(pullRequest), github.viewer()]);
  const decision = decideComment(comments, { login, policyPath, stamp });
  if (decision.action === 'leave') return log(`The comment was left as it is: ${decision.reason}.`);

  const header = commentHeader(report.outputs.model ?? '', policyPath, stamp);
  const body = `${header}${report.markdown(commentBudget - header.length)}`;
  // Read last, so that as little as possible can happen between this and the writing.
  const { headSha } = await github.pullRequest(pullRequest);
  if (headSha !== stamp.headSha) {
    return log(
      `The comment was left as it is: the pull request has moved on from ${stamp.headSha} to ${headSha}.`,
    );
  }
  if (decision.action === 'create') await github.createComment(pullRequest, body);
  else await github.updateComment(decision.id, body);
};

const attempt = async (what: string, write: () => Promise<void>): Promise<void> => {
  try {
    await write();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    core.warning(
      plainLine(
        `The ${what} could not be written: ${reason}. The outcome stands; it is in the log${what === 'comment' ? ' and the job summary' : ''}.`,
      ),
    );
  }
};
