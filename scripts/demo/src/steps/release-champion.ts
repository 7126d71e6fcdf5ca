import type { Digest } from '@sluice/contracts';
import { expect } from '../expectation.js';
import { askProduction, short, type Answer } from '../prediction.js';
import type { Story } from '../story.js';
import { promoteCommit } from './promote-commit.js';

/** The first model reaches production as any other does: through the workflow and an approval. */
export const releaseChampion = async (story: Story, digest: Digest): Promise<void> => {
  const { narrator, github } = story;
  narrator.chapter('The first model goes to production');
  narrator.say(
    'alice pushes the first model to main. The workflow runs the action in mode promote:',
  );
  await promoteCommit(story, {
    name: 'main-first',
    model: 'model.onnx',
    digest,
    event: github.pushed('alice'),
  });
};

/** Asks production about the applicant in request.json, and shows who answered. */
export const showAnswer = async (
  { narrator, sluice, cast, signal }: Story,
  digest: Digest,
): Promise<Answer> => {
  const answer = await askProduction(sluice.gatewayUrl, cast.ci.secret, { signal });
  expect(
    answer.artifactDigest === digest,
    `Artifact ${short(digest)} should answer, and ${short(answer.artifactDigest)} did.`,
  );
  narrator.done(
    `production answers: ${answer.label}, P(good) = ${answer.good.toFixed(3)}, by version ${answer.version}`,
  );
  narrator.step(`artifact ${answer.artifactDigest}`);
  return answer;
};
