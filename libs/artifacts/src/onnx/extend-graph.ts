import {
  copyField,
  fieldTag,
  newWriter,
  writeConstant,
  writeMessage,
  writeNode,
  writeValue,
  type Constant,
  type GraphNode,
  type GraphValue,
  type Writer,
} from './graph-writer.js';
import { readerOf, wire, type Reader } from './protobuf-message.js';

/** What is put behind the nodes of a model. */
export interface GraphExtension {
  readonly inputs: readonly GraphValue[];
  /** Values that get another name wherever the model makes or reads them; they are no outputs any more. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly Constant[];
  readonly outputs: readonly GraphValue[];
  /** Opsets that the model lacks. */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes a model with more nodes, inputs and outputs. Everything that is there is copied as bytes, weights and fields of
 * newer versions included, except the names of values that are renamed.
 */
export const extendGraph = (model: Uint8Array, extension: GraphExtension): Uint8Array => {
  const reader = readerOf(model);
  const writer = newWriter();
  eachField(reader, reader.len, (tag) => {
    if (tag === fieldTag(7, wire.bytes))
      writeMessage(writer, 7, (graph) => writeGraph(reader, graph, extension));
    else copyField(reader, tag, writer);
  });
  for (const { domain, version } of extension.opsets)
    writeMessage(writer, 8, (opset) =>
      opset
        .uint32(fieldTag(1, wire.bytes))
        .string(domain)
        .uint32(fieldTag(2, wire.varint))
        .int64(version),
    );
  for (const [key, value] of Object.entries(extension.metadata))
    writeMessage(writer, 14, (entry) =>
      entry
        .uint32(fieldTag(1, wire.bytes))
        .string(key)
        .uint32(fieldTag(2, wire.bytes))
        .string(value),
    );
  return writer.finish();
};

const eachField = (reader: Reader, end: number, field: (tag: number) => void): void => {
  while (reader.pos < end) field(reader.tag());
};

const endOf = (reader: Reader): number => {
  const length = reader.size();
  return reader.pos + length;
};

/** The outermost graph: its own outputs that are renamed go, and what is new comes last, nodes behind all they read. */
const writeGraph = (reader: Reader, writer: Writer, extension: GraphExtension): void => {
  const end = endOf(reader);
  eachField(reader, end, (tag) => {
    if (tag === fieldTag(1, wire.bytes)) renameNode(reader, writer, extension.renamed);
    else if (tag === fieldTag(12, wire.bytes)) keepOutput(reader, tag, writer, extension.renamed);
    else copyField(reader, tag, writer);
  });
  for (const node of extension.nodes) writeMessage(writer, 1, (inner) => writeNode(inner, node));
  for (const constant of extension.constants)
    writeMessage(writer, 5, (inner) => writeConstant(inner, constant));
  for (const input of extension.inputs)
    writeMessage(writer, 11, (inner) => writeValue(inner, input));
  for (const output of extension.outputs)
    writeMessage(writer, 12, (inner) => writeValue(inner, output));
};

const keepOutput = (
  reader: Reader,
  tag: number,
  writer: Writer,
  renamed: ReadonlyMap<string, string>,
): void => {
  const start = reader.pos;
  const end = endOf(reader);
  let name = '';
  eachField(reader, end, (field) => {
    if (field === fieldTag(1, wire.bytes)) name = reader.string();
    else reader.skipType(field & 7, 0, field >>> 3);
  });
  if (renamed.has(name)) return;
  reader.pos = start;
  copyField(reader, tag, writer);
};

const renameNode = (reader: Reader, writer: Writer, renamed: ReadonlyMap<string, string>): void =>
  writeMessage(writer, 1, (node) => {
    const end = endOf(reader);
    eachField(reader, end, (tag) => {
      if (tag === fieldTag(1, wire.bytes) || tag === fieldTag(2, wire.bytes)) {
        const name = reader.string();
        node.uint32(tag).string(renamed.get(name) ?? name);
      } else if (tag === fieldTag(5, wire.bytes)) renameInAttribute(reader, node, renamed);
      else copyField(reader, tag, node);
    });
  });

/** Subgraphs of If, Loop and Scan read values of the graph around them by name. */
const renameInAttribute = (
  reader: Reader,
  writer: Writer,
  renamed: ReadonlyMap<string, string>,
): void =>
  writeMessage(writer, 5, (attribute) => {
    const end = endOf(reader);
    eachField(reader, end, (tag) => {
      if (tag === fieldTag(6, wire.bytes) || tag === fieldTag(11, wire.bytes))
        writeMessage(attribute, tag >>> 3, (graph) => renameInGraph(reader, graph, renamed));
      else copyField(reader, tag, attribute);
    });
  });

const renameInGraph = (
  reader: Reader,
  writer: Writer,
  renamed: ReadonlyMap<string, string>,
): void => {
  const end = endOf(reader);
  eachField(reader, end, (tag) => {
    if (tag === fieldTag(1, wire.bytes)) renameNode(reader, writer, renamed);
    else copyField(reader, tag, writer);
  });
};
