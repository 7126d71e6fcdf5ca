import type { TensorSpec } from '@sluice/contracts';
import type { TensorData } from '../inference/tensor.js';
import { halfBitsOf, halfOfBits } from './half-precision.js';

/** How one datatype's elements stand in JSON. */
export interface ElementCodec {
  /** What an element has to be, for the message to whoever sent something else. */
  expected: string;
  /** Reads all elements; throws `ElementError` at the first that does not fit. */
  decode(elements: readonly unknown[]): TensorData;
  encode(data: TensorData): unknown[];
}

/** The element at `index` is not what its datatype wants. */
export class ElementError extends Error {
  constructor(readonly index: number) {
    super(`element ${index}`);
  }
}

type IntegerArray = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;
type BigIntegerArray = BigUint64Array | BigInt64Array;

const integers = (
  make: (length: number) => IntegerArray,
  least: number,
  most: number,
): ElementCodec => ({
  expected: `whole numbers from ${least} to ${most}`,
  decode: (elements) =>
    filled(make(elements.length), elements, (element) =>
      Number.isInteger(element) && (element as number) >= least && (element as number) <= most
        ? (element as number)
        : undefined,
    ),
  encode: (data) => Array.from(data as IntegerArray),
});

/**
 * 64-bit integers. A JSON number is exact only up to 2^53 − 1 in most languages, ours too: beyond that they
 * are decimal strings, in requests and in answers.
 */
const bigIntegers = (
  make: (length: number) => BigIntegerArray,
  least: bigint,
  most: bigint,
): ElementCodec => ({
  expected: `whole numbers from ${least} to ${most}, as strings beyond ±(2^53 − 1)`,
  decode: (elements) =>
    filled(make(elements.length), elements, (element) => {
      const exact =
        Number.isSafeInteger(element) ||
        (typeof element === 'string' && /^-?\d{1,20}$/.test(element));
      const value = exact ? BigInt(element as number | string) : undefined;
      return value !== undefined && value >= least && value <= most ? value : undefined;
    }),
  encode: (data) =>
    Array.from(data as BigInt64Array, (value) =>
      Number.isSafeInteger(Number(value)) ? Number(value) : String(value),
    ),
});

/** JSON has no words for these; they are strings, as in protobuf's JSON. A null is a missing number. */
const specialNumbers = new Map<unknown, number>([
  [null, NaN],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const floats = (
  make: (length: number) => Uint16Array | Float32Array | Float64Array,
  toStored: (value: number) => number,
  toNumber: (stored: number) => number,
  largest: number,
): ElementCodec => ({
  expected: `numbers up to ±${largest}, null or "NaN", "Infinity", "-Infinity"`,
  decode: (elements) =>
    filled(make(elements.length), elements, (element) => {
      if (typeof element === 'number')
        return Math.abs(element) <= largest ? toStored(element) : undefined;
      const special = specialNumbers.get(element);
      return special === undefined ? undefined : toStored(special);
    }),
  encode: (data) =>
    Array.from(data as Float64Array, (stored) => {
      const value = toNumber(stored);
      return Number.isFinite(value) ? value : String(value);
    }),
});

const same = (value: number): number => value;

const filled = <T extends number | bigint, A extends { [index: number]: T }>(
  target: A,
  elements: readonly unknown[],
  read: (element: unknown) => T | undefined,
): A => {
  for (let index = 0; index < elements.length; index += 1) {
    const value = read(elements[index]);
    if (value === undefined) throw new ElementError(index);
    target[index] = value;
  }
  return target;
};

const booleans: ElementCodec = {
  expected: 'true or false',
  decode: (elements) =>
    filled(new Uint8Array(elements.length), elements, (element) =>
      typeof element === 'boolean' ? Number(element) : undefined,
    ),
  encode: (data) => Array.from(data as Uint8Array, (value) => value !== 0),
};

const texts: ElementCodec = {
  expected: 'strings',
  decode: (elements) => {
    const wrong = elements.findIndex((element) => typeof element !== 'string');
    if (wrong >= 0) throw new ElementError(wrong);
    return [...(elements as string[])];
  },
  encode: (data) => data as string[],
};

export const elementCodecs: Record<TensorSpec['datatype'], ElementCodec> = {
  BOOL: booleans,
  UINT8: integers((length) => new Uint8Array(length), 0, 2 ** 8 - 1),
  UINT16: integers((length) => new Uint16Array(length), 0, 2 ** 16 - 1),
  UINT32: integers((length) => new Uint32Array(length), 0, 2 ** 32 - 1),
  UINT64: bigIntegers((length) => new BigUint64Array(length), 0n, 2n ** 64n - 1n),
  INT8: integers((length) => new Int8Array(length), -(2 ** 7), 2 ** 7 - 1),
  INT16: integers((length) => new Int16Array(length), -(2 ** 15), 2 ** 15 - 1),
  INT32: integers((length) => new Int32Array(length), -(2 ** 31), 2 ** 31 - 1),
  INT64: bigIntegers((length) => new BigInt64Array(length), -(2n ** 63n), 2n ** 63n - 1n),
  FP16: floats((length) => new Uint16Array(length), halfBitsOf, halfOfBits, 65_504),
  FP32: floats((length) => new Float32Array(length), same, same, 3.4028234663852886e38),
  FP64: floats((length) => new Float64Array(length), same, same, Number.MAX_VALUE),
  BYTES: texts,
};
