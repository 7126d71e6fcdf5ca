import { tensorSpecSchema, type Signature, type TensorSpec } from '@sluice/contracts';
import type { OnnxInspection } from '@sluice/artifacts';
import type { Storage } from '../../dataset/sql.js';
import type { OutputValues } from '../read-scores.js';
import type { Endpoint } from './endpoint.js';
import { jsonNumber, numberOfJson, type RowsOfInputs } from './json-values.js';

/**
 * What an endpoint says of its model, in the words of an inspection.
 *
 * @throws SluiceError `invalid_artifact` if that is no description, `unavailable` if there is no answer
 */
export const describeModel = async ({
  client,
  modelUrl,
  classes,
}: Endpoint): Promise<OnnxInspection> => {
  const described = (await client.get(modelUrl)) as Partial<
    Record<keyof Signature, unknown>
  > | null;
  const specs = (key: keyof Signature): TensorSpec[] => {
    const list = described?.[key];
    if (!Array.isArray(list))
      throw client.fault({
        message: `the endpoint does not describe the ${key} of its model`,
        path: key,
        expected: 'a list of name, datatype and shape, as the Open Inference Protocol has it',
      });
    return list.map((entry: Partial<TensorSpec> | null, index) => {
      const parsed = tensorSpecSchema.safeParse({
        name: entry?.name,
        datatype: entry?.datatype,
        shape: entry?.shape,
      });
      if (parsed.success) return parsed.data;
      throw client.fault({
        message: `the endpoint does not describe the ${key} of its model`,
        path: `${key}[${index}]`,
        found: JSON.stringify(entry),
        expected: 'name, datatype and shape, as the Open Inference Protocol has them',
      });
    });
  };
  return {
    irVersion: 0,
    opsets: [],
    producer: { name: '', version: '' },
    signature: { inputs: specs('inputs'), outputs: specs('outputs') },
    unrankedInputs: [],
    unservable: [],
    classLabels: classes === null ? null : [...classes],
    classLabelsAmbiguous: false,
    usesZipMap: false,
    drawsAtRandom: false,
    zipMaps: [],
    externalData: [],
    externalTensors: [],
  };
};

const datatypes: Readonly<Record<Storage, TensorSpec['datatype']>> = {
  float32: 'FP32',
  float64: 'FP64',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'BOOL',
  text: 'BYTES',
};

/** The request for some rows, and for the outputs that are read. */
export const inferRequest = (
  { rows, inputs }: RowsOfInputs,
  outputs: readonly string[],
): string => {
  const tensors = inputs.map(({ name, storage, shape, valueAt, width }) => {
    const data: string[] = [];
    for (let row = 0; row < rows; row += 1)
      for (let index = 0; index < width; index += 1)
        data.push(jsonNumber(valueAt(row, index), storage));
    const head = { name, shape: [rows, ...shape], datatype: datatypes[storage] };
    return `${JSON.stringify(head).slice(0, -1)},"data":[${data.join(',')}]}`;
  });
  return `{"inputs":[${tensors.join(',')}],"outputs":${JSON.stringify(outputs.map((name) => ({ name })))}}`;
};

/**
 * An output of an answer.
 *
 * @throws Error with a sentence about what is missing
 */
export const outputOf = (answer: unknown, name: string): OutputValues => {
  const outputs = (answer as { outputs?: unknown } | null)?.outputs;
  const found = Array.isArray(outputs)
    ? (outputs as ({ name?: unknown; shape?: unknown; data?: unknown } | null)[]).find(
        (output) => output?.name === name,
      )
    : undefined;
  if (
    found === undefined ||
    found === null ||
    !Array.isArray(found.data) ||
    !Array.isArray(found.shape)
  )
    throw new Error(`the answer has no output ${JSON.stringify(name)} with a shape and data`);
  // Row-major data may be nested or flat.
  const data = (found.data as unknown[]).flat(Infinity).map(numberOfJson);
  return { dims: (found.shape as unknown[]).map(Number), data };
};
