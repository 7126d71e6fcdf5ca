import type { RegistryClient } from '@sluice/client';
import {
  environmentOrder,
  parsePolicy,
  policyDigest,
  principalNameSchema,
  SluiceError,
  type Policy,
  type Promotion,
} from '@sluice/contracts';
import type { Deadline } from './deadline.js';
import { evaluate, isJudged, type Judged } from './evaluate.js';
import type { GitHubApi } from './github-api.js';
import { log } from './log.js';
import { journeyOutputs, promotionReport, table, type Step } from './promotion-report.js';
import type { ProposedData } from './proposed-data.js';
import { registerProposal, type Origin, type PolicyFile, type Proposal } from './proposal.js';
import type { Report } from './report.js';
import type { PromoteTrigger } from './trigger.js';
import { undecided } from './undecided.js';
import { championOf } from './verdict-report.js';
import type { Workspace } from './workspace.js';

export interface Promote {
  trigger: PromoteTrigger;
  policyPath: string;
  repository: string;
  /** Null: all of the policy. */
  environments: readonly string[] | null;
  github: GitHubApi;
  registry: RegistryClient;
  workspace: Workspace;
  data: ProposedData;
  deadline: Deadline;
}

interface Verified {
  evaluation: Judged | null;
}

/**
 * Takes what is on the default branch through the environments, on a verdict about exactly these bytes, this
 * policy, this data and today's champion. Where there is none, it is evaluated again: what was approved in the
 * pull request may not be what was merged.
 */
export const promote = async (promote: Promote): Promise<Report> => {
  const { policyPath, registry } = promote;
  const file = await readPolicyFile(promote);
  const order = chosenEnvironments(file.policy, promote.environments);
  const proposal = await registerProposal(registry, promote, file, () => originOf(promote));
  const { version } = proposal;

  const steps: Step[] = [];
  const verified: Verified = { evaluation: null };
  try {
    for (const environment of order) {
      const step = await enter(promote, file, proposal, environment, verified);
      if (step === null) break;
      steps.push(step);
      log(`${environment}: ${step.state.replaceAll('_', ' ')}`);
      if (step.state !== 'succeeded' && step.state !== 'unchanged') break;
    }
  } catch (error) {
    return interrupted(undecided(error, 'promote', policyPath), steps, {
      steps,
      version,
      evaluation: verified.evaluation,
    });
  }
  const ahead = order.slice(steps.length);
  return promotionReport({ version, policyPath, steps, ahead, evaluation: verified.evaluation });
};

/** Brings a version into one environment. Null when its verdict does not allow it. */
const enter = async (
  promote: Promote,
  file: PolicyFile,
  proposal: Proposal,
  environment: string,
  verified: Verified,
): Promise<Step | null> => {
  const { registry, deadline } = promote;
  const { version } = proposal;
  const champion = await registry.champion(version.model, environment);
  if (champion?.artifactDigest === version.artifactDigest) {
    return { environment, state: 'unchanged', promotion: null };
  }
  const promotion =
    (await underWay(registry, proposal, environment)) ??
    (await request(promote, file, proposal, environment, verified));
  if (promotion === null) return null;
  log(`${environment}: promotion ${promotion.id}`);
  const ended = await registry.waitForPromotion(promotion.id, {
    timeoutMs: deadline.leftMs(),
    stopAtApproval: true,
    onProgress: ({ progress }) => {
      if (progress !== null) log(`… ${progress}`);
    },
  });
  return { environment, state: ended.state, promotion: ended };
};

/** A promotion that an earlier run began, as when this one only runs again after an approval. */
const underWay = async (
  registry: RegistryClient,
  { version }: Proposal,
  environment: string,
): Promise<Promotion | null> => {
  for (const state of ['rolling_out', 'awaiting_approval'] as const) {
    for await (const promotion of registry.promotions({
      model: version.model,
      environment,
      state,
    })) {
      if (promotion.version === version.number) return promotion;
    }
  }
  return null;
};

