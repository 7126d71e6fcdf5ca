import { datasetFormatOfPath, SluiceError, type Policy } from '@sluice/contracts';
import { objectiveOf } from './fit-inputs.js';
import type { Method, MitigationOptions } from './mitigation-options.js';

/** Methods that change training data, and so need to be told which it is. */
const ofTrainingData: readonly Method[] = [
  'reweighing',
  'disparate-impact-remover',
  'correlation-remover',
];

/**
 * Whether options fit the method and each other, as far as no file needs to be looked at.
 *
 * @throws SluiceError `invalid_request`
 */
export const checkOptions = (options: MitigationOptions, policy: Policy): void => {
  objectiveOf(options);
  for (const which of ['fit', 'judge'] as const)
    if (options[`${which}Predictions`] !== undefined && options[which] === undefined)
      throw refused(`--${which}-predictions needs --${which} beside it.`);
  if (ofTrainingData.includes(options.method)) requireFit(options, policy);
  if (options.method === 'reranking') requireList(options);
  if (writesTables(options.method)) requireTableOutput(options);
  else requireDecisionOutput(options, policy);
};

const refused = (message: string): SluiceError => new SluiceError('invalid_request', message);

const requireFit = ({ fit, method }: MitigationOptions, { data }: Policy): void => {
  if (fit === undefined)
    throw refused(
      `${method} changes training data: give the table that the model is trained on with --fit. ${data.evaluation} is for judging it.`,
    );
};

const writesTables = (method: Method): boolean =>
  ofTrainingData.includes(method) || method === 'reranking';

/** A list is of one table, and nothing is fitted to another. */
const requireList = ({ fit, size, outputJudge }: MitigationOptions): void => {
  if (size === undefined) throw refused('reranking makes a list: say how long with --size.');
  if (fit !== undefined) throw refused('reranking fits nothing: name the rows with --judge.');
  if (outputJudge !== undefined) throw refused('reranking writes its list to --output.');
};

const requireTableOutput = ({ output, outputJudge }: MitigationOptions): void => {
  for (const name of [output, outputJudge])
    if (name !== undefined && datasetFormatOfPath(name) === undefined)
      throw refused(`${name} is no name for a table; use .parquet, .csv or .jsonl.`);
};

const requireDecisionOutput = (
  { output, outputJudge, method }: MitigationOptions,
  { artifact }: Policy,
): void => {
  const writesModel = artifact !== undefined;
  const suits =
    output === undefined ||
    (writesModel ? /\.onnx$/i.test(output) : datasetFormatOfPath(output) !== undefined);
  if (!suits)
    throw refused(
      `${output} is no name for what ${method} writes, which is ${writesModel ? 'a model (.onnx)' : 'a table (.parquet, .csv or .jsonl)'}.`,
    );
  if (outputJudge !== undefined && !writesModel)
    throw refused('--output-judge is for methods that change features or draw lots.');
};
