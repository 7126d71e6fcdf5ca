import { SluiceError, type Digest, type Promotion, type Version } from '@sluice/contracts';
import type { ActionResult } from '../action-run.js';
import { ExpectationFailed, expect } from '../expectation.js';
import type { WorkflowEvent } from '../github-repository.js';
import { short } from '../prediction.js';
import { model, runWorkflow, type Story } from '../story.js';

const patienceMs = 5 * 60_000;

export interface Release {
  /** Such as `main-first`: names the workspace. */
  name: string;
  /** The model that this commit brings to main. */
  model: string;
  digest: Digest;
  event: WorkflowEvent;
  /** Called while the promotion waits, before maria approves. */
  whileWaiting?(promotion: Promotion): Promise<void>;
}

/**
 * What follows a push to main: the workflow promotes to staging and asks for production, maria approves, and the new
 * version is rolled out.
 */
export const promoteCommit = async (story: Story, release: Release): Promise<Version> => {
  const { narrator, cast } = story;
  const result = await runWorkflow(story, {
    mode: 'promote',
    name: release.name,
    model: release.model,
    event: release.event,
  });
  expect(result.exitCode === 0, `The action should end with 0, and ended with ${result.exitCode}.`);
  await assertStaged(story, release.digest);

  const promotion = await cast.ci.client.promotion(promotionTo('production', result));
  if (promotion.state === 'awaiting_approval') {
    narrator.done(
      `production waits: it needs ${promotion.approvalsNeeded} approval by someone other than the author`,
    );
    await release.whileWaiting?.(promotion);
    await cast.maria.client.approvePromotion(promotion.id, { comment: 'Figures read and agreed.' });
    narrator.done('maria, who is not the author, approves');
  }
  await rolledOut(story, promotion.id, release.digest);
  return cast.ci.client.version(model, promotion.version);
};

const assertStaged = async ({ narrator, cast }: Story, digest: Digest): Promise<void> => {
  const staging = await cast.ci.client.champion(model, 'staging');
  expect(
    staging?.artifactDigest === digest,
    `Staging should run ${short(digest)}, and runs ${staging ? short(staging.artifactDigest) : 'nothing'}.`,
  );
  narrator.done(`staging runs version ${staging.version}, artifact ${short(digest)}`);
};

/** The id of the promotion that the action asked for, from its output. */
const promotionTo = (environment: string, { outputs }: ActionResult): string => {
  const steps = JSON.parse(outputs['promotion'] ?? '[]') as { environment: string; id: string }[];
  const id = steps.find((step) => step.environment === environment)?.id;
  expect(
    typeof id === 'string',
    `The action should have asked for ${environment}; its output is ${outputs['promotion']}.`,
  );
  return id;
};

const rolledOut = async (
  { narrator, cast, signal }: Story,
  id: string,
  digest: Digest,
): Promise<void> => {
  let told = '';
  const promotion = await cast.ci.client.waitForPromotion(id, {
    timeoutMs: patienceMs,
    signal,
    onProgress: ({ progress }) => {
      if (progress !== null && progress !== told) narrator.step(progress);
      told = progress ?? told;
    },
  });
  expect(
    promotion.state === 'succeeded' && promotion.artifactDigest === digest,
    `The promotion to production should succeed, and is ${promotion.state}: ${promotion.problem?.detail ?? 'no reason given'}`,
  );
  narrator.done(`production runs version ${promotion.version}, artifact ${short(digest)}`);
};

/** @returns what the registry says against it; a registry that says nothing against it is the fault here */
export const refusalOf = async (
  attempt: Promise<unknown>,
  code: SluiceError['code'],
): Promise<string> => {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof SluiceError && error.code === code) return error.message;
    throw error;
  }
  throw new ExpectationFailed(`The registry should have refused (${code}), and did not.`);
};
