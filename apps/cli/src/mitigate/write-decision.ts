import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decisionGraph, uniformInput, type GraphDecision } from '@sluice/artifacts';
import { favorableOf, SluiceError } from '@sluice/contracts';
import {
  isFavorable,
  readColumns,
  writeTable,
  type DatasetSource,
  type TableColumns,
} from '@sluice/engine';
import { decide, isRandomized, lots, type DecisionRule } from '@sluice/evaluation';
import type { ScoredTable } from './scored-table.js';
import { deliver, writeDraft, type Workplace } from './workplace.js';

/** A rule that was written as a draft, and what it takes to judge it. */
export interface Written {
  readonly judged: DatasetSource;
  readonly policy: Workplace['policy'];
  readonly model: string | null;
  /** Puts the drafts where the user wants them, once they were found to work. */
  readonly deliver: () => Promise<string[]>;
}

/** The model with the rule behind it, and the judged table, with lots if the rule draws any. */
export const writeModel = async (
  workplace: Workplace,
  rule: DecisionRule,
  judge: DatasetSource,
  scored: ScoredTable,
): Promise<Written> => {
  const { policy, drafts, output, outputJudge, attention } = workplace;
  const model = workplace.model as string;
  attention.progress('writing the model');
  const table = await readColumns(judge, { texts: [policy.columns.label] }, attention.signal);
  const decision = graphDecision(workplace, rule, scored, table);
  const bytes = await decisionGraph(await readFile(model), decision, basename(model));
  const draft = join(drafts, 'mitigated.onnx');
  await writeFile(draft, bytes, { flag: 'wx' });
  const judged = decision.randomized ? await writeLots(workplace, judge, table.rows) : judge;
  return {
    judged,
    policy,
    model: draft,
    deliver: async () => {
      if (output !== null) await deliver(draft, output);
      if (outputJudge !== null)
        await writeTable({ source: judged, columns: [], output: outputJudge }, attention.signal);
      return [output, outputJudge].filter((path) => path !== null);
    },
  };
};

/** The judged table with a lot for each row. */
const writeLots = (
  workplace: Workplace,
  judge: DatasetSource,
  rows: number,
): Promise<DatasetSource> => {
  workplace.attention.progress('drawing lots');
  const uniform = { name: uniformInput, values: lots(rows, workplace.options.seed) };
  const change = { source: judge, columns: [uniform], name: judge.name };
  return writeDraft(workplace, 'with-lots', change);
};

const graphDecision = (
  { options, policy, by }: Workplace,
  rule: DecisionRule,
  { profiled }: ScoredTable,
  table: TableColumns,
): GraphDecision => {
  const { inspection, outputs } = profiled;
  if (inspection === null || outputs === null) throw new Error('A model was scored without one.');
  // The model server runs what is written here, and serves tensors alone.
  if (outputs.scoreTensor !== outputs.score)
    throw new SluiceError(
      'invalid_artifact',
      `The scores of the model are dictionaries of ZipMap, which no decision can be added to. Export it without: convert_sklearn(model, options={'zipmap': False}).`,
    );
  const spec = inspection.signature.outputs.find(({ name }) => name === outputs.score);
  const two = spec?.shape.length === 2 && spec.shape[1] !== 1 && outputs.favorableIndex !== null;
  const columns = by.map((name) => ({ name, type: inputType(table.kinds.get(name), name) }));
  return {
    columns,
    groups: rule.groups.map(({ group, cuts, chances }) => ({
      group: group.map((value, index) => inputValue(value, columns[index]?.type)),
      cuts,
      chances,
    })),
    of: rule.of,
    randomized: isRandomized(rule),
    unseen: options.unseen,
    scores: { name: outputs.score, column: two ? outputs.favorableIndex : null },
    label: outputs.label,
    values: labelValues(
      inspection.classLabels,
      table.texts.get(policy.columns.label) ?? [],
      favorableOf(policy),
    ),
    note: JSON.stringify({ method: options.method, ...rule }),
  };
};

const inputType = (kind: string | undefined, name: string): 'text' | 'integer' => {
  if (kind === 'text' || kind === 'untyped') return 'text';
  if (kind === 'integer' || kind === 'boolean') return 'integer';
  throw new SluiceError(
    'invalid_request',
    `The column ${name} holds ${kind ?? 'nothing'}: a model takes groups as text or whole numbers. Write it as one of these.`,
  );
};

/** A boolean is 1 or 0 to an input of whole numbers. */
const inputValue = (value: string, type: 'text' | 'integer' | undefined): string =>
  type === 'integer' && (value === 'true' || value === 'false')
    ? String(Number(value === 'true'))
    : value;

/** Both labels as the model gives them, or else as the data has them. */
const labelValues = (
  classLabels: readonly (string | number)[] | null,
  texts: readonly string[],
  favorable: string | number | boolean,
): GraphDecision['values'] => {
  const known = classLabels?.length === 2 ? classLabels : [...new Set(texts)].toSorted();
  const values = {
    favorable: known.find((value) => isFavorable(value, favorable)),
    other: known.find((value) => !isFavorable(value, favorable)),
  };
  if (values.favorable === undefined || values.other === undefined)
    throw new SluiceError(
      'invalid_data',
      'The judged rows have one label only; both are needed to write a model.',
    );
  const plainValue = (value: string | number): string | number =>
    value === 'true' ? 1 : value === 'false' ? 0 : value;
  return { favorable: plainValue(values.favorable), other: plainValue(values.other) };
};

/** Without a model the decisions themselves are written, beside what the table holds. */
export const writePredictions = async (
  workplace: Workplace,
  rule: DecisionRule,
  judge: DatasetSource,
  scored: ScoredTable,
): Promise<Written> => {
  const { options, policy, output, attention } = workplace;
  const column = options.column ?? 'mitigated_prediction';
  const { label } = policy.columns;
  attention.progress('writing the decisions');
  const table = await readColumns(judge, { texts: [label] }, attention.signal);
  const texts = [...new Set(table.texts.get(label))];
  const favorable = texts.find((text) => isFavorable(text, favorableOf(policy)));
  const other = texts.find((text) => !isFavorable(text, favorableOf(policy)));
  const decisions = decisionsOf(rule, scored, options.seed);
  const values = Array.from(decisions, (one) => (one === 1 ? favorable : other) as string);
  const change = { source: judge, columns: [{ name: column, values }], name: judge.name };
  const judged = await writeDraft(workplace, 'decided', change);
  return {
    judged,
    policy: { ...policy, columns: { ...policy.columns, prediction: column } },
    model: null,
    deliver: async () => {
      if (output === null) return [];
      await writeTable({ source: judged, columns: [], output }, attention.signal);
      return [output];
    },
  };
};

/** The label of every row under a rule; a group that has none keeps its prediction. */
export const decisionsOf = (
  rule: DecisionRule,
  { groups, group, score, prediction }: Omit<ScoredTable, 'profiled'>,
  seed: number,
): Uint8Array => {
  const drawn = lots(group.length, seed);
  const rules = groups.map((name) =>
    rule.groups.find((each) => JSON.stringify(each.group) === JSON.stringify(name)),
  );
  return Uint8Array.from(group, (at, row) => {
    const own = rules[at];
    const value = rule.of === 'prediction' ? prediction[row] : score?.[row];
    if (own === undefined || value === undefined) return prediction[row] as number;
    return Number(decide(own, value, drawn[row]));
  });
};
