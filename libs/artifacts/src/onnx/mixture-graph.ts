import { extendGraph } from './extend-graph.js';
import {
  extensibleModel,
  invalidModel,
  metadataKey,
  missingOpsets,
  outputOf,
  uniformLots,
  type ExtensibleModel,
} from './extensible-model.js';
import { graphPrefix } from './graph-builder.js';
import { elementType, type GraphValue } from './graph-writer.js';
import { groupPositions, type GraphGroups } from './group-lookup.js';
import {
  favorableScore,
  labelOutput,
  ownLabel,
  ownPrediction,
  type GraphLabels,
} from './label-nodes.js';

/** Scores of which a model is to replace some by lot, after its own nodes. */
export interface GraphMixture extends GraphGroups, GraphLabels {
  /** For each group its values, how likely a score gives way, and what to. */
  readonly groups: readonly {
    readonly group: readonly string[];
    readonly chance: number;
    readonly baseRate: number;
  }[];
  /** Stays in the file's metadata, under `sluice.mitigation`. */
  readonly note: string;
}

/** What scores that the model itself gives are called once others take their name. */
const ownScores = `${graphPrefix}scores`;

/**
 * Writes an ONNX model of which some scores give way to the base rate of the row's group: those of rows whose `uniform`,
 * an input more, is below the group's chance. Such a row is favorable when the base rate is at least ½. All other rows
 * keep their scores, to the bit, and the label that the model gives them.
 *
 * @throws SluiceError `invalid_artifact` when the model can't be extended, `invalid_request` when it was already
 */
export const mixtureGraph = async (
  bytes: Uint8Array,
  mixture: GraphMixture,
  file: string,
): Promise<Uint8Array> => {
  const model = await extensibleModel(bytes, file, true);
  const { graph } = model;
  // A group that isn't listed keeps its scores.
  const groups =
    mixture.unseen === 'keep' ? [...mixture.groups, { chance: 0, baseRate: 0 }] : mixture.groups;
  const group = groupPositions(model, mixture);
  const perGroup = (name: string, values: readonly number[]): string =>
    graph.node('Gather', [graph.doubles(`${name}s`, values), group], name, { axis: 0 });
  const chance = perGroup(
    'chance',
    groups.map((each) => each.chance),
  );
  const replaced = graph.node('Less', [uniformLots(model, elementType.DOUBLE), chance], 'replaced');
  const baseRate = perGroup(
    'base_rate',
    groups.map((each) => each.baseRate),
  );
  const own = ownPrediction(model, mixture, favorableScore(model, mixture, ownScores));
  const label = labelOutput(model, mixture, favorableOf(model, { replaced, baseRate, own }));
  const scores = scoresOutput(model, mixture, { replaced, baseRate });
  return extendGraph(bytes, {
    inputs: graph.inputs,
    renamed: new Map([
      ...(mixture.label === null ? [] : [[mixture.label, ownLabel] as const]),
      [mixture.scores.name, ownScores],
    ]),
    nodes: graph.nodes,
    constants: graph.constants,
    outputs: [label, scores],
    opsets: missingOpsets(model),
    metadata: { [metadataKey]: mixture.note },
  });
};

/** Whether each row is favorable: by the base rate where that took the place of the score, else as the model says. */
const favorableOf = (
  { graph }: ExtensibleModel,
  of: { readonly replaced: string; readonly baseRate: string; readonly own: string },
): string => {
  const low = graph.node('Less', [of.baseRate, graph.doubles('even', [0.5], [])], 'is_low');
  const high = graph.node('Not', [low], 'is_high');
  // ONNX Runtime has no Where of booleans.
  const changed = graph.node('And', [of.replaced, high], 'changed');
  const keeps = graph.node('Not', [of.replaced], 'keeps');
  const kept = graph.node('And', [keeps, of.own], 'kept');
  return graph.node('Or', [kept, changed], 'decided');
};

/** The output of scores in the form it had: one of each label, or that of the favorable one alone. */
const scoresOutput = (
  model: ExtensibleModel,
  { scores: { name, column } }: GraphMixture,
  { replaced, baseRate }: { readonly replaced: string; readonly baseRate: string },
): GraphValue => {
  const { graph, file } = model;
  const { datatype, shape } = outputOf(model, name);
  if (datatype !== 'FP32' && datatype !== 'FP64')
    throw invalidModel(
      `The scores of ${file} are of type ${datatype}, which scores are not mixed in`,
      'Export them as 32-bit or 64-bit floating point.',
      file,
    );
  const type = datatype === 'FP32' ? 'FLOAT' : 'DOUBLE';
  const inRank = (value: string, of: string): string =>
    shape.length === 1
      ? value
      : graph.node('Reshape', [value, graph.integers('column', [-1, 1])], of);
  const rate = inRank(baseRate, 'base_rate_column');
  const both = column === null ? rate : bothScores(model, rate, column);
  const given = graph.cast(both, type, 'given');
  const inputs = [inRank(replaced, 'replaced_column'), given, ownScores];
  graph.nodes.push({ operator: 'Where', inputs, output: name });
  return { name, type: elementType[type], shape };
};

/** The scores of both labels by that of the favorable one, in the model's order, [n, 2]. */
const bothScores = ({ graph }: ExtensibleModel, rate: string, column: number): string => {
  const rest = graph.node('Sub', [graph.doubles('one', [1], []), rate], 'base_rate_of_other');
  const pair = column === 1 ? [rest, rate] : [rate, rest];
  return graph.node('Concat', pair, 'both_base_rates', { axis: 1 });
};
