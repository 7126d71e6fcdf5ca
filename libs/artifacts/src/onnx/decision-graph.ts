import { SluiceError, type TensorSpec } from '@sluice/contracts';
import { extendGraph } from './extend-graph.js';
import { GraphBuilder, graphPrefix } from './graph-builder.js';
import { elementType, type GraphValue } from './graph-writer.js';
import { inspectOnnx, type OnnxInspection } from './inspect-onnx.js';

/** A decision by group that a model is to take itself, after its own nodes. */
export interface GraphDecision {
  /** Protected columns, each an input of its name; the values that are known of them are text in a table. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'integer';
  }[];
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
  /** What becomes of groups that are not listed: an error of the runtime, or the model's own prediction. */
  readonly unseen: 'refuse' | 'keep';
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
  /** Stays in the file's metadata, under `sluice.mitigation`. */
  readonly note: string;
}

/** The input that lots are drawn with. */
export const uniformInput = 'uniform';

const metadataKey = 'sluice.mitigation';
/** A position that no table has: looking there is an error of the runtime. */
const nowhere = 2 ** 31;
const mostCells = 1_000_000;

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
  model: Uint8Array,
  decision: GraphDecision,
  file: string,
): Promise<Uint8Array> => {
  const inspection = await inspectOnnx(model, file);
  requireExtensible(model, inspection, decision, file);
  const builder = new DecisionBuilder(inspection, decision, file);
  return extendGraph(model, builder.build());
};

const requireExtensible = (
  model: Uint8Array,
  inspection: OnnxInspection,
  decision: GraphDecision,
  file: string,
): void => {
  // Its nodes would be there twice, and the second rule would be fitted to what the first made of scores.
  if (Buffer.from(model).includes(metadataKey))
    throw new SluiceError(
      'invalid_request',
      `${file} decides by group already; start from the model that it was made of.`,
    );
  const opset = opsetOf(inspection, '');
  if (opset < 9)
    throw invalid(
      `${file} is written for ONNX opset ${opset}; at least 9 is needed to decide by group`,
      'Export the model again for a newer opset.',
      file,
    );
  if (inspection.externalTensors.length > 0)
    throw invalid(
      `${file} keeps weights in other files`,
      'Save the model with its weights inside: onnx.save_model(..., save_as_external_data=False).',
      file,
    );
  if (decision.randomized && inspection.signature.inputs.some(({ name }) => name === uniformInput))
    throw invalid(
      `${file} has an input ${uniformInput} already`,
      'Decide without lot, or rename that input.',
      file,
    );
};

const invalid = (message: string, hint: string, file: string): SluiceError =>
  new SluiceError('invalid_artifact', `${message}.`, { faults: [{ message, file, hint }] });

const opsetOf = ({ opsets }: OnnxInspection, domain: string): number =>
  opsets.find((opset) => (opset.domain === 'ai.onnx' ? '' : opset.domain) === domain)?.version ?? 0;

class DecisionBuilder {
  private readonly graph = new GraphBuilder();

  constructor(
    private readonly inspection: OnnxInspection,
    private readonly decision: GraphDecision,
    private readonly file: string,
  ) {}

  build(): Parameters<typeof extendGraph>[1] {
    const { decision } = this;
    const base = decision.label === null ? null : `${graphPrefix}label`;
    const scores = this.scores();
    const prediction = this.prediction(base, scores);
    const group = this.groupOf();
    const chance = this.chance(
      group,
      decision.of === 'score' ? scores : this.graph.cast(prediction(), 'DOUBLE', 'predicted'),
    );
    const favorable = this.graph.node('Less', [this.uniform(), chance], 'favorable');
    const decided =
      decision.unseen === 'refuse' ? favorable : this.unless(group, favorable, prediction);
    const output = this.label(decided);
    return {
      inputs: this.graph.inputs,
      renamed: new Map(decision.label === null || base === null ? [] : [[decision.label, base]]),
      nodes: this.graph.nodes,
      constants: this.graph.constants,
      outputs: [output],
      opsets:
        opsetOf(this.inspection, 'ai.onnx.ml') === 0 ? [{ domain: 'ai.onnx.ml', version: 2 }] : [],
      metadata: { [metadataKey]: decision.note },
    };
  }

  /** The score of the favorable label as doubles of shape [n]. */
  private scores(): string {
    const { name, column } = this.decision.scores;
    const spec = this.output(name);
    const taken =
      column === null
        ? name
        : this.graph.node(
            'Gather',
            [name, this.graph.integers('score_column', [column])],
            'score_of_favorable',
            {
              axis: 1,
            },
          );
    if (spec.shape.length > 2)
      throw invalid(
        `The scores of ${this.file} have more than two dimensions`,
        'Export the probabilities.',
        this.file,
      );
    return this.graph.cast(this.graph.flat(taken, 'score_flat'), 'DOUBLE', 'score');
  }

