import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { SluiceError, type Fault, type Signature, type TensorSpec } from '@sluice/contracts';
import type { ExternalTensor } from './external-data.js';
import { foreignFormatOf } from './foreign-format.js';
import {
  readModelFacts,
  type ClassLabels,
  type ModelFacts,
  type ValueFacts,
} from './model-facts.js';
import { readerOf } from './protobuf-message.js';
import { datatypeOf, onnxTypeName } from './tensor-types.js';

/** An output of dictionaries, one a row, and the tensor of the same scores inside the model. */
export interface ZipMapOutput {
  /** The output, as the model names it. */
  name: string;
  /** The tensor of 32-bit floats that feeds ZipMap, of shape [n, number of labels]; see `revealTensors`. */
  scores: string;
  /** The labels in the order of the scores. */
  classLabels: string[] | number[];
}

/** What an ONNX file says of itself, read without any runtime. */
export interface OnnxInspection {
  irVersion: number;
  opsets: { domain: string; version: number }[];
  producer: { name: string; version: string };
  /** Inputs without those that are initializers, and outputs; tensors only: see `unservable`. */
  signature: Signature;
  /** Inputs whose rank the model leaves open; the signature shows them as [−1]. */
  unrankedInputs: string[];
  /** Inputs and outputs that no serving protocol can carry, such as ZipMap's list of dictionaries. */
  unservable: Fault[];
  /** The labels of a classifier in the order of its scores; null if it has none, or several different lists. */
  classLabels: string[] | number[] | null;
  classLabelsAmbiguous: boolean;
  usesZipMap: boolean;
  /** Whether it may draw random numbers: what it gives then depends on what it was asked before. */
  drawsAtRandom: boolean;
  /** The outputs that are dictionaries made by ZipMap, and the tensors that these were made from. */
  zipMaps: ZipMapOutput[];
  /** Where external data is said to be, as written: unchecked until `assertSafeExternalData`. */
  externalData: string[];
  externalTensors: ExternalTensor[];
}

/** ONNX's operators that draw random numbers; Dropout does in a model that is still in training mode. */
const randomOperators = [
  'Bernoulli',
  'Dropout',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
];

/**
 * Reads an ONNX file by path or bytes: no code of it runs, and no weight of it is read.
 *
 * @param file how to name it in faults, if not by its path
 * @throws SluiceError `invalid_artifact` if it is something else, or damaged
 */
export const inspectOnnx = async (
  source: string | Uint8Array,
  file = typeof source === 'string' ? basename(source) : 'model.onnx',
): Promise<OnnxInspection> => {
  const bytes = typeof source === 'string' ? await readModel(source, file) : source;
  refuseForeignFormat(bytes, file);
  const facts = parse(bytes, file);
  return {
    irVersion: Number(facts.irVersion),
    opsets: facts.opsets,
    producer: facts.producer,
    ...signatureOf(facts, file),
    ...classLabelsOf(facts, file),
    usesZipMap: facts.operators.has('ZipMap'),
    drawsAtRandom: randomOperators.some((operator) => facts.operators.has(operator)),
    zipMaps: facts.outputs.flatMap((output) => zipMapOf(output, facts, file)),
    externalData: [...new Set(facts.externalTensors.map(({ location }) => location))],
    externalTensors: facts.externalTensors,
  };
};

const invalid = (message: string, fault: Omit<Fault, 'message'>, cause?: unknown): SluiceError =>
  new SluiceError('invalid_artifact', message, { faults: [{ message, ...fault }], cause });

const readModel = async (path: string, file: string): Promise<Uint8Array> => {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      throw invalid(
        `There is no file ${path}`,
        { file, hint: 'Check the path of the model.' },
        error,
      );
    if (code === 'EISDIR')
      throw invalid(`${path} is a folder`, { file, hint: 'Name the .onnx file in it.' }, error);
    // 2 GiB is also where protobuf, and so ONNX, ends.
    if (code === 'ERR_FS_FILE_TOO_LARGE') {
      throw invalid(
        `${file} is larger than an ONNX file can be`,
        { file, hint: 'Save its weights as external data.' },
        error,
      );
    }
    throw error;
  }
};

const refuseForeignFormat = (bytes: Uint8Array, file: string): void => {
  const foreign = foreignFormatOf(bytes);
  if (foreign === null) return;
  throw invalid(`${file} is not an ONNX model: it looks like ${foreign.looksLike}`, {
    file,
    found: foreign.looksLike,
    expected: 'an ONNX model',
    hint: foreign.hint,
  });
};

const parse = (bytes: Uint8Array, file: string): ModelFacts => {
  const facts = parseProtobuf(bytes, file);
  if (facts.irVersion <= 0n || !facts.hasGraph || facts.outputs.length === 0) {
    const missing = facts.irVersion <= 0n ? 'IR version' : facts.hasGraph ? 'output' : 'graph';
    throw invalid(`${file} is not an ONNX model: it has no ${missing}`, {
      file,
      expected: 'an ONNX model',
      hint: 'Check that the file is a complete ONNX export; `onnx.checker.check_model` tells more.',
    });
  }
  return facts;
};

