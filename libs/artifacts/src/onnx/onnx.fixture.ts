import { elementType, fieldTag, newWriter, writeMessage, type Writer } from './graph-writer.js';

/** ONNX's numbers for the element types that fixtures use. */
export const onnxType = {
  ...elementType,
  UINT8: 2,
  INT8: 3,
  FLOAT16: 10,
  UINT64: 13,
  BFLOAT16: 16,
} as const;
type OnnxType = (typeof onnxType)[keyof typeof onnxType];

export interface FixtureValue {
  name: string;
  type?: OnnxType;
  /** A string names a dimension, null leaves it open; no shape at all leaves the rank open. */
  shape?: readonly (number | string | null)[];
  /** A sequence of maps, as ZipMap makes, in place of a tensor. */
  sequence?: boolean;
}

export interface FixtureInitializer {
  name: string;
  type?: OnnxType;
  dims: readonly number[];
  floats?: readonly number[];
  integers?: readonly number[];
  /** Key-value pairs of external data; the tensor then has none of its own. */
  external?: readonly (readonly [key: string, value: string])[];
  /** Leave the mark "external" out although external data is named. */
  unmarked?: boolean;
}

export type FixtureAttribute =
  | { float: number }
  | { integer: number }
  | { floats: readonly number[] }
  | { integers: readonly (number | string)[] }
  | { text: string }
  | { texts: readonly string[] }
  | { tensor: FixtureInitializer }
  | { tensors: readonly FixtureInitializer[] }
  | { sparseTensor: FixtureInitializer }
  | { sparseTensors: readonly FixtureInitializer[] }
  | { graph: FixtureModel }
  | { graphs: readonly FixtureModel[] };

export interface FixtureNode {
  operator: string;
  domain?: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Record<string, FixtureAttribute>;
}

export interface FixtureModel {
  inputs: readonly FixtureValue[];
  outputs: readonly FixtureValue[];
  nodes: readonly FixtureNode[];
  initializers?: readonly FixtureInitializer[];
  sparseInitializers?: readonly FixtureInitializer[];
  /** Nodes of a local function and a training graph, for tests of what a reader must not overlook. */
  functionNodes?: readonly FixtureNode[];
  functionDefaults?: Record<string, FixtureAttribute>;
  trainingInitializers?: readonly FixtureInitializer[];
  irVersion?: number;
}

/** Writes a real ONNX model that runtimes load: for tests, which can so say what is in it. */
export const buildOnnxModel = (model: FixtureModel): Buffer => {
  const writer = newWriter();
  writer.uint32(fieldTag(1, 0)).int64(model.irVersion ?? 8);
  writer.uint32(fieldTag(2, 2)).string('sluice-fixture').uint32(fieldTag(3, 2)).string('1.0');
  writeMessage(writer, 7, (graph) => writeGraph(graph, model));
  for (const [domain, version] of [
    ['', 17],
    ['ai.onnx.ml', 3],
  ] as const) {
    writeMessage(writer, 8, (opset) =>
      opset.uint32(fieldTag(1, 2)).string(domain).uint32(fieldTag(2, 0)).int64(version),
    );
  }
  if (model.trainingInitializers !== undefined) {
    const training: FixtureModel = {
      inputs: [],
      outputs: [],
      nodes: [],
      initializers: model.trainingInitializers,
    };
    writeMessage(writer, 20, (info) =>
      writeMessage(info, 2, (graph) => writeGraph(graph, training)),
    );
  }
  if (model.functionNodes !== undefined)
    writeFunction(writer, model.functionNodes, model.functionDefaults);
  return Buffer.from(writer.finish());
};

const writeGraph = (writer: Writer, model: FixtureModel): void => {
  for (const node of model.nodes) writeMessage(writer, 1, (inner) => writeNode(inner, node));
  writer.uint32(fieldTag(2, 2)).string('fixture');
  for (const tensor of model.initializers ?? [])
    writeMessage(writer, 5, (inner) => writeTensor(inner, tensor));
  for (const value of model.inputs) writeMessage(writer, 11, (inner) => writeValue(inner, value));
  for (const value of model.outputs) writeMessage(writer, 12, (inner) => writeValue(inner, value));
  for (const tensor of model.sparseInitializers ?? []) writeSparse(writer, 15, tensor);
};

const writeSparse = (writer: Writer, field: number, values: FixtureInitializer): void =>
  writeMessage(writer, field, (sparse) =>
    writeMessage(sparse, 1, (inner) => writeTensor(inner, values)),
  );

const writeFunction = (
  writer: Writer,
  nodes: readonly FixtureNode[],
  defaults: Record<string, FixtureAttribute> = {},
): void =>
  writeMessage(writer, 25, (inner) => {
    inner.uint32(fieldTag(1, 2)).string('Local').uint32(fieldTag(10, 2)).string('local');
    for (const node of nodes) writeMessage(inner, 7, (body) => writeNode(body, node));
    for (const [name, attribute] of Object.entries(defaults)) {
      writeMessage(inner, 11, (body) => writeAttribute(body, name, attribute));
    }
  });

