import { isScore } from '../dataset/number-survey.js';
import { faultError } from '../fault-collector.js';

/** What scores are checked for: whose they are, and where their rows begin. */
export interface ScoresOrigin {
  /** What faults call the model. */
  readonly name: string;
  readonly output: string;
  readonly firstRow: number;
  readonly hasMissingValues: boolean;
}

/** @throws SluiceError `invalid_artifact` for the first that is no probability, with its row */
export const checkScores = (scores: Float64Array, origin: ScoresOrigin): void => {
  // A plain loop, since a function for each row takes several times as long.
  let wrong = 0;
  while (wrong < scores.length && isScore(scores[wrong] as number)) wrong += 1;
  if (wrong === scores.length) return;
  const value = scores[wrong] as number;
  const nan = Number.isNaN(value);
  throw faultError('invalid_artifact', [
    {
      file: origin.name,
      path: `outputs.${origin.output}`,
      message: `the model's score of row ${origin.firstRow + wrong + 1} is ${nan ? 'not a number' : 'not from 0 to 1'}`,
      found: String(value),
      expected: 'a probability, from 0 to 1',
      hint:
        nan && origin.hasMissingValues
          ? 'It was given NaN for missing values: fill them in the data, or impute them inside the model.'
          : 'Export probabilities rather than raw scores: apply the sigmoid inside the model.',
    },
  ]);
};