  /** Whether the model itself predicts the favorable label, of shape [n]; nodes are made when it is asked for. */
  private prediction(base: string | null, scores: string): () => string {
    let made: string | null = null;
    return () => (made ??= this.predicted(base, scores));
  }

  private predicted(base: string | null, scores: string): string {
    const { label, values } = this.decision;
    if (base === null || label === null) {
      const below = this.graph.node(
        'Less',
        [scores, this.graph.doubles('half', [0.5], [])],
        'base_below',
      );
      return this.graph.node('Not', [below], 'base_favorable');
    }
    const flat = this.graph.flat(base, 'base_flat');
    if (this.output(label).datatype === 'BYTES') {
      const code = this.encode(
        flat,
        [String(values.other), String(values.favorable)],
        0,
        'base_code',
      );
      return this.graph.node(
        'Greater',
        [code, this.graph.integers('zero', [0], [])],
        'base_favorable',
      );
    }
    const long = this.graph.cast(flat, 'INT64', 'base_long');
    return this.graph.node(
      'Equal',
      [long, this.graph.integers('favorable_long', [Number(values.favorable)], [])],
      'base_favorable',
    );
  }

  /** The position of each row's group, [n]; groups that aren't listed are the one behind the last, or nowhere. */
  private groupOf(): string {
    const { columns, groups, unseen } = this.decision;
    const known = columns.map((_, index) => [
      ...new Set(groups.map(({ group }) => group[index] as string)),
    ]);
    const cells = known.reduce((product, values) => product * (values.length + 1), 1);
    if (cells > mostCells)
      throw invalid(
        `The columns ${columns.map(({ name }) => name).join(', ')} have too many combinations of values`,
        'Leave out a column, or put values together.',
        this.file,
      );
    const table = new Array<number>(cells).fill(unseen === 'refuse' ? nowhere : groups.length);
    const strides = known.map((_, index) =>
      known.slice(index + 1).reduce((product, values) => product * (values.length + 1), 1),
    );
    groups.forEach(({ group }, position) => {
      const cell = group.reduce(
        (sum, value, index) =>
          sum + (known[index] as string[]).indexOf(value) * (strides[index] as number),
        0,
      );
      table[cell] = position;
    });
    const codes = columns.map(({ name, type }, index) => {
      const values = known[index] as string[];
      const text = this.protectedText(name, type, index);
      const code = this.encode(text, values, values.length, `code_${index}`);
      return this.graph.node(
        'Mul',
        [code, this.graph.integers(`stride_${index}`, [strides[index] as number], [])],
        `part_${index}`,
      );
    });
    const cell = codes.reduce((sum, code, index) =>
      this.graph.node('Add', [sum, code], `cell_${index}`),
    );
    return this.graph.node('Gather', [this.graph.integers('groups', table), cell], 'group', {
      axis: 0,
    });
  }

  /** The values of a protected column as text, [n], from an input of its name, which the model may have already. */
  private protectedText(name: string, type: 'text' | 'integer', index: number): string {
    const existing = this.inspection.signature.inputs.find((input) => input.name === name);
    if (existing === undefined)
      this.graph.inputs.push({
        name,
        type: type === 'text' ? elementType.STRING : elementType.INT64,
        shape: [-1, 1],
      });
    const datatype = existing?.datatype ?? (type === 'text' ? 'BYTES' : 'INT64');
    const flat = this.graph.flat(name, `protected_${index}`);
    if (datatype === 'BYTES') return flat;
    if (datatype !== 'INT64' && datatype !== 'INT32' && datatype !== 'BOOL')
      throw invalid(
        `The input ${JSON.stringify(name)} of ${this.file} is of type ${datatype}, which names no groups`,
        'Give the groups a column of their own.',
        this.file,
      );
    const long = this.graph.cast(flat, 'INT64', `protected_long_${index}`);
    return this.graph.cast(long, 'STRING', `protected_text_${index}`);
  }

