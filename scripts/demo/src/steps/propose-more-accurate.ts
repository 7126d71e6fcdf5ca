import type { Evaluation } from '@sluice/contracts';
import { expect } from '../expectation.js';
import type { Story } from '../story.js';
import { gateProposal, type Proposal } from './gate-proposal.js';

export const moreAccurate: Omit<Proposal, 'number'> & { title: string } = {
  author: 'bob',
  branch: 'more-accurate',
  title: 'A more accurate model',
  model: 'proposals/more-accurate.onnx',
  outcome: 'fail',
};

/** Pull request 1: the best figures of all, and one age group pays for them. The gate must fail. */
export const proposeMoreAccurate = async (story: Story, number: number): Promise<Evaluation> => {
  const { narrator } = story;
  narrator.chapter(`Pull request ${number}: a more accurate model`);
  narrator.say(
    'bob proposes a model with all 19 features. The workflow runs the action in mode gate:',
  );
  const evaluation = await gateProposal(story, { ...moreAccurate, number });
  const failed = (evaluation.verdict?.checks ?? []).filter(({ outcome }) => outcome === 'fail');
  expect(
    failed.length === 1 && failed[0]?.measure?.by === 'age_group',
    `One check should fail, on age_group; these did: ${failed.map(({ id }) => id).join(', ')}.`,
  );
  narrator.done(
    'the gate fails: the action ended with exit code 1, so the pull request is blocked',
  );
  narrator.say(`Why: ${failed[0].reason}`);
  return evaluation;
};