const request = async (
  promote: Promote,
  file: PolicyFile,
  proposal: Proposal,
  environment: string,
  verified: Verified,
): Promise<Promotion | null> => {
  const { registry, deadline } = promote;
  const { model, number } = proposal.version;
  const found = await passingEvaluation(registry, file.policy, proposal);
  verified.evaluation = found ?? (await evaluate(registry, proposal, file, deadline));
  for (let again = false; ; again = true) {
    if (verified.evaluation.verdict.outcome === 'fail') return null;
    try {
      const evaluation = verified.evaluation.id;
      return await registry.requestPromotion({ model, version: number, environment, evaluation });
    } catch (error) {
      const outdated = error instanceof SluiceError && error.code.startsWith('verdict_');
      if (!outdated || again) throw error;
      // The champion changed just now. The registry's word counts, not what was read a moment ago.
      log(`The verdict no longer holds (${error.message}); evaluating again.`);
      verified.evaluation = await evaluate(registry, proposal, file, deadline);
    }
  }
};

/** A passing verdict about this version, policy, data and today's champion; null if there is none. */
const passingEvaluation = async (
  registry: RegistryClient,
  policy: Policy,
  { version, dataset, reference }: Proposal,
): Promise<Judged | null> => {
  const champion = championOf(await registry.champions(version.model), policy);
  const wanted = policyDigest(policy);
  for await (const summary of registry.evaluations({
    model: version.model,
    version: version.number,
    outcome: 'pass',
  })) {
    const same =
      summary.policyDigest === wanted &&
      summary.datasets.evaluation === dataset.digest &&
      summary.datasets.reference === reference?.digest &&
      summary.champion === champion;
    if (!same) continue;
    const evaluation = await registry.evaluation(summary.id);
    if (isJudged(evaluation)) {
      log(`Evaluation ${evaluation.id} passed and still holds`);
      return evaluation;
    }
  }
  log('No passing verdict holds for what was merged; evaluating it now.');
  return null;
};

const readPolicyFile = async ({ workspace, policyPath }: Promote): Promise<PolicyFile> => {
  const text = await workspace.readPolicy(policyPath);
  if (text === null) {
    const message = `There is no ${policyPath} in the checkout.`;
    throw new SluiceError('invalid_policy', message, { faults: [{ file: policyPath, message }] });
  }
  return { path: policyPath, text, policy: parsePolicy(text, policyPath) };
};

/** Always in the policy's order: production does not come before staging because somebody named it first. */
const chosenEnvironments = (policy: Policy, wanted: readonly string[] | null): string[] => {
  const order = environmentOrder(policy);
  const unknown = wanted?.find((name) => !order.includes(name));
  if (unknown !== undefined) {
    throw new SluiceError(
      'invalid_request',
      `The policy has no environment ${unknown}, only ${order.join(', ')}.`,
    );
  }
  return order.filter((name) => wanted === null || wanted.includes(name));
};

/** Whose work was merged: the author of its pull request, or else whoever pushed it. */
const originOf = async ({ trigger, github, repository }: Promote): Promise<Origin> => {
  const pull = await github.pullRequestOf(trigger.sha);
  const author = principalNameSchema.safeParse(pull?.author ?? trigger.by);
  if (!author.success) {
    throw new SluiceError('invalid_request', 'The author of this commit has no usable name.');
  }
  return {
    author: author.data,
    source: {
      repository,
      commit: trigger.sha,
      ref: trigger.ref.slice(0, 250),
      ...(pull === null ? {} : { pullRequest: pull.number }),
    },
  };
};

/** What was reached before it broke off is reported too: it is in effect. */
const interrupted = (
  report: Report,
  steps: readonly Step[],
  journey: Parameters<typeof journeyOutputs>[0],
): Report => ({
  ...report,
  markdown: (budget) => {
    const reached = steps.length === 0 ? '' : `${table(steps)}\n\n`;
    return `${reached}${report.markdown(budget - reached.length)}`;
  },
  outputs: { ...journeyOutputs(journey), ...report.outputs },
});
