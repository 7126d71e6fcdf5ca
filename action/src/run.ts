import * as core from '@actions/core';
import { RegistryClient, type RetryNotice } from '@sluice/client';
import { SluiceError } from '@sluice/contracts';
import { noteRun } from './abandoned.js';
import { Deadline } from './deadline.js';
import { gate } from './gate.js';
import { GitHubApi } from './github-api.js';
import { parseInputs, type Inputs } from './inputs.js';
import { log } from './log.js';
import { promote } from './promote.js';
import { ProposedData } from './proposed-data.js';
import { publish, type CommentPlace } from './publish.js';
import type { Report } from './report.js';
import { readRunContext, type RunContext } from './run-context.js';
import { gateTrigger, promoteTrigger, type GateTrigger } from './trigger.js';
import { undecided } from './undecided.js';
import { Workspace } from './workspace.js';

/** Reads what is asked for, does it, and tells everybody. Never throws: what goes wrong is an outcome as well. */
export const run = async (
  readInput: (name: string) => string,
  environment: NodeJS.ProcessEnv,
): Promise<void> => {
  // Before anything could quote it.
  for (const name of ['api-key', 'github-token']) {
    if (readInput(name) !== '') core.setSecret(readInput(name));
  }
  noteRun();
  let inputs: Inputs;
  let context: RunContext;
  try {
    inputs = parseInputs(readInput);
    context = await readRunContext(environment);
  } catch (error) {
    return publish(undecided(error, 'gate', readInput('policy')), null);
  }
  const deadline = new Deadline(inputs.timeoutMs);
  try {
    await (inputs.mode === 'gate' ? runGate : runPromote)(inputs, context, deadline);
  } finally {
    deadline.clear();
  }
};

const runGate = async (inputs: Inputs, context: RunContext, deadline: Deadline): Promise<void> => {
  const { policyPath } = inputs;
  let place: CommentPlace | null = null;
  const decide = async (): Promise<Report> => {
    const trigger = gateTrigger(context);
    const github = new GitHubApi(inputs.githubToken, context);
    place = commentPlace(inputs, context, trigger, github);
    const registry = registryOf(inputs, deadline, trigger.fromFork);
    const repository = `${context.owner}/${context.repo}`;
    return withCheckout(inputs, context, deadline, (checkout) =>
      gate({ trigger, policyPath, repository, github, registry, deadline, ...checkout }),
    );
  };
  const report = await decide().catch((error: unknown) => undecided(error, 'gate', policyPath));
  await publish(report, place);
};

const runPromote = async (
  inputs: Inputs,
  context: RunContext,
  deadline: Deadline,
): Promise<void> => {
  const { policyPath, environments } = inputs;
  const decide = async (): Promise<Report> =>
    withCheckout(inputs, context, deadline, (checkout) =>
      promote({
        trigger: promoteTrigger(context),
        policyPath,
        environments,
        repository: `${context.owner}/${context.repo}`,
        github: new GitHubApi(inputs.githubToken, context),
        registry: registryOf(inputs, deadline, false),
        deadline,
        ...checkout,
      }),
    );
  const report = await decide().catch((error: unknown) => undecided(error, 'promote', policyPath));
  await publish(report, null);
};

/** What was checked out, with copies of what its policy names in S3; they are removed afterwards. */
const withCheckout = async <Result>(
  { allowS3 }: Inputs,
  context: RunContext,
  { signal }: Deadline,
  work: (checkout: { workspace: Workspace; data: ProposedData }) => Promise<Result>,
): Promise<Result> => {
  const workspace = new Workspace(context.workspace);
  const data = new ProposedData(workspace, { allowS3, signal });
  try {
    return await work({ workspace, data });
  } finally {
    await data.close();
  }
};

const commentPlace = (
  { comment, policyPath }: Inputs,
  { runId, runAttempt }: RunContext,
  { pullRequest, headSha }: GateTrigger,
  github: GitHubApi,
): CommentPlace | null =>
  comment && pullRequest !== null
    ? { github, pullRequest, policyPath, stamp: { headSha, runId, runAttempt } }
    : null;

const registryOf = (
  { registryUrl, apiKey, timeoutMs }: Inputs,
  deadline: Deadline,
  fromFork: boolean,
): RegistryClient => {
  if (apiKey === '' && fromFork) {
    throw new SluiceError(
      'unauthenticated',
      'The input api-key is empty, since GitHub gives no secrets to workflows on pull requests from forks. A maintainer can push the branch to this repository to have it judged.',
    );
  }
  return new RegistryClient({
    url: registryUrl,
    apiKey,
    userAgent: 'sluice-action',
    signal: deadline.signal,
    retry: { totalMs: Math.min(60_000, timeoutMs) },
    onRetry: logRetry,
  });
};

/** Each doubling of the retries gets a line, so that an hour of them doesn't fill the log. */
const logRetry = ({ retry, reason }: RetryNotice): void => {
  if (Number.isInteger(Math.log2(retry))) log(`${reason}; trying again`);
};
