import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  decisionGraph,
  mixtureGraph,
  uniformInput,
  type GraphDecision,
  type GraphMixture,
} from '@sluice/artifacts';
import { favorableOf, SluiceError } from '@sluice/contracts';
import {
  isFavorable,
  readColumns,
  writeTable,
  type DatasetSource,
  type TableColumns,
} from '@sluice/engine';
import { isRandomized, lots } from '@sluice/evaluation';
import type { Remedy } from './fit-remedy.js';
import type { ScoredTable } from './scored-table.js';
import { deliver, writeDraft, type Workplace } from './workplace.js';

/** A remedy that was written as a draft, and what it takes to judge it. */
export interface Written {
  readonly judged: DatasetSource;
  readonly policy: Workplace['policy'];
  readonly model: string | null;
  /** Puts the drafts where the user wants them, once they were found to work. */
  readonly deliver: () => Promise<string[]>;
}

/** The model with the remedy behind it, and the judged table, with lots if any are drawn. */
export const writeModel = async (
  workplace: Workplace,
  remedy: Remedy,
  judge: DatasetSource,
  scored: ScoredTable,
): Promise<Written> => {
  const { policy, drafts, output, outputJudge, attention } = workplace;
  attention.progress('writing the model');
  const table = await readColumns(judge, { texts: [policy.columns.label] }, attention.signal);
  const { bytes, randomized } = await extended(workplace, remedy, scored, table);
  const draft = join(drafts, 'mitigated.onnx');
  await writeFile(draft, bytes, { flag: 'wx' });
  const judged = randomized ? await writeLots(workplace, judge, table.rows) : judge;
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

/** The model's file with what the remedy puts behind it. */
const extended = async (
  workplace: Workplace,
  remedy: Remedy,
  scored: ScoredTable,
  table: TableColumns,
): Promise<{ readonly bytes: Uint8Array; readonly randomized: boolean }> => {
  const { options } = workplace;
  const path = workplace.model as string;
  const model = await readFile(path);
  const shared = graphOf(workplace, scored, table);
  const inputsOf = (group: readonly string[]): string[] =>
    group.map((value, index) => inputValue(value, shared.columns[index]?.type));
  if (remedy.kind === 'mixture') {
    const { groups } = remedy.mixture;
    const mixture: GraphMixture = {
      ...shared,
      groups: groups.map((each) => ({ ...each, group: inputsOf(each.group) })),
      note: JSON.stringify({ method: options.method, ...remedy.mixture }),
    };
    return { bytes: await mixtureGraph(model, mixture, basename(path)), randomized: true };
  }
  const { rule } = remedy;
  const decision: GraphDecision = {
    ...shared,
    groups: rule.groups.map((each) => ({ ...each, group: inputsOf(each.group) })),
    of: rule.of,
    randomized: isRandomized(rule),
    note: JSON.stringify({ method: options.method, ...rule }),
  };
  const bytes = await decisionGraph(model, decision, basename(path));
  return { bytes, randomized: decision.randomized };
};

/** What any remedy needs to know of the model: its inputs by group, its scores and its labels. */
const graphOf = (
  { options, policy, by }: Workplace,
  { profiled }: ScoredTable,
  table: TableColumns,
): Omit<GraphMixture, 'groups' | 'note'> => {
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
  return {
    columns: by.map((name) => ({ name, type: inputType(table.kinds.get(name), name) })),
    unseen: options.unseen,
    scores: { name: outputs.score, column: two ? outputs.favorableIndex : null },
    label: outputs.label,
    values: labelValues(
      inspection.classLabels,
      table.texts.get(policy.columns.label) ?? [],
      favorableOf(policy),
    ),
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
