import protobuf from 'protobufjs/minimal.js';

/** ONNX's field numbers and types that an output is written with: onnx.proto's ModelProto.graph.output. */
const field = (number: number, wireType: number): number => (number << 3) | wireType;
const graph = field(7, 2);
const output = field(12, 2);
const valueName = field(1, 2);
const valueType = field(2, 2);
const tensorType = field(1, 2);
const elementType = field(1, 0);
const float = 1;

/**
 * A model with tensors of 32-bit floats from inside its graph as further outputs, for runtimes that can't return what
 * the model makes of them (see `zipMaps` of an inspection).
 *
 * Protobuf merges a message that comes twice, so the outputs are a second graph behind the model: not a byte of the
 * model itself is touched, and no weight is decoded.
 *
 * @param names of tensors that are neither outputs nor inputs yet
 */
export const revealTensors = (model: Uint8Array, names: readonly string[]): Uint8Array => {
  const writer = protobuf.Writer.create();
  writer.uint32(graph).fork();
  for (const name of names) {
    writer.uint32(output).fork();
    writer.uint32(valueName).string(name);
    writer.uint32(valueType).fork().uint32(tensorType).fork();
    writer.uint32(elementType).int32(float);
    writer.ldelim().ldelim().ldelim();
  }
  return Buffer.concat([model, writer.ldelim().finish()]);
};
