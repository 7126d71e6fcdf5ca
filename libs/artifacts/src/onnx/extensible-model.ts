import { SluiceError, type TensorSpec } from '@sluice/contracts';
import { GraphBuilder } from './graph-builder.js';
import { inspectOnnx, type OnnxInspection } from './inspect-onnx.js';

/** The input that lots are drawn with. */
export const uniformInput = 'uniform';

/** Where a file says what was put into it. */
export const metadataKey = 'sluice.mitigation';

/** A model that nodes are put behind, and those nodes. */
export interface ExtensibleModel {
  readonly graph: GraphBuilder;
  readonly inspection: OnnxInspection;
  readonly file: string;
}

/**
 * Looks at a model that is to be extended.
 *
 * @param randomized whether it gets an input of lots
 * @throws SluiceError `invalid_artifact` when the model can't be extended, `invalid_request` when it was already
 */
export const extensibleModel = async (
  model: Uint8Array,
  file: string,
  randomized: boolean,
): Promise<ExtensibleModel> => {
  const inspection = await inspectOnnx(model, file);
  // Its nodes would be there twice, and the second rule would be fitted to what the first made of scores.
  if (Buffer.from(model).includes(metadataKey))
    throw new SluiceError(
      'invalid_request',
      `${file} decides by group already; start from the model that it was made of.`,
    );
  const opset = opsetOf(inspection, '');
  if (opset < 9)
    throw invalidModel(
      `${file} is written for ONNX opset ${opset}; at least 9 is needed to decide by group`,
      'Export the model again for a newer opset.',
      file,
    );
  if (inspection.externalTensors.length > 0)
    throw invalidModel(
      `${file} keeps weights in other files`,
      'Save the model with its weights inside: onnx.save_model(..., save_as_external_data=False).',
      file,
    );
  if (randomized && inspection.signature.inputs.some(({ name }) => name === uniformInput))
    throw invalidModel(
      `${file} has an input ${uniformInput} already`,
      'Decide without lot, or rename that input.',
      file,
    );
  return { graph: new GraphBuilder(), inspection, file };
};

/** What stands in the way of extending a model, and what to do about it. */
export const invalidModel = (message: string, hint: string, file: string): SluiceError =>
  new SluiceError('invalid_artifact', `${message}.`, { faults: [{ message, file, hint }] });

/** The version of a domain's operators that the model uses; 0 for none. */
export const opsetOf = ({ opsets }: OnnxInspection, domain: string): number =>
  opsets.find((opset) => (opset.domain === 'ai.onnx' ? '' : opset.domain) === domain)?.version ?? 0;

/** The domain that text is encoded by, for a model that doesn't have it. */
export const missingOpsets = ({ inspection }: ExtensibleModel) =>
  opsetOf(inspection, 'ai.onnx.ml') === 0 ? [{ domain: 'ai.onnx.ml', version: 2 }] : [];

/** @throws SluiceError `invalid_artifact` when there is no such output */
export const outputOf = ({ inspection, file }: ExtensibleModel, name: string): TensorSpec => {
  const spec = inspection.signature.outputs.find((output) => output.name === name);
  if (spec === undefined)
    throw invalidModel(
      `${file} has no output ${JSON.stringify(name)}`,
      'Export the model again.',
      file,
    );
  return spec;
};

/** The position of each text in a list, or `otherwise`. The first version of the operator knows no other keys. */
export const encodedText = (
  { graph, inspection }: ExtensibleModel,
  text: string,
  keys: readonly string[],
  otherwise: number,
  name: string,
): string => {
  const first = opsetOf(inspection, 'ai.onnx.ml') === 1;
  const attributes = {
    ...(first
      ? { classes_strings: keys }
      : { keys_strings: keys, values_int64s: keys.map((_, index) => index) }),
    default_int64: otherwise,
  };
  return graph.node('LabelEncoder', [text], name, attributes, 'ai.onnx.ml');
};

/** The lots as doubles, [n], from an input that the model gets. */
export const uniformLots = ({ graph }: ExtensibleModel, type: number): string => {
  graph.inputs.push({ name: uniformInput, type, shape: [-1, 1] });
  return graph.flat(uniformInput, 'lot');
};
