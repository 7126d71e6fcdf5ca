import type { TensorSpec } from '@sluice/contracts';

/**
 * ONNX's TensorProto.DataType: its name, the size of one element in bits (none for text), and
 * Open Inference Protocol's name where it has one.
 */
const onnxTypes: Record<
  number,
  { name: string; bits?: number; datatype?: TensorSpec['datatype'] }
> = {
  1: { name: 'FLOAT', bits: 32, datatype: 'FP32' },
  2: { name: 'UINT8', bits: 8, datatype: 'UINT8' },
  3: { name: 'INT8', bits: 8, datatype: 'INT8' },
  4: { name: 'UINT16', bits: 16, datatype: 'UINT16' },
  5: { name: 'INT16', bits: 16, datatype: 'INT16' },
  6: { name: 'INT32', bits: 32, datatype: 'INT32' },
  7: { name: 'INT64', bits: 64, datatype: 'INT64' },
  8: { name: 'STRING', datatype: 'BYTES' },
  9: { name: 'BOOL', bits: 8, datatype: 'BOOL' },
  10: { name: 'FLOAT16', bits: 16, datatype: 'FP16' },
  11: { name: 'DOUBLE', bits: 64, datatype: 'FP64' },
  12: { name: 'UINT32', bits: 32, datatype: 'UINT32' },
  13: { name: 'UINT64', bits: 64, datatype: 'UINT64' },
  14: { name: 'COMPLEX64', bits: 64 },
  15: { name: 'COMPLEX128', bits: 128 },
  16: { name: 'BFLOAT16', bits: 16 },
  17: { name: 'FLOAT8E4M3FN', bits: 8 },
  18: { name: 'FLOAT8E4M3FNUZ', bits: 8 },
  19: { name: 'FLOAT8E5M2', bits: 8 },
  20: { name: 'FLOAT8E5M2FNUZ', bits: 8 },
  21: { name: 'UINT4', bits: 4 },
  22: { name: 'INT4', bits: 4 },
  23: { name: 'FLOAT4E2M1', bits: 4 },
};

export const datatypeOf = (elementType: number): TensorSpec['datatype'] | undefined =>
  onnxTypes[elementType]?.datatype;

export const onnxTypeName = (elementType: number): string =>
  onnxTypes[elementType]?.name ?? `type ${elementType}`;

/** The bytes that a tensor's raw data takes, or null where ONNX defines none. */
export const byteLengthOf = (elementType: number, dims: readonly bigint[]): bigint | null => {
  const bits = onnxTypes[elementType]?.bits;
  if (bits === undefined || dims.some((dim) => dim < 0n)) return null;
  return (dims.reduce((product, dim) => product * dim, 1n) * BigInt(bits) + 7n) / 8n;
};
