import type { ExternalTensor } from './external-data.js';
import {
  int,
  ints,
  message,
  readMessage,
  text,
  type Fields,
  type Reader,
} from './protobuf-message.js';

/** An input or output as the model states it. */
export interface ValueFacts {
  name: string;
  kind: 'tensor' | 'sequence' | 'map' | 'optional' | 'sparse tensor' | 'opaque' | 'untyped';
  elementType: number;
  /** −1 for a dimension that is free or only named; null if not even the rank is known. */
  shape: number[] | null;
}

export type ClassLabels = { strings: string[] } | { integers: bigint[] };

/** A node that turns a classifier's scores into dictionaries by class label, as skl2onnx adds one by default. */
export interface ZipMapFacts {
  domain: string;
  inputs: string[];
  outputs: string[];
  classLabels: ClassLabels[];
}

/** What was found in a model, before anything is concluded from it. */
export interface ModelFacts {
  irVersion: bigint;
  opsets: { domain: string; version: number }[];
  producer: { name: string; version: string };
  hasGraph: boolean;
  nodeCount: number;
  inputs: ValueFacts[];
  outputs: ValueFacts[];
  initializers: Set<string>;
  classLabels: ClassLabels[];
  operators: Set<string>;
  /** Of the graph itself: what subgraphs do with their scores is their own affair. */
  zipMaps: ZipMapFacts[];
  externalTensors: ExternalTensor[];
}

/** Subgraphs deeper than this are refused: no exporter nests them so, and unread ones would be unchecked ones. */
const deepestGraph = 24;

/** Reads ONNX's ModelProto (onnx.proto, IR version 13 and before), of which it skips the weights. */
export const readModelFacts = (reader: Reader): ModelFacts => {
  const facts: ModelFacts = {
    irVersion: 0n,
    opsets: [],
    producer: { name: '', version: '' },
    hasGraph: false,
    nodeCount: 0,
    inputs: [],
    outputs: [],
    initializers: new Set(),
    classLabels: [],
    operators: new Set(),
    zipMaps: [],
    externalTensors: [],
  };
  readMessage(reader, reader.len, modelFields(facts));
  return facts;
};

const modelFields = (facts: ModelFacts): Fields => ({
  1: int((version) => (facts.irVersion = version)),
  2: text((name) => (facts.producer.name = name)),
  3: text((version) => (facts.producer.version = version)),
  7: message(() => {
    facts.hasGraph = true;
    return { ...bodyFields(facts, 0), ...signatureFields(facts) };
  }),
  8: message(() => {
    const opset = { domain: '', version: 0 };
    facts.opsets.push(opset);
    return {
      1: text((domain) => (opset.domain = domain)),
      2: int((version) => (opset.version = Number(version))),
    };
  }),
  // Training graphs and local functions hold tensors like any other.
  20: message(() => ({ 1: graph(facts, 1), 2: graph(facts, 1) })),
  25: message(() => ({ 7: node(facts, 1), 11: attribute(facts, 1) })),
});

const signatureFields = (facts: ModelFacts): Fields => ({
  5: message(() => tensorFields(facts, (name) => facts.initializers.add(name))),
  11: message(() => valueFields(facts.inputs)),
  12: message(() => valueFields(facts.outputs)),
  15: message(() => sparseFields(facts, (name) => facts.initializers.add(name))),
});

const bodyFields = (facts: ModelFacts, depth: number): Fields => ({
  1: node(facts, depth),
  5: message(() => tensorFields(facts)),
  15: message(() => sparseFields(facts)),
});

const graph = (facts: ModelFacts, depth: number) =>
  message(() => {
    if (depth > deepestGraph) throw new RangeError(`graphs are nested deeper than ${deepestGraph}`);
    return bodyFields(facts, depth);
  });

const node = (facts: ModelFacts, depth: number) =>
  message(() => {
    facts.nodeCount += 1;
    const about: ZipMapFacts = { domain: '', inputs: [], outputs: [], classLabels: [] };
    return {
      1: text((name) => about.inputs.push(name)),
      2: text((name) => about.outputs.push(name)),
      4: text((operator) => {
        facts.operators.add(operator);
        if (operator === 'ZipMap' && depth === 0) facts.zipMaps.push(about);
      }),
      5: attribute(facts, depth, (labels) => about.classLabels.push(labels)),
      7: text((domain) => (about.domain = domain)),
    };
  });

