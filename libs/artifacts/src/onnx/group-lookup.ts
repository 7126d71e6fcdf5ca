import { elementType } from './graph-writer.js';
import { encodedText, invalidModel, type ExtensibleModel } from './extensible-model.js';

/** Groups that a model is to tell apart. */
export interface GraphGroups {
  /** Protected columns, each an input of its name; the values that are known of them are text in a table. */
  readonly columns: readonly GroupInput[];
  /** The values of each group. */
  readonly groups: readonly { readonly group: readonly string[] }[];
  /** What becomes of groups that are not listed: an error of the runtime, or the model's own prediction. */
  readonly unseen: 'refuse' | 'keep';
}

export interface GroupInput {
  readonly name: string;
  readonly type: 'text' | 'integer';
}

/** A position that no table has: looking there is an error of the runtime. */
const nowhere = 2 ** 31;
const mostCells = 1_000_000;

/** The position of each row's group, [n]; groups that aren't listed are the one behind the last, or nowhere. */
export const groupPositions = (
  model: ExtensibleModel,
  { columns, groups, unseen }: GraphGroups,
): string => {
  const { graph, file } = model;
  const known = columns.map((_, index) => [
    ...new Set(groups.map(({ group }) => group[index] as string)),
  ]);
  const cells = known.reduce((product, values) => product * (values.length + 1), 1);
  if (cells > mostCells)
    throw invalidModel(
      `The columns ${columns.map(({ name }) => name).join(', ')} have too many combinations of values`,
      'Leave out a column, or put values together.',
      file,
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
  const parts = columns.map((column, index) => {
    const values = known[index] as string[];
    const text = protectedText(model, column, index);
    const code = encodedText(model, text, values, values.length, `code_${index}`);
    const stride = graph.integers(`stride_${index}`, [strides[index] as number], []);
    return graph.node('Mul', [code, stride], `part_${index}`);
  });
  const cell = parts.reduce((sum, part, index) => graph.node('Add', [sum, part], `cell_${index}`));
  return graph.node('Gather', [graph.integers('groups', table), cell], 'group', { axis: 0 });
};

/** The values of a protected column as text, [n], from an input of its name, which the model may have already. */
const protectedText = (
  { graph, inspection, file }: ExtensibleModel,
  { name, type }: GroupInput,
  index: number,
): string => {
  const existing = inspection.signature.inputs.find((input) => input.name === name);
  if (existing === undefined)
    graph.inputs.push({
      name,
      type: type === 'text' ? elementType.STRING : elementType.INT64,
      shape: [-1, 1],
    });
  const datatype = existing?.datatype ?? (type === 'text' ? 'BYTES' : 'INT64');
  const flat = graph.flat(name, `protected_${index}`);
  if (datatype === 'BYTES') return flat;
  if (datatype !== 'INT64' && datatype !== 'INT32' && datatype !== 'BOOL')
    throw invalidModel(
      `The input ${JSON.stringify(name)} of ${file} is of type ${datatype}, which names no groups`,
      'Give the groups a column of their own.',
      file,
    );
  const long = graph.cast(flat, 'INT64', `protected_long_${index}`);
  return graph.cast(long, 'STRING', `protected_text_${index}`);
};
