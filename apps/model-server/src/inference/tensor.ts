import type { TensorSpec } from '@sluice/contracts';

/** Numbers of a tensor, row-major; text as strings, FP16 as its bits, BOOL as 0 and 1. */
export type TensorData =
  | string[]
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** A tensor between the protocol and the runtime: plain data, as it crosses threads. */
export interface Tensor {
  name: string;
  datatype: TensorSpec['datatype'];
  shape: number[];
  data: TensorData;
}
