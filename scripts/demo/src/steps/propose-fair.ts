import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest, Promotion, Version } from '@sluice/contracts';
import { expect } from '../expectation.js';
import { short, type Answer } from '../prediction.js';
import type { Story } from '../story.js';
import { Traffic } from '../traffic.js';
import { gateProposal, type Proposal } from './gate-proposal.js';
import { promoteCommit, refusalOf } from './promote-commit.js';
import { showAnswer } from './release-champion.js';

export const fair: Omit<Proposal, 'number'> & { title: string } = {
  author: 'carol',
  branch: 'fair',
  title: 'A fair model',
  model: 'proposals/fair.onnx',
  outcome: 'pass',
};

/** Pull request 2: a model that passes, and its whole way to production under traffic. */
export const proposeFair = async (
  story: Story,
  number: number,
  { champion, digest }: { champion: Answer; digest: Digest },
): Promise<void> => {
  const { narrator, github } = story;
  narrator.chapter(`Pull request ${number}: a fair model`);
  narrator.say('carol proposes a model that leaves out age and what tells it. The same workflow:');
  await gateProposal(story, { ...fair, number });
  narrator.done('the gate passes: the action ended with exit code 0');

  narrator.chapter('Merge, approval, rollout');
  github.merge(number, 'carol');
  narrator.say(
    `carol merges #${number}. From here on, clients ask production for predictions without a pause.`,
    'The workflow on main runs the action in mode promote:',
  );
  const version = await releaseUnderTraffic(story, digest, champion);

  narrator.chapter('The same question again');
  const after = await showAnswer(story, digest);
  expect(
    after.version === String(version.number),
    `Version ${version.number} should answer, and ${after.version} did.`,
  );
  narrator.frame(
    'The applicant of request.json, 23 years old',
    [
      `before   ${champion.label}, P(good) = ${champion.good.toFixed(3)}, answered by version ${champion.version}`,
      `         ${champion.artifactDigest}`,
      `after    ${after.label}, P(good) = ${after.good.toFixed(3)}, answered by version ${after.version}`,
      `         ${after.artifactDigest}`,
    ].join('\n'),
  );
};

const releaseUnderTraffic = async (
  story: Story,
  digest: Digest,
  champion: Answer,
): Promise<Version> => {
  const { sluice, cast, home } = story;
  const gatewayBefore = gatewayProcess(home);
  const traffic = new Traffic(sluice.gatewayUrl, cast.ci.secret);
  try {
    const version = await promoteCommit(story, {
      name: 'main-fair',
      model: fair.model,
      digest,
      event: story.github.pushed('carol'),
      whileWaiting: (promotion) => carolMayNot(story, promotion),
    });
    await traffic.answeredBy(digest);
    await report(story, traffic, champion.artifactDigest, digest, gatewayBefore);
    return version;
  } finally {
    await traffic.stop();
  }
};

/** Carol has an approver's key, and made this version herself. */
const carolMayNot = async ({ narrator, cast }: Story, { id }: Promotion): Promise<void> => {
  const refusal = await refusalOf(cast.carol.client.approvePromotion(id), 'forbidden');
  narrator.done(`carol tried to approve her own model, and was refused: ${refusal}`);
};

const report = async (
  { narrator, home }: Story,
  traffic: Traffic,
  before: Digest,
  after: Digest,
  gatewayBefore: number | null,
): Promise<void> => {
  const { answers, failures } = await traffic.stop();
  const strangers = [...answers.keys()].filter((digest) => digest !== before && digest !== after);
  expect(strangers.length === 0, `Other artifacts answered too: ${strangers.join(', ')}.`);
  const counts = [...answers].map(([digest, count]) => `${count} by ${short(digest)}`);
  const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
  if (failures.length > 0 && gatewayProcess(home) !== gatewayBefore) {
    narrator.step(
      `the gateway itself was started anew meanwhile: ${failures.length} requests found nobody there`,
    );
    narrator.done(`${total} predictions during the rollout: ${counts.join(', ')}`);
    return;
  }
  expect(
    failures.length === 0,
    `No prediction should fail during a rollout; ${failures.length} did, the first with: ${failures[0]}`,
  );
  narrator.done(`${total} predictions during the rollout: ${counts.join(', ')}; none failed`);
};

/** The process that holds the gateway's connections: were it killed, requests that it had could not be answered. */
const gatewayProcess = (home: string): number | null => {
  const { services } = JSON.parse(readFileSync(join(home, 'up.json'), 'utf8')) as {
    services: { deployer: { pid: number | null } };
  };
  return services.deployer.pid;
};
