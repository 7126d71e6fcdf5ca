import { SluiceError, type Signature, type TensorSpec } from '@sluice/contracts';
import { z } from 'zod';
import type { Tensor } from '../inference/tensor.js';
import type { LoadedModel } from '../inference/worker-messages.js';
import { ElementError, elementCodecs } from './elements.js';

const parametersSchema = z.record(z.string(), z.unknown());
/** Checked element by element against the datatype, not here: a batch would be walked twice. */
const dataSchema = z.custom<readonly unknown[]>((value) => Array.isArray(value), 'expected a list');
const requestInputSchema = z.object({
  name: z.string(),
  shape: z
    .array(
      z
        .number()
        .int()
        .min(0)
        .max(2 ** 31 - 1),
    )
    .max(32),
  datatype: z.string(),
  parameters: parametersSchema.optional(),
  data: dataSchema.optional(),
});
type RequestInput = z.infer<typeof requestInputSchema>;

const inferRequestSchema = z.object({
  id: z.string().optional(),
  parameters: parametersSchema.optional(),
  inputs: z.array(requestInputSchema),
  outputs: z
    .array(z.object({ name: z.string(), parameters: parametersSchema.optional() }))
    .optional(),
});

/** A request that fits the model: what to run, and what to answer. */
export interface InferenceRequest {
  id: string | undefined;
  inputs: Tensor[];
  outputs: string[];
}

/**
 * Reads the body of an Open Inference Protocol v2 request against the model it is for.
 *
 * @throws SluiceError `invalid_request`, which names the input, what was expected and what was found
 */
export const readInferRequest = (body: unknown, model: LoadedModel): InferenceRequest => {
  const parsed = inferRequestSchema.safeParse(body);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({
      path: pathOf(path),
      message,
    }));
    throw badRequest(
      faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '),
    );
  }
  const { id, inputs, outputs } = parsed.data;
  refuseBinaryExtension(parsed.data);
  refuseWrongNames(inputs, model.signature);
  return {
    id,
    inputs: inputs.map((input) => readInput(input, model)),
    outputs: selectedOutputs(outputs, model.signature),
  };
};

const badRequest = (message: string): SluiceError => new SluiceError('invalid_request', message);

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`,
    )
    .join('');

const quoted = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name)).join(', ');

const refuseBinaryExtension = ({
  parameters,
  inputs,
  outputs,
}: z.infer<typeof inferRequestSchema>): void => {
  const asked =
    parameters?.['binary_data_output'] === true ||
    inputs.some((input) => input.parameters?.['binary_data_size'] !== undefined) ||
    (outputs ?? []).some((output) => output.parameters?.['binary_data'] === true);
  if (asked)
    throw badRequest(
      'the binary tensor data extension is not served here; send and ask for JSON data',
    );
};

const refuseWrongNames = (inputs: readonly RequestInput[], signature: Signature): void => {
  const given = inputs.map(({ name }) => name);
  const expected = signature.inputs.map(({ name }) => name);
  const twice = given.filter((name, index) => given.indexOf(name) !== index);
  const unknown = given.filter((name) => !expected.includes(name));
  const missing = expected.filter((name) => !given.includes(name));
  if (twice.length > 0) throw badRequest(`given twice: input ${quoted(twice)}`);
  if (unknown.length > 0)
    throw badRequest(`the model has no input ${quoted(unknown)}; it has ${quoted(expected)}`);
  if (missing.length > 0) throw badRequest(`missing input ${quoted(missing)}`);
};

const selectedOutputs = (
  outputs: readonly { name: string }[] | undefined,
  signature: Signature,
): string[] => {
  const offered = signature.outputs.map(({ name }) => name);
  // An empty list asks for nothing in particular, as no list does.
  if (outputs === undefined || outputs.length === 0) return offered;
  const names = outputs.map(({ name }) => name);
  const unknown = names.filter((name) => !offered.includes(name));
  if (unknown.length > 0)
    throw badRequest(`the model has no output ${quoted(unknown)}; it has ${quoted(offered)}`);
  if (new Set(names).size < names.length) throw badRequest('each output can be asked for once');
  return names;
};

const readInput = (input: RequestInput, model: LoadedModel): Tensor => {
  const about = `input ${JSON.stringify(input.name)}`;
  const spec = model.signature.inputs.find(({ name }) => name === input.name)!;
  if (input.datatype !== spec.datatype) {
    throw badRequest(
      `${about}: expected datatype ${spec.datatype}, found ${JSON.stringify(input.datatype)}`,
    );
  }
  if (!model.unrankedInputs.includes(spec.name) && !fits(input.shape, spec.shape)) {
    throw badRequest(
      `${about}: expected shape [${spec.shape.join(', ')}] where -1 is any size, found [${input.shape.join(', ')}]`,
    );
  }
  if (input.data === undefined) throw badRequest(`${about}: expected data, found none`);
  const elements = flatten(input.data, input.shape, about);
  return {
    name: spec.name,
    datatype: spec.datatype,
    shape: input.shape,
    data: decode(elements, spec, about),
  };
};

const fits = (shape: readonly number[], expected: readonly number[]): boolean =>
  shape.length === expected.length &&
  expected.every((size, index) => size === -1 || size === shape[index]);

const decode = (elements: readonly unknown[], spec: TensorSpec, about: string) => {
  const codec = elementCodecs[spec.datatype];
  try {
    return codec.decode(elements);
  } catch (error) {
    if (!(error instanceof ElementError)) throw error;
    const found = JSON.stringify(elements[error.index]).slice(0, 100);
    throw badRequest(
      `${about}: expected ${codec.expected} for datatype ${spec.datatype}, found ${found} at element ${error.index}`,
    );
  }
};

/** Row-major elements of data that is either flat or nested just as its shape says. */
const flatten = (
  data: readonly unknown[],
  shape: readonly number[],
  about: string,
): readonly unknown[] => {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (Array.isArray(data[0]) || (shape.length > 1 && expected === 0 && data.length > 0))
    return unnest(data, shape, about);
  if (data.length !== expected) {
    throw badRequest(
      `${about}: expected ${expected} elements for shape [${shape.join(', ')}], found ${data.length}`,
    );
  }
  return data;
};

const unnest = (data: readonly unknown[], shape: readonly number[], about: string): unknown[] => {
  const elements: unknown[] = [];
  const walk = (node: unknown, depth: number): void => {
    if (depth === shape.length) {
      elements.push(node);
      return;
    }
    if (!Array.isArray(node) || node.length !== shape[depth]) {
      const found = Array.isArray(node) ? `a list of ${node.length}` : 'no list';
      throw badRequest(
        `${about}: expected data nested as shape [${shape.join(', ')}]: at depth ${depth} a list of ${shape[depth]}, found ${found}`,
      );
    }
    for (const child of node) walk(child, depth + 1);
  };
  walk(data, 0);
  return elements;
};
