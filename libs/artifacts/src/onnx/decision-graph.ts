import { extendGraph } from './extend-graph.js';
import {
  extensibleModel,
  metadataKey,
  missingOpsets,
  uniformLots,
  type ExtensibleModel,
} from './extensible-model.js';
import { elementType } from './graph-writer.js';
import { groupPositions, type GraphGroups } from './group-lookup.js';
import {
  favorableScore,
  labelOutput,
  ownLabel,
  ownPrediction,
  type GraphLabels,
} from './label-nodes.js';

/** A decision by group that a model is to take itself, after its own nodes. */
export interface GraphDecision extends GraphGroups, GraphLabels {
  /** For each group its values, and the chance of the favorable label by steps of the score. */
  readonly groups: readonly {
    readonly group: readonly string[];
    readonly cuts: readonly number[];
    readonly chances: readonly number[];
  }[];
  /** What the cuts are compared with: the score, or the model's own prediction as 1 and 0. */
  readonly of: 'score' | 'prediction';
  /** Whether lots are drawn: then there is an input `uniform` more, of numbers from 0 up to 1. */
  readonly randomized: boolean;
  /** Stays in the file's metadata, under `sluice.mitigation`. */
  readonly note: string;
}

/**
 * Writes an ONNX model that decides by group: the original graph, weights and all, and behind it a look-up of the row's
 * group and its thresholds. Scores come out as they did; the label is the new decision, under its old name. Comparisons
 * are of doubles, so that the labels are those of the rule to the last bit.
 *
 * A score that is NaN is above no cut. Lots are drawn by whoever calls: the favorable label comes out when `uniform` is
 * below the chance, so the same row with the same number gets the same label.
 *
 * @throws SluiceError `invalid_artifact` when the model can't be extended, `invalid_request` when it was already
 */
export const decisionGraph = async (
  bytes: Uint8Array,
  decision: GraphDecision,
  file: string,
): Promise<Uint8Array> => {
  const model = await extensibleModel(bytes, file, decision.randomized);
  const { graph } = model;
  const scores = favorableScore(model, decision);
  // Nodes are made when they are asked for.
  let own: string | null = null;
  const prediction = (): string => (own ??= ownPrediction(model, decision, scores));
  const group = groupPositions(model, decision);
  const value = decision.of === 'score' ? scores : graph.cast(prediction(), 'DOUBLE', 'predicted');
  const chance = chanceOf(model, decision, group, value);
  const lots = decision.randomized
    ? uniformLots(model, elementType.DOUBLE)
    : graph.doubles('half_chance', [0.5], []);
  const favorable = graph.node('Less', [lots, chance], 'favorable');
  const decided =
    decision.unseen === 'refuse'
      ? favorable
      : unlessUnlisted(model, decision, { group, favorable, prediction });
  const output = labelOutput(model, decision, decided);
  return extendGraph(bytes, {
    inputs: graph.inputs,
    renamed: new Map(decision.label === null ? [] : [[decision.label, ownLabel]]),
    nodes: graph.nodes,
    constants: graph.constants,
    outputs: [output],
    opsets: missingOpsets(model),
    metadata: { [metadataKey]: decision.note },
  });
};

/** The chance of the favorable label, [n]: of the steps of its group, the one that the value has climbed to. */
const chanceOf = (
  { graph }: ExtensibleModel,
  { groups, unseen }: GraphDecision,
  group: string,
  value: string,
): string => {
  const steps = Math.max(...groups.map(({ cuts }) => cuts.length));
  // The group of rows that keep their own prediction has chances too, which nobody looks at.
  const all = unseen === 'keep' ? [...groups, { cuts: [], chances: [0] }] : groups;
  const width = graph.integers('width', [steps + 1], []);
  let position = graph.node('Mul', [group, width], 'first_chance');
  for (let step = 0; step < steps; step += 1) {
    const cuts = graph.doubles(
      `cuts_${step}`,
      all.map(({ cuts }) => cuts[step] ?? Infinity),
    );
    const cut = graph.node('Gather', [cuts, group], `cut_${step}`, { axis: 0 });
    const above = graph.node('Greater', [value, cut], `above_${step}`);
    const climbed = graph.cast(above, 'INT64', `climbed_${step}`);
    position = graph.node('Add', [position, climbed], `chance_${step}`);
  }
  const chances = all.flatMap(({ chances }) =>
    Array.from({ length: steps + 1 }, (_, step) => chances[step] ?? (chances.at(-1) as number)),
  );
  return graph.node('Gather', [graph.doubles('chances', chances), position], 'chance', { axis: 0 });
};

/** The model's own prediction for groups that aren't listed. */
const unlessUnlisted = (
  { graph }: ExtensibleModel,
  { groups }: GraphDecision,
  decided: {
    readonly group: string;
    readonly favorable: string;
    readonly prediction: () => string;
  },
): string => {
  const last = graph.integers('unlisted', [groups.length], []);
  const unlisted = graph.node('Equal', [decided.group, last], 'is_unlisted');
  // ONNX Runtime has no Where of booleans.
  const kept = graph.node('And', [unlisted, decided.prediction()], 'kept');
  const listed = graph.node('Not', [unlisted], 'is_listed');
  const changed = graph.node('And', [listed, decided.favorable], 'changed');
  return graph.node('Or', [kept, changed], 'decided');
};
