import protobuf from 'protobufjs/minimal.js';
import { message, readerOf, readMessage, text, type Fields } from './protobuf-message.js';

/** Protobuf's wire type of messages, text and bytes. */
const delimited = 2;
/** onnx.proto's ModelProto.graph, GraphProto.node, NodeProto.attribute and the fields of AttributeProto. */
const graphField = 7;
const nodeField = 1;
const attributeField = 5;
const attributeString = 3;

/**
 * A model whose StringNormalizer nodes change case by a locale of this name, where they name none. skl2onnx leaves it
 * out for every text model that lowers case, and the runtime then asks for `en_US.UTF-8`, which small images lack.
 *
 * @returns null when the model has no such node
 */
export const withTextLocale = (model: Uint8Array, locale: string): Uint8Array | null => {
  let changed = false;
  const copy = replaceFields(model, graphField, (graph) =>
    replaceFields(graph, nodeField, (node) => {
      if (!lacksLocale(node)) return node;
      changed = true;
      return Buffer.concat([node, localeAttribute(locale)]);
    }),
  );
  return changed ? copy : null;
};

const lacksLocale = (node: Uint8Array): boolean => {
  let operator = '';
  const attributes: string[] = [];
  const attribute: Fields = { 1: text((name) => attributes.push(name)) };
  readMessage(readerOf(node), node.byteLength, {
    4: text((name) => (operator = name)),
    [attributeField]: message(() => attribute),
  });
  return operator === 'StringNormalizer' && !attributes.includes('locale');
};

const localeAttribute = (locale: string): Uint8Array => {
  const writer = protobuf.Writer.create().uint32(tagOf(attributeField)).fork();
  writer.uint32(tagOf(1)).string('locale').uint32(tagOf(4)).string(locale);
  // The type of the value, which is varint's wire type 0.
  return writer
    .uint32(20 << 3)
    .int32(attributeString)
    .ldelim()
    .finish();
};

const tagOf = (field: number): number => (field << 3) | delimited;

/** A message with the content of one of its fields replaced wherever it comes, and all else as it was. */
const replaceFields = (
  bytes: Uint8Array,
  field: number,
  replace: (content: Uint8Array) => Uint8Array,
): Uint8Array => {
  const reader = readerOf(bytes);
  const parts: Uint8Array[] = [];
  while (reader.pos < bytes.byteLength) {
    const start = reader.pos;
    const tag = reader.tag();
    if (tag === tagOf(field)) {
      const length = reader.size();
      const content = replace(bytes.subarray(reader.pos, reader.pos + length));
      reader.skip(length);
      parts.push(protobuf.Writer.create().uint32(tag).bytes(content).finish());
    } else {
      reader.skipType(tag & 7, 0, tag >>> 3);
      parts.push(bytes.subarray(start, reader.pos));
    }
  }
  return Buffer.concat(parts);
};
