import protobuf from 'protobufjs/minimal.js';
import { wire, type Reader } from './protobuf-message.js';

export type Writer = protobuf.Writer;

/** ONNX's numbers of the element types that are written. */
export const elementType = {
  FLOAT: 1,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  DOUBLE: 11,
} as const;

/** A constant of a graph. */
export type Constant = { readonly name: string; readonly dims: readonly number[] } & (
  | { readonly doubles: readonly number[] }
  | { readonly integers: readonly number[] }
  | { readonly shorts: readonly number[] }
  | { readonly texts: readonly string[] }
);

export interface GraphNode {
  readonly operator: string;
  /** `ai.onnx.ml`, or ONNX's own when it is left out. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[] | readonly string[]>>;
}

/** A tensor that goes into a graph or comes out; −1 for a dimension that is open. */
export interface GraphValue {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
}

export const newWriter = (): Writer => protobuf.Writer.create();

export const fieldTag = (field: number, wireType: number): number => (field << 3) | wireType;

export const writeMessage = (
  writer: Writer,
  field: number,
  write: (writer: Writer) => void,
): void => {
  writer.uint32(fieldTag(field, wire.bytes)).fork();
  write(writer);
  writer.ldelim();
};

/** Takes a field over as it is; the reader stands behind its tag. */
export const copyField = (reader: Reader, tag: number, writer: Writer): void => {
  const start = reader.pos;
  reader.skipType(tag & 7, 0, tag >>> 3);
  writer.uint32(tag).raw(reader.buf.subarray(start, reader.pos));
};

/** NodeProto. */
export const writeNode = (writer: Writer, node: GraphNode): void => {
  for (const name of node.inputs) writer.uint32(fieldTag(1, wire.bytes)).string(name);
  writer.uint32(fieldTag(2, wire.bytes)).string(node.output);
  writer.uint32(fieldTag(3, wire.bytes)).string(node.output);
  writer.uint32(fieldTag(4, wire.bytes)).string(node.operator);
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    writeMessage(writer, 5, (inner) => writeAttribute(inner, name, value));
  if (node.domain !== undefined) writer.uint32(fieldTag(7, wire.bytes)).string(node.domain);
};

/** AttributeProto: an INT (2), INTS (7) or STRINGS (8). */
const writeAttribute = (
  writer: Writer,
  name: string,
  value: number | readonly number[] | readonly string[],
): void => {
  writer.uint32(fieldTag(1, wire.bytes)).string(name);
  if (typeof value === 'number') {
    writer.uint32(fieldTag(3, wire.varint)).int64(value);
    writer.uint32(fieldTag(20, wire.varint)).int32(2);
    return;
  }
  for (const entry of value) {
    if (typeof entry === 'number') writer.uint32(fieldTag(8, wire.varint)).int64(entry);
    else writer.uint32(fieldTag(9, wire.bytes)).string(entry);
  }
  const texts = typeof value[0] === 'string';
  writer.uint32(fieldTag(20, wire.varint)).int32(texts ? 8 : 7);
};

/** TensorProto. */
export const writeConstant = (writer: Writer, constant: Constant): void => {
  for (const dim of constant.dims) writer.uint32(fieldTag(1, wire.varint)).int64(dim);
  const type = (of: number): unknown => writer.uint32(fieldTag(2, wire.varint)).int32(of);
  if ('doubles' in constant) {
    type(elementType.DOUBLE);
    for (const value of constant.doubles) writer.uint32(fieldTag(10, 1)).double(value);
  } else if ('integers' in constant) {
    type(elementType.INT64);
    for (const value of constant.integers) writer.uint32(fieldTag(7, wire.varint)).int64(value);
  } else if ('shorts' in constant) {
    type(elementType.INT32);
    for (const value of constant.shorts) writer.uint32(fieldTag(5, wire.varint)).int32(value);
  } else {
    type(elementType.STRING);
    for (const value of constant.texts) writer.uint32(fieldTag(6, wire.bytes)).string(value);
  }
  writer.uint32(fieldTag(8, wire.bytes)).string(constant.name);
};

/** ValueInfoProto of a tensor. */
export const writeValue = (writer: Writer, { name, type, shape }: GraphValue): void => {
  writer.uint32(fieldTag(1, wire.bytes)).string(name);
  writeMessage(writer, 2, (types) =>
    writeMessage(types, 1, (tensor) => {
      tensor.uint32(fieldTag(1, wire.varint)).int32(type);
      writeMessage(tensor, 2, (dims) => {
        for (const size of shape)
          writeMessage(dims, 1, (dim) => {
            if (size >= 0) dim.uint32(fieldTag(1, wire.varint)).int64(size);
          });
      });
    }),
  );
};
