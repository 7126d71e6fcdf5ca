import { datasetFormatOfPath, SluiceError } from '@sluice/contracts';
import type { MitigationResult } from './mitigation-result.js';
import type { TableFile, Workplace } from './workplace.js';

/** A result that has nothing yet but its name. */
export const emptyResult = ({ options, by }: Workplace): MitigationResult => ({
  schema: 'sluice/mitigation/v1',
  method: options.method,
  by,
  notes: [],
  rule: null,
  constraint: null,
  measures: [],
  data: [],
  weights: [],
  outputs: [],
});

/** @throws SluiceError `invalid_request` without --fit */
export const requireFit = ({ fit, options, evaluation }: Workplace): TableFile => {
  if (fit !== null) return fit;
  throw new SluiceError(
    'invalid_request',
    `${options.method} changes training data: give the table that the model is trained on with --fit. ${evaluation.name} is for judging it.`,
  );
};

/** @throws SluiceError `invalid_request` when an output's extension tells no format of tables */
export const requireTableOutput = ({ options, output, outputJudge }: Workplace): void => {
  for (const [path, name] of [
    [output, options.output],
    [outputJudge, options.outputJudge],
  ])
    if (path != null && datasetFormatOfPath(path) === undefined)
      throw new SluiceError(
        'invalid_request',
        `${name} is no name for a table; use .parquet, .csv or .jsonl.`,
      );
};