const parseProtobuf = (bytes: Uint8Array, file: string): ModelFacts => {
  try {
    return readModelFacts(readerOf(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(
      `${file} is not a readable ONNX model: ${reason}`,
      {
        file,
        expected: 'an ONNX model',
        hint: 'It is damaged, cut short, or something else than ONNX.',
      },
      error,
    );
  }
};

const signatureOf = (
  facts: ModelFacts,
  file: string,
): Pick<OnnxInspection, 'signature' | 'unrankedInputs' | 'unservable'> => {
  // Before IR version 4 every initializer was listed as an input too; since, one that is listed is a default.
  const inputs = facts.inputs.filter(({ name }) => !facts.initializers.has(name));
  for (const [what, values] of [
    ['input', inputs],
    ['output', facts.outputs],
  ] as const)
    refuseUnnamed(what, values, file);
  return {
    signature: { inputs: inputs.flatMap(specOf), outputs: facts.outputs.flatMap(specOf) },
    unrankedInputs: inputs
      .filter((input) => specOf(input).length > 0 && input.shape === null)
      .map(({ name }) => name),
    unservable: [
      ...inputs.flatMap((value) => unservableOf('input', value, file)),
      ...facts.outputs.flatMap((value) => unservableOf('output', value, file)),
    ],
  };
};

const refuseUnnamed = (what: string, values: readonly ValueFacts[], file: string): void => {
  const names = values.map(({ name }) => name);
  if (names.includes(''))
    throw invalid(`An ${what} of ${file} has no name`, { file, hint: 'Export the model again.' });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw invalid(`${file} has two ${what}s named ${JSON.stringify(twice)}`, {
      file,
      hint: 'Export the model again.',
    });
  }
};

const specOf = (value: ValueFacts): TensorSpec[] => {
  const datatype = value.kind === 'tensor' ? datatypeOf(value.elementType) : undefined;
  return datatype === undefined ? [] : [{ name: value.name, datatype, shape: value.shape ?? [-1] }];
};

const unservableOf = (what: 'input' | 'output', value: ValueFacts, file: string): Fault[] => {
  if (specOf(value).length > 0) return [];
  const found =
    value.kind === 'tensor'
      ? `a tensor of ${onnxTypeName(value.elementType)}`
      : `a value of kind ${value.kind}`;
  const fromZipMap = what === 'output' && (value.kind === 'sequence' || value.kind === 'map');
  return [
    {
      message: `The ${what} ${JSON.stringify(value.name)} cannot be served`,
      file,
      path: value.name,
      found,
      expected: 'a tensor of numbers, text or booleans',
      hint: fromZipMap
        ? "Export without ZipMap: convert_sklearn(model, options={'zipmap': False})."
        : 'Cast it inside the model.',
    },
  ];
};

/** ZipMap takes one tensor of floats and gives one list of dictionaries; anything else is left to the runtime. */
const zipMapOf = ({ name, kind }: ValueFacts, facts: ModelFacts, file: string): ZipMapOutput[] => {
  if (kind !== 'sequence') return [];
  const maker = facts.zipMaps.find(
    ({ domain, outputs }) => domain === 'ai.onnx.ml' && outputs[0] === name,
  );
  const scores = maker?.inputs[0];
  const labels = maker?.classLabels.map((list) => plainLabels(list, file));
  const classLabels = labels?.find((list) => list.length > 0);
  return scores === undefined || classLabels === undefined ? [] : [{ name, scores, classLabels }];
};

const classLabelsOf = (
  facts: ModelFacts,
  file: string,
): Pick<OnnxInspection, 'classLabels' | 'classLabelsAmbiguous'> => {
  const lists = facts.classLabels
    .map((labels) => plainLabels(labels, file))
    .filter((labels) => labels.length > 0);
  const different = new Map(lists.map((labels) => [JSON.stringify(labels), labels]));
  const [only = null, ...others] = different.values();
  return others.length > 0
    ? { classLabels: null, classLabelsAmbiguous: true }
    : { classLabels: only, classLabelsAmbiguous: false };
};

const plainLabels = (labels: ClassLabels, file: string): string[] | number[] => {
  if ('strings' in labels) return labels.strings;
  const large = labels.integers.find((label) => !Number.isSafeInteger(Number(label)));
  if (large !== undefined) {
    throw invalid(`The class label ${large} of ${file} is larger than JSON can carry`, {
      file,
      expected: 'integers up to 2^53 − 1, or strings',
      hint: 'Train with labels as strings.',
    });
  }
  return labels.integers.map(Number);
};