const attribute = (
  facts: ModelFacts,
  depth: number,
  labelled: (labels: ClassLabels) => void = () => undefined,
) =>
  message((reader, end) => {
    const name = attributeNameAhead(reader, end);
    return {
      5: message(() => tensorFields(facts)),
      6: graph(facts, depth + 1),
      10: message(() => tensorFields(facts)),
      11: graph(facts, depth + 1),
      22: message(() => sparseFields(facts)),
      23: message(() => sparseFields(facts)),
      ...classLabelFields(name, (labels) => {
        facts.classLabels.push(labels);
        labelled(labels);
      }),
    };
  });

/**
 * The name may stand behind the values it names, so it is looked for first; reading every value of every
 * attribute instead would mean decoding whole tree ensembles.
 */
const attributeNameAhead = (reader: Reader, end: number): string => {
  const start = reader.pos;
  let name = '';
  readMessage(reader, end, { 1: text((value) => (name = value)) });
  reader.pos = start;
  return name;
};

/** The attributes under which classifiers, and ZipMap, keep the labels that their scores stand for. */
const classLabelFields = (attributeName: string, found: (labels: ClassLabels) => void): Fields => {
  if (attributeName === 'classlabels_strings') {
    const strings: string[] = [];
    found({ strings });
    return { 9: text((label) => strings.push(label)) };
  }
  if (attributeName === 'classlabels_int64s' || attributeName === 'classlabels_ints') {
    const integers: bigint[] = [];
    found({ integers });
    return { 8: ints((label) => integers.push(label)) };
  }
  return {};
};

const sparseFields = (
  facts: ModelFacts,
  named: (name: string) => void = () => undefined,
): Fields => ({
  1: message(() => tensorFields(facts, named)),
  2: message(() => tensorFields(facts)),
});

/**
 * A tensor without its values. It counts as external if it says so or names a location: which of the two
 * a runtime goes by is the runtime's secret.
 */
const tensorFields = (
  facts: ModelFacts,
  named: (name: string) => void = () => undefined,
): Fields => {
  const dims: bigint[] = [];
  const tensor: ExternalTensor = {
    tensor: '',
    location: '',
    offset: null,
    length: null,
    elementType: 0,
    dims,
  };
  let external = false;
  const markExternal = () => {
    if (!external) facts.externalTensors.push(tensor);
    external = true;
  };
  return {
    1: ints((dim) => dims.push(dim)),
    2: int((type) => (tensor.elementType = Number(type))),
    8: text((name) => {
      tensor.tensor = name;
      named(name);
    }),
    13: message((reader, end) => {
      const entry = keyAndValueAhead(reader, end);
      markExternal();
      if (entry.key === 'location') {
        // The runtime refuses a second location or takes one of the two; so both have to be safe.
        if (tensor.location !== '') facts.externalTensors.push({ ...tensor });
        tensor.location = entry.value;
      }
      if (entry.key === 'offset') tensor.offset = entry.value;
      if (entry.key === 'length') tensor.length = entry.value;
      return {};
    }),
    14: int((where) => {
      if (where === 1n) markExternal();
    }),
  };
};

const keyAndValueAhead = (reader: Reader, end: number): { key: string; value: string } => {
  const entry = { key: '', value: '' };
  readMessage(reader, end, {
    1: text((key) => (entry.key = key)),
    2: text((value) => (entry.value = value)),
  });
  return entry;
};

const valueFields = (values: ValueFacts[]): Fields => {
  const value: ValueFacts = { name: '', kind: 'untyped', elementType: 0, shape: null };
  values.push(value);
  const other = (kind: ValueFacts['kind']) =>
    message(() => {
      value.kind = kind;
      return {};
    });
  const tensorType: Fields = {
    1: int((type) => (value.elementType = Number(type))),
    2: message(() => {
      value.shape ??= [];
      return { 1: message(() => dimensionFields((value.shape ??= []))) };
    }),
  };
  return {
    1: text((name) => (value.name = name)),
    2: message(() => ({
      1: message(() => {
        value.kind = 'tensor';
        return tensorType;
      }),
      4: other('sequence'),
      5: other('map'),
      7: other('opaque'),
      8: other('sparse tensor'),
      9: other('optional'),
    })),
  };
};

const dimensionFields = (shape: number[]): Fields => {
  const index = shape.push(-1) - 1;
  return {
    1: int((size) => (shape[index] = size < 0n ? -1 : Number(size))),
    2: text(() => (shape[index] = -1)),
  };
};
