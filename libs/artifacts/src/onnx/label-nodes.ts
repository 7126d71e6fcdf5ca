import { graphPrefix } from './graph-builder.js';
import { elementType, type GraphValue } from './graph-writer.js';
import { encodedText, invalidModel, outputOf, type ExtensibleModel } from './extensible-model.js';

/** How a model says which label a row gets. */
export interface GraphLabels {
  readonly scores: {
    readonly name: string;
    /** The column of the favorable label; null where there is one only. */
    readonly column: number | null;
  };
  /** The output of labels, or null when the model has none: then one named `label` is added. */
  readonly label: string | null;
  readonly values: {
    readonly favorable: string | number;
    readonly other: string | number;
  };
}

/** What the label that the model itself gives is called once another takes its name. */
export const ownLabel = `${graphPrefix}label`;

/** The score of the favorable label as doubles of shape [n], from the output of scores under whatever name it has. */
export const favorableScore = (
  model: ExtensibleModel,
  { scores: { name, column } }: GraphLabels,
  value = name,
): string => {
  const { graph, file } = model;
  const taken =
    column === null
      ? value
      : graph.node(
          'Gather',
          [value, graph.integers('score_column', [column])],
          'score_of_favorable',
          {
            axis: 1,
          },
        );
  if (outputOf(model, name).shape.length > 2)
    throw invalidModel(
      `The scores of ${file} have more than two dimensions`,
      'Export the probabilities.',
      file,
    );
  return graph.cast(graph.flat(taken, 'score_flat'), 'DOUBLE', 'score');
};

/** Whether the model itself predicts the favorable label, of shape [n]. */
export const ownPrediction = (
  model: ExtensibleModel,
  { label, values }: GraphLabels,
  scores: string,
): string => {
  const { graph } = model;
  if (label === null) {
    const below = graph.node('Less', [scores, graph.doubles('half', [0.5], [])], 'base_below');
    return graph.node('Not', [below], 'base_favorable');
  }
  const flat = graph.flat(ownLabel, 'base_flat');
  if (outputOf(model, label).datatype === 'BYTES') {
    const keys = [String(values.other), String(values.favorable)];
    const code = encodedText(model, flat, keys, 0, 'base_code');
    return graph.node('Greater', [code, graph.integers('zero', [0], [])], 'base_favorable');
  }
  const long = graph.cast(flat, 'INT64', 'base_long');
  const favorable = graph.integers('favorable_long', [Number(values.favorable)], []);
  return graph.node('Equal', [long, favorable], 'base_favorable');
};

/** The output of labels, by whether each row gets the favorable one. */
export const labelOutput = (
  model: ExtensibleModel,
  { label, values }: GraphLabels,
  favorable: string,
): GraphValue => {
  const { graph } = model;
  const spec = label === null ? null : outputOf(model, label);
  const datatype = spec?.datatype ?? (typeof values.favorable === 'number' ? 'INT64' : 'BYTES');
  const constants = [values.favorable, values.other].map((value, index) =>
    labelConstant(model, index === 0 ? 'favorable_label' : 'other_label', datatype, value),
  );
  const shape = spec?.shape.length === 2 ? [-1, 1] : [-1];
  const name = label ?? 'label';
  if (shape.length === 1)
    graph.nodes.push({ operator: 'Where', inputs: [favorable, ...constants], output: name });
  else {
    const flat = graph.node('Where', [favorable, ...constants], 'label_flat');
    graph.nodes.push({
      operator: 'Reshape',
      inputs: [flat, graph.integers('column', [-1, 1])],
      output: name,
    });
  }
  const types = { BYTES: elementType.STRING, INT32: elementType.INT32 } as const;
  const type = types[datatype as keyof typeof types] ?? elementType.INT64;
  return { name, type, shape };
};

const labelConstant = (
  { graph, file }: ExtensibleModel,
  name: string,
  datatype: string,
  value: string | number,
): string => {
  if (datatype === 'BYTES')
    return graph.constant({ name: graphPrefix + name, dims: [], texts: [String(value)] });
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw invalidModel(
      `${file} gives labels as whole numbers, and ${JSON.stringify(value)} is none`,
      'Train the model on the labels as the data has them.',
      file,
    );
  return datatype === 'INT32'
    ? graph.constant({ name: graphPrefix + name, dims: [], shorts: [number] })
    : graph.integers(name, [number], []);
};