const writeNode = (writer: Writer, node: FixtureNode): void => {
  for (const name of node.inputs) writer.uint32(fieldTag(1, 2)).string(name);
  for (const name of node.outputs) writer.uint32(fieldTag(2, 2)).string(name);
  writer.uint32(fieldTag(4, 2)).string(node.operator);
  for (const [name, attribute] of Object.entries(node.attributes ?? {})) {
    writeMessage(writer, 5, (inner) => writeAttribute(inner, name, attribute));
  }
  if (node.domain !== undefined) writer.uint32(fieldTag(7, 2)).string(node.domain);
};

const attributeTypes = {
  float: 1,
  integer: 2,
  text: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  integers: 7,
  texts: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
} as const;

const writeAttribute = (writer: Writer, name: string, attribute: FixtureAttribute): void => {
  const kind = Object.keys(attribute)[0] as keyof typeof attributeTypes;
  if ('float' in attribute) writer.uint32(fieldTag(2, 5)).float(attribute.float);
  if ('integer' in attribute) writer.uint32(fieldTag(3, 0)).int64(attribute.integer);
  if ('text' in attribute) writer.uint32(fieldTag(4, 2)).string(attribute.text);
  if ('tensor' in attribute)
    writeMessage(writer, 5, (inner) => writeTensor(inner, attribute.tensor));
  if ('tensors' in attribute)
    for (const value of attribute.tensors)
      writeMessage(writer, 10, (inner) => writeTensor(inner, value));
  if ('sparseTensor' in attribute) writeSparse(writer, 22, attribute.sparseTensor);
  if ('sparseTensors' in attribute)
    for (const value of attribute.sparseTensors) writeSparse(writer, 23, value);
  if ('graphs' in attribute)
    for (const value of attribute.graphs)
      writeMessage(writer, 11, (inner) => writeGraph(inner, value));
  if ('graph' in attribute) writeMessage(writer, 6, (inner) => writeGraph(inner, attribute.graph));
  if ('floats' in attribute)
    for (const value of attribute.floats) writer.uint32(fieldTag(7, 5)).float(value);
  if ('integers' in attribute)
    for (const value of attribute.integers) writer.uint32(fieldTag(8, 0)).int64(value);
  if ('texts' in attribute)
    for (const value of attribute.texts) writer.uint32(fieldTag(9, 2)).string(value);
  // Behind its values, which is legal and which readers must cope with.
  writer.uint32(fieldTag(1, 2)).string(name);
  writer.uint32(fieldTag(20, 0)).int32(attributeTypes[kind]);
};

const writeTensor = (writer: Writer, tensor: FixtureInitializer): void => {
  for (const dim of tensor.dims) writer.uint32(fieldTag(1, 0)).int64(dim);
  writer.uint32(fieldTag(2, 0)).int32(tensor.type ?? onnxType.FLOAT);
  writer.uint32(fieldTag(8, 2)).string(tensor.name);
  for (const value of tensor.floats ?? []) writer.uint32(fieldTag(4, 5)).float(value);
  for (const value of tensor.integers ?? []) writer.uint32(fieldTag(7, 0)).int64(value);
  if (tensor.external === undefined) return;
  for (const [key, value] of tensor.external) {
    writeMessage(writer, 13, (entry) =>
      entry.uint32(fieldTag(1, 2)).string(key).uint32(fieldTag(2, 2)).string(value),
    );
  }
  if (tensor.unmarked !== true) writer.uint32(fieldTag(14, 0)).int32(1);
};

const writeValue = (writer: Writer, value: FixtureValue): void => {
  writer.uint32(fieldTag(1, 2)).string(value.name);
  writeMessage(writer, 2, (type) =>
    value.sequence === true ? writeSequenceOfMaps(type) : writeTensorType(type, value),
  );
};

const writeTensorType = (writer: Writer, { type, shape }: FixtureValue): void =>
  writeMessage(writer, 1, (tensor) => {
    tensor.uint32(fieldTag(1, 0)).int32(type ?? onnxType.FLOAT);
    if (shape !== undefined) {
      writeMessage(tensor, 2, (dims) => {
        for (const size of shape) writeMessage(dims, 1, (dim) => writeDimension(dim, size));
      });
    }
  });

const writeDimension = (writer: Writer, size: number | string | null): void => {
  if (typeof size === 'number') writer.uint32(fieldTag(1, 0)).int64(size);
  if (typeof size === 'string') writer.uint32(fieldTag(2, 2)).string(size);
};

/** seq(map(string, tensor(float))) */
const writeSequenceOfMaps = (writer: Writer): void =>
  writeMessage(writer, 4, (sequence) =>
    writeMessage(sequence, 1, (element) =>
      writeMessage(element, 5, (map) => {
        map.uint32(fieldTag(1, 0)).int32(onnxType.STRING);
        writeMessage(map, 2, (of) =>
          writeMessage(of, 1, (tensor) => tensor.uint32(fieldTag(1, 0)).int32(onnxType.FLOAT)),
        );
      }),
    ),
  );
