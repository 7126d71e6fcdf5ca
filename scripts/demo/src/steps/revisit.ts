import type { Evaluation } from '@sluice/contracts';
import { short } from '../prediction.js';
import { model, type Story } from '../story.js';
import { proposeMoreAccurate } from './propose-more-accurate.js';
import { showAnswer } from './release-champion.js';

/**
 * A later start: production runs what was approved before. Nothing is promoted again; the gate is run once more on
 * pull request 1, which must still fail.
 */
export const revisit = async (story: Story, rejected: number): Promise<Evaluation> => {
  const { narrator, cast } = story;
  const { client } = cast.ci;
  narrator.chapter('Everything is kept from an earlier start');
  for (const champion of await client.champions(model))
    narrator.done(
      `${champion.environment} runs version ${champion.version}, artifact ${short(champion.artifactDigest)}, since ${new Date(champion.since).toLocaleString()}`,
    );
  const production = await client.champion(model, 'production');
  if (production !== null) await showAnswer(story, production.artifactDigest);
  const verdicts = { pass: 0, fail: 0 };
  for await (const { outcome } of client.evaluations({ model }))
    if (outcome !== null) verdicts[outcome] += 1;
  narrator.done(
    `${verdicts.pass + verdicts.fail} verdicts are on record (${verdicts.pass} pass, ${verdicts.fail} fail): GET ${client.url}/api/v1/evaluations`,
  );
  return proposeMoreAccurate(story, rejected);
};
