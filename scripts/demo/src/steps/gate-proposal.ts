import type { Evaluation } from '@sluice/contracts';
import { expect } from '../expectation.js';
import { markdownToText } from '../markdown-text.js';
import { model, runWorkflow, type Story } from '../story.js';

export interface Proposal {
  number: number;
  author: string;
  branch: string;
  model: string;
  /** What the gate must say about it. */
  outcome: 'pass' | 'fail';
}

/** Runs the gate on a pull request, as its workflow does, and shows the comment it leaves there. */
export const gateProposal = async (
  story: Story,
  { number, author, branch, model: file, outcome }: Proposal,
): Promise<Evaluation> => {
  const { narrator, github, cast } = story;
  const result = await runWorkflow(story, {
    mode: 'gate',
    name: `pull-request-${number}`,
    model: file,
    event: github.proposed(number, { author, branch }),
  });

  const comments = github.comments(number);
  expect(comments.length === 1, `#${number} should have one comment, and has ${comments.length}.`);
  const comment = comments[0]?.body ?? '';
  narrator.frame(
    `#${number} · github-actions[bot] commented`,
    markdownToText(comment, { colors: narrator.colors, width: narrator.frameWidth }),
  );

  const expected = outcome === 'pass' ? 0 : 1;
  expect(
    result.exitCode === expected,
    `The action should end with ${expected}, and ended with ${result.exitCode}.`,
  );
  expect(
    result.outputs['outcome'] === outcome,
    `The action's output should be ${outcome}, and is ${result.outputs['outcome']}.`,
  );
  expect(result.summary.includes('Sluice'), 'The action should write a job summary, and did not.');
  const evaluation = await cast.ci.client.evaluation(result.outputs['evaluation'] ?? '');
  expect(
    evaluation.outcome === outcome && evaluation.model === model,
    `The registry's verdict should be ${outcome}, and is ${evaluation.outcome}.`,
  );
  return evaluation;
};