  /** The chance of the favorable label, [n]: of the steps of its group, the one that the value has climbed to. */
  private chance(group: string, value: string): string {
    const { groups, unseen } = this.decision;
    const steps = Math.max(...groups.map(({ cuts }) => cuts.length));
    // The group of rows that keep their own prediction has chances too, which nobody looks at.
    const all = unseen === 'keep' ? [...groups, { cuts: [], chances: [0] }] : groups;
    let position = this.graph.node(
      'Mul',
      [group, this.graph.integers('width', [steps + 1], [])],
      'first_chance',
    );
    for (let step = 0; step < steps; step += 1) {
      const cuts = this.graph.doubles(
        `cuts_${step}`,
        all.map(({ cuts }) => cuts[step] ?? Infinity),
      );
      const cut = this.graph.node('Gather', [cuts, group], `cut_${step}`, { axis: 0 });
      const above = this.graph.node('Greater', [value, cut], `above_${step}`);
      position = this.graph.node(
        'Add',
        [position, this.graph.cast(above, 'INT64', `climbed_${step}`)],
        `chance_${step}`,
      );
    }
    const chances = all.flatMap(({ chances }) =>
      Array.from({ length: steps + 1 }, (_, step) => chances[step] ?? (chances.at(-1) as number)),
    );
    return this.graph.node('Gather', [this.graph.doubles('chances', chances), position], 'chance', {
      axis: 0,
    });
  }

  private uniform(): string {
    if (!this.decision.randomized) return this.graph.doubles('half_chance', [0.5], []);
    this.graph.inputs.push({ name: uniformInput, type: elementType.DOUBLE, shape: [-1, 1] });
    return this.graph.flat(uniformInput, 'lot');
  }

  /** The model's own prediction for groups that aren't listed. */
  private unless(group: string, favorable: string, prediction: () => string): string {
    const last = this.graph.integers('unlisted', [this.decision.groups.length], []);
    const unlisted = this.graph.node('Equal', [group, last], 'is_unlisted');
    // ONNX Runtime has no Where of booleans.
    const kept = this.graph.node('And', [unlisted, prediction()], 'kept');
    const listed = this.graph.node('Not', [unlisted], 'is_listed');
    const changed = this.graph.node('And', [listed, favorable], 'changed');
    return this.graph.node('Or', [kept, changed], 'decided');
  }

  private label(favorable: string): GraphValue {
    const { label, values } = this.decision;
    const spec = label === null ? null : this.output(label);
    const datatype = spec?.datatype ?? (typeof values.favorable === 'number' ? 'INT64' : 'BYTES');
    const constants = [values.favorable, values.other].map((value, index) =>
      this.labelConstant(index === 0 ? 'favorable_label' : 'other_label', datatype, value),
    );
    const shape = spec?.shape.length === 2 ? [-1, 1] : [-1];
    const name = label ?? 'label';
    if (shape.length === 1)
      this.graph.nodes.push({ operator: 'Where', inputs: [favorable, ...constants], output: name });
    else {
      const flat = this.graph.node('Where', [favorable, ...constants], 'label_flat');
      this.graph.nodes.push({
        operator: 'Reshape',
        inputs: [flat, this.graph.integers('column', [-1, 1])],
        output: name,
      });
    }
    return {
      name,
      type:
        datatype === 'BYTES'
          ? elementType.STRING
          : datatype === 'INT32'
            ? elementType.INT32
            : elementType.INT64,
      shape,
    };
  }

  private labelConstant(name: string, datatype: string, value: string | number): string {
    if (datatype === 'BYTES')
      return this.graph.constant({ name: graphPrefix + name, dims: [], texts: [String(value)] });
    const number = Number(value);
    if (!Number.isSafeInteger(number))
      throw invalid(
        `${this.file} gives labels as whole numbers, and ${JSON.stringify(value)} is none`,
        'Train the model on the labels as the data has them.',
        this.file,
      );
    return datatype === 'INT32'
      ? this.graph.constant({ name: graphPrefix + name, dims: [], shorts: [number] })
      : this.graph.integers(name, [number], []);
  }

  /** The position of a text in a list, or `otherwise`. The first version of the operator knows no other keys. */
  private encode(text: string, keys: readonly string[], otherwise: number, name: string): string {
    const first = opsetOf(this.inspection, 'ai.onnx.ml') === 1;
    const attributes = {
      ...(first
        ? { classes_strings: keys }
        : { keys_strings: keys, values_int64s: keys.map((_, index) => index) }),
      default_int64: otherwise,
    };
    return this.graph.node('LabelEncoder', [text], name, attributes, 'ai.onnx.ml');
  }

  private output(name: string): TensorSpec {
    const spec = this.inspection.signature.outputs.find((output) => output.name === name);
    if (spec === undefined)
      throw invalid(
        `${this.file} has no output ${JSON.stringify(name)}`,
        'Export the model again.',
        this.file,
      );
    return spec;
  }
}
