import { favorableOf, type Policy } from '@sluice/contracts';
import {
  isFavorable,
  readColumns,
  writeTable,
  type DatasetSource,
  type NewColumn,
} from '@sluice/engine';
import { decide, lots, mixedRow, type DecisionRule, type ScoreMixture } from '@sluice/evaluation';
import type { Remedy } from './fit-remedy.js';
import type { ScoredTable } from './scored-table.js';
import { writeDraft, type Workplace } from './workplace.js';
import type { Written } from './write-model.js';

/** Without a model the decisions themselves are written, beside what the table holds. */
export const writeDecisions = async (
  workplace: Workplace,
  remedy: Remedy,
  judge: DatasetSource,
  scored: ScoredTable,
): Promise<Written> => {
  const { policy, output, attention } = workplace;
  const { label } = policy.columns;
  attention.progress('writing the decisions');
  const { texts } = await readColumns(judge, { texts: [label] }, attention.signal);
  const { columns, names } = decided(workplace, remedy, scored, texts.get(label) ?? []);
  const change = { source: judge, columns, name: judge.name };
  const judged = await writeDraft(workplace, 'decided', change);
  return {
    judged,
    policy: { ...policy, columns: { ...policy.columns, ...names } },
    model: null,
    deliver: async () => {
      if (output === null) return [];
      await writeTable({ source: judged, columns: [], output }, attention.signal);
      return [output];
    },
  };
};

/** The new columns, and what the policy is to call its own in their place. */
interface Decided {
  readonly columns: readonly NewColumn[];
  readonly names: Partial<Policy['columns']>;
}

const decided = (
  { options, policy }: Workplace,
  remedy: Remedy,
  scored: ScoredTable,
  labels: readonly string[],
): Decided => {
  const known = [...new Set(labels)];
  const favorable = known.find((text) => isFavorable(text, favorableOf(policy)));
  const other = known.find((text) => !isFavorable(text, favorableOf(policy)));
  const inWords = (decisions: Uint8Array): string[] =>
    Array.from(decisions, (one) => (one === 1 ? favorable : other) as string);
  if (remedy.kind === 'rule') {
    const name = options.column ?? 'mitigated_prediction';
    const values = inWords(decisionsOf(remedy.rule, scored, options.seed));
    return { columns: [{ name, values }], names: { prediction: name } };
  }
  const mixed = mixedRows(remedy.mixture, scored, options.seed);
  const name = options.column ?? 'mitigated_score';
  const scores = { name, values: mixed.score };
  // Without predictions of their own, rows are predicted by whether the score is at least a half, mixed or not.
  if (policy.columns.prediction === undefined) return { columns: [scores], names: { score: name } };
  const prediction = 'mitigated_prediction';
  return {
    columns: [scores, { name: prediction, values: inWords(mixed.prediction) }],
    names: { score: name, prediction },
  };
};

/** Of each row, what a remedy has for its group. */
const byRow = <Own extends { readonly group: readonly string[] }>(
  of: readonly Own[],
  { groups }: Pick<ScoredTable, 'groups'>,
): (Own | undefined)[] => {
  const known = new Map(of.map((each) => [JSON.stringify(each.group), each]));
  return groups.map((name) => known.get(JSON.stringify(name)));
};

/** The label of every row under a rule; a group that has none keeps its prediction. */
export const decisionsOf = (
  rule: DecisionRule,
  scored: Omit<ScoredTable, 'profiled'>,
  seed: number,
): Uint8Array => {
  const { group, score, prediction } = scored;
  const drawn = lots(group.length, seed);
  const rules = byRow(rule.groups, scored);
  return Uint8Array.from(group, (at, row) => {
    const own = rules[at];
    const value = rule.of === 'prediction' ? prediction[row] : score?.[row];
    if (own === undefined || value === undefined) return prediction[row] as number;
    return Number(decide(own, value, drawn[row]));
  });
};

/** The score and the label of every row under a mixture; a group that has none keeps both. */
export const mixedRows = (
  mixture: ScoreMixture,
  scored: Omit<ScoredTable, 'profiled'>,
  seed: number,
): { readonly score: Float64Array; readonly prediction: Uint8Array } => {
  const { group } = scored;
  const score = Float64Array.from(scored.score as Float64Array);
  const prediction = Uint8Array.from(scored.prediction);
  const drawn = lots(group.length, seed);
  const mixtures = byRow(mixture.groups, scored);
  group.forEach((at, row) => {
    const own = mixtures[at];
    if (own === undefined) return;
    const before = { score: score[row] as number, prediction: prediction[row] as number };
    const after = mixedRow(own, before, drawn[row] as number);
    score[row] = after.score;
    prediction[row] = after.prediction;
  });
  return { score, prediction };
};
