import { SluiceError } from '@sluice/contracts';
import type { RunContext } from './run-context.js';

/** What a gate is asked about. */
export interface GateTrigger {
  headSha: string;
  headRef: string;
  /** Where the policy that applies comes from: a branch, or the commit below a merge group. */
  baseRef: string;
  author: string;
  /** Null where there is no pull request to comment on. */
  pullRequest: number | null;
  /** Workflows on pull requests from forks get no secrets and a token that only reads. */
  fromFork: boolean;
}

/** What is to be promoted. */
export interface PromoteTrigger {
  sha: string;
  ref: string;
  by: string;
}

const ghost = 'ghost';

/** @throws SluiceError `invalid_request` for an event that can't be gated, or not safely */
export const gateTrigger = (context: RunContext): GateTrigger => {
  const { event, payload } = context;
  if (event === 'pull_request' && payload.pull_request !== undefined) {
    const { number, head, base, user } = payload.pull_request;
    return {
      headSha: head.sha,
      headRef: head.ref,
      baseRef: base.ref,
      author: user?.login ?? ghost,
      pullRequest: number,
      fromFork: head.repo?.full_name !== base.repo?.full_name,
    };
  }
  if (event === 'pull_request_target') {
    // Its checkout is the base branch: the gate would judge, and pass, what is in production already.
    throw new SluiceError(
      'invalid_request',
      'The gate does not run on pull_request_target: what is checked out there is the base branch and not the proposal, and checking out the proposal would bring foreign files into a run that holds secrets. Use pull_request.',
    );
  }
  if (event === 'merge_group' && payload.merge_group !== undefined) {
    const { head_sha, head_ref, base_sha } = payload.merge_group;
    return {
      headSha: head_sha,
      headRef: head_ref,
      baseRef: base_sha,
      author: payload.sender?.login ?? ghost,
      pullRequest: null,
      fromFork: false,
    };
  }
  if (event === 'workflow_dispatch' || event === 'push') {
    return {
      headSha: context.sha,
      headRef: branchOf(context.ref),
      baseRef: defaultBranchOf(context),
      author: payload.pusher?.name ?? payload.sender?.login ?? ghost,
      pullRequest: null,
      fromFork: false,
    };
  }
  throw unsupported(context, 'gate', 'pull_request, merge_group, workflow_dispatch or push');
};

/** Only what is on the default branch was reviewed, so only that is promoted. @throws SluiceError `invalid_request` */
export const promoteTrigger = (context: RunContext): PromoteTrigger => {
  const { event, payload, ref, sha } = context;
  if (event !== 'push' && event !== 'workflow_dispatch') {
    throw unsupported(context, 'promote', 'push or workflow_dispatch');
  }
  const wanted = `refs/heads/${defaultBranchOf(context)}`;
  if (ref !== wanted) {
    throw new SluiceError(
      'invalid_request',
      `Only what is on the default branch is promoted: this run is on ${ref} and not on ${wanted}.`,
    );
  }
  return { sha, ref: branchOf(ref), by: payload.pusher?.name ?? payload.sender?.login ?? ghost };
};

const branchOf = (ref: string): string => ref.replace(/^refs\/heads\//, '');

const defaultBranchOf = ({ payload }: RunContext): string => {
  const branch = payload.repository?.default_branch;
  if (branch !== undefined) return branch;
  throw new SluiceError('invalid_request', 'The event does not name the default branch.');
};

const unsupported = ({ event }: RunContext, mode: string, supported: string): SluiceError =>
  new SluiceError('invalid_request', `The mode ${mode} runs on ${supported}, not on ${event}.`);
