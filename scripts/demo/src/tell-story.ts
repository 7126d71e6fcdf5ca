import { join } from 'node:path';
import { manifestOf } from '@sluice/artifacts';
import { manifestDigest, type Digest, type Evaluation } from '@sluice/contracts';
import { example } from './paths.js';
import { fair, proposeFair } from './steps/propose-fair.js';
import { lookBack } from './steps/look-back.js';
import { moreAccurate, proposeMoreAccurate } from './steps/propose-more-accurate.js';
import { releaseChampion, showAnswer } from './steps/release-champion.js';
import { revisit } from './steps/revisit.js';
import { model, type Story } from './story.js';

/**
 * The main job: a model in production, a pull request that the gate stops, and one that goes all the way. What an
 * earlier start has done already is recognised by its digest, and not done again.
 *
 * @returns the failing verdict's evaluation
 */
export const tellStory = async (story: Story): Promise<Evaluation> => {
  const { narrator, cast, github } = story;
  const first = await digestOf('model.onnx');
  const second = await digestOf(fair.model);
  const champion = await cast.ci.client.champion(model, 'production');

  if (champion !== null && champion.artifactDigest !== first) {
    const rejected = github.propose(moreAccurate);
    const failing = await revisit(story, rejected);
    await lookBack(story);
    return failing;
  }

  if (champion === null) await releaseChampion(story, first);
  else {
    narrator.chapter('The first model is in production, from an earlier start');
  }
  const before = await showAnswer(story, first);
  const failing = await proposeMoreAccurate(story, github.propose(moreAccurate));
  await proposeFair(story, github.propose(fair), { champion: before, digest: second });
  await lookBack(story);
  return failing;
};

const digestOf = async (file: string): Promise<Digest> =>
  manifestDigest(await manifestOf(join(example, file)));
