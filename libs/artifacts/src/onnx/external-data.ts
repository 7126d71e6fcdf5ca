import { relativePathSchema, SluiceError, type Fault } from '@sluice/contracts';
import { byteLengthOf } from './tensor-types.js';

/** A tensor whose bytes lie in another file than the model. Figures are as the model states them: unchecked. */
export interface ExternalTensor {
  tensor: string;
  location: string;
  offset: string | null;
  length: string | null;
  elementType: number;
  dims: readonly bigint[];
}

export interface SizedFile {
  path: string;
  size: number;
}

/**
 * Refuses a model that would make its runtime read anything but the artifact's own files. The runtime
 * resolves these locations itself, and runtimes have been led out of the folder (CVE-2022-25882,
 * CVE-2024-27318), so this has to happen before one sees the model.
 *
 * @param files the files beside the model, by path relative to the model's folder
 * @throws SluiceError `invalid_artifact` with a fault for each tensor
 */
export const assertSafeExternalData = (
  inspection: { externalTensors: readonly ExternalTensor[] },
  files: readonly SizedFile[],
  modelFile = 'model.onnx',
): void => {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const faults = inspection.externalTensors.flatMap((tensor) => faultsOf(tensor, sizes, modelFile));
  if (faults.length > 0) {
    throw new SluiceError(
      'invalid_artifact',
      `${modelFile} refers to data that is not safely its own.`,
      { faults },
    );
  }
};

/** What is wrong with a location by itself, before looking at any file; null if nothing is. */
export const locationFault = (location: string): string | null => {
  if (location === '') return 'is empty';
  if (location.includes('\0')) return 'contains a NUL character';
  if (location.includes('\\')) return 'contains a backslash';
  if (location.startsWith('/')) return 'is an absolute path';
  if (/^[a-z]:/i.test(location)) return 'names a drive';
  if (location.split('/').includes('..')) return 'leaves the folder of the model';
  // Also ONNX Runtime's own "*/_ORT_MEM_ADDR_/*", which makes it read a raw memory address.
  return relativePathSchema.safeParse(location).success ? null : 'is not a plain relative path';
};

const faultsOf = (
  tensor: ExternalTensor,
  sizes: ReadonlyMap<string, number>,
  file: string,
): Fault[] => {
  const about = {
    file,
    path: `tensor ${JSON.stringify(tensor.tensor)}`,
    found: JSON.stringify(tensor.location),
  };
  const fault = locationFault(tensor.location);
  if (fault !== null) {
    return [
      {
        ...about,
        message: `The location of external data ${fault}`,
        hint: 'Save the model with its data in a file beside it, referred to by name.',
      },
    ];
  }
  const size = sizes.get(tensor.location);
  if (size === undefined) {
    return [
      {
        ...about,
        message: 'The external data is not among the files of the artifact',
        expected: [...sizes.keys()].join(', '),
      },
    ];
  }
  const range = rangeFault(tensor, BigInt(size));
  return range === null
    ? []
    : [
        {
          ...about,
          message: range,
          hint: 'Was the data file cut short, or does it belong to another model?',
        },
      ];
};

const rangeFault = (tensor: ExternalTensor, size: bigint): string | null => {
  const offset = wholeNumber(tensor.offset ?? '0');
  if (offset === null) return `The offset ${JSON.stringify(tensor.offset)} is not a whole number`;
  const length =
    tensor.length === null
      ? byteLengthOf(tensor.elementType, tensor.dims)
      : wholeNumber(tensor.length);
  if (length === null) {
    return tensor.length === null
      ? 'The tensor has no length, and its type and shape give none'
      : `The length ${JSON.stringify(tensor.length)} is not a whole number`;
  }
  return offset + length <= size
    ? null
    : `Bytes ${offset} to ${offset + length} are asked for, but the file ends at ${size}`;
};

const wholeNumber = (text: string): bigint | null =>
  /^\d{1,19}$/.test(text) ? BigInt(text) : null;
