import type { OnnxInspection } from '@sluice/artifacts';
import { favorableOf, type Policy } from '@sluice/contracts';
import type { Column } from '../../dataset/column.js';
import type { Dataset } from '../../dataset/dataset.js';
import { quoteName, type Storage } from '../../dataset/sql.js';
import type { FaultCollector } from '../../fault-collector.js';
import { isFavorable } from '../../favorable.js';
import type { BoundInput } from '../bind-inputs.js';
import type { BatchOutputs, PlannedOutputs } from '../model-plan.js';
import type { OutputValues } from '../read-scores.js';
import type { Endpoint } from './endpoint.js';
import { jsonNumber, numberOfJson, type RowsOfInputs } from './json-values.js';

/** MLflow describes nothing over HTTP, so nothing is known of the model before it answers. */
export const undescribed: OnnxInspection = {
  irVersion: 0,
  opsets: [],
  producer: { name: '', version: '' },
  signature: { inputs: [], outputs: [] },
  unrankedInputs: [],
  unservable: [],
  classLabels: null,
  classLabelsAmbiguous: false,
  usesZipMap: false,
  drawsAtRandom: false,
  zipMaps: [],
  externalData: [],
  externalTensors: [],
};

/** The columns of the data frame: those of `columns.features`, by name, each as the data has it. */
export const bindFrame = async (
  policy: Policy,
  dataset: Dataset,
  file: string,
  faults: FaultCollector,
): Promise<BoundInput[]> => {
  const { features } = policy.columns;
  if (features === undefined) {
    faults.artifact({
      file,
      path: 'columns.features',
      message: 'it is not known which columns the endpoint takes',
      expected: 'the names of the features in columns.features',
      hint: 'MLflow does not describe its models over HTTP, and the label must not be among what they are told.',
    });
    return [];
  }
  // Features that are missing are faults of the policy's columns already.
  const columns = features.flatMap((name) => dataset.column(name) ?? []);
  const bound: BoundInput[] = [];
  for (const column of columns) {
    const storage = await storageOf(column, dataset);
    if (storage !== null)
      bound.push({ name: column.name, storage, columns: [column], shape: [], width: null });
    else
      faults.artifact({
        file,
        path: 'columns.features',
        message: `the column ${JSON.stringify(column.name)} cannot be sent as JSON`,
        found: `a column of type ${column.type}`,
        expected: 'numbers, texts or booleans',
        hint: 'Convert it in the data as was done for training.',
      });
  }
  return bound;
};

/** Text of CSV is sent as numbers when all of it is: a model of numbers takes no text. */
const storageOf = async (column: Column, dataset: Dataset): Promise<Storage | null> => {
  if (column.untyped) {
    const name = quoteName(column.name);
    const [found] = await dataset.query(
      `SELECT count(*) AS texts FROM data WHERE ${name} IS NOT NULL AND TRY_CAST(${name} AS DOUBLE) IS NULL`,
    );
    return Number(found?.['texts']) === 0 ? 'float64' : 'text';
  }
  const storages = {
    integer: 'int64',
    number: 'float64',
    boolean: 'uint8',
    text: 'text',
    other: null,
  } as const satisfies Record<Column['kind'], Storage | null>;
  return storages[column.kind];
};

/**
 * Where the scores will be in an answer, as far as the policy and the caller say. Of several classes, bare predictions are
 * scores if the caller named the classes, and labels otherwise, as scikit-learn's `predict` has them.
 */
export const frameOutputs = (policy: Policy, { classes }: Endpoint): PlannedOutputs => {
  if (policy.task !== 'binary-classification') return taskOutputs(policy, classes);
  const favorable = favorableOf(policy);
  const matching = (classes ?? []).flatMap((label, index) =>
    isFavorable(label, favorable) ? [index] : [],
  );
  const score = policy.outputs?.score ?? 'predictions';
  return {
    label: policy.outputs?.label ?? null,
    score,
    scoreTensor: score,
    favorableIndex: matching.length === 1 ? (matching[0] as number) : null,
    favorable,
  };
};

const taskOutputs = (
  { task, outputs = {} }: Policy,
  classes: Endpoint['classes'],
): PlannedOutputs => {
  const scored = task === 'regression' || outputs.score !== undefined || classes !== null;
  const score = (scored ? outputs.score : outputs.label) ?? 'predictions';
  const label = scored ? (outputs.label ?? null) : score;
  return { label, score, scoreTensor: score, favorableIndex: null, favorable: '' };
};

/** The request for some rows. */
export const invocation = ({ rows, inputs }: RowsOfInputs): string => {
  const data: string[] = [];
  for (let row = 0; row < rows; row += 1)
    data.push(
      `[${inputs.map(({ valueAt, storage }) => jsonNumber(valueAt(row, 0), storage)).join(',')}]`,
    );
  const columns = JSON.stringify(inputs.map(({ name }) => name));
  return `{"dataframe_split":{"columns":${columns},"data":[${data.join(',')}]}}`;
};

/**
 * The scores, and the labels if the policy names some, in an answer: one number a row, one or two in a list, or an
 * object with them under the names of the policy's `outputs`.
 *
 * @throws Error with a sentence about what is there instead
 */
export const predictionsOf = (
  answer: unknown,
  plan: PlannedOutputs,
): { score: OutputValues; label: OutputValues | undefined } => {
  const { bare, column } = framed(answer);
  const label = plan.label === null ? undefined : column(plan.label);
  return { score: scoresOf(bare ?? column(plan.score)), label: label && labelsOf(label) };
};

/**
 * The predictions in an answer of a task other than binary classification: numbers or scores, labels, or both under the
 * names of the policy's `outputs`.
 *
 * @throws Error with a sentence about what is there instead
 */
export const outputsOfFrame = (answer: unknown, plan: PlannedOutputs): BatchOutputs => {
  const { bare, column } = framed(answer);
  if (plan.label === plan.score) {
    const label = labelsOf(bare ?? column(plan.score));
    return { score: label, label };
  }
  const label = plan.label === null ? null : labelsOf(column(plan.label));
  return { score: scoresOf(bare !== null && label === null ? bare : column(plan.score)), label };
};

/** The predictions of an answer: bare values, or objects whose values have names. */
const framed = (
  answer: unknown,
): { readonly bare: readonly unknown[] | null; readonly column: (name: string) => unknown[] } => {
  const rows = (answer as { predictions?: unknown } | null)?.predictions;
  if (!Array.isArray(rows)) throw new Error('the answer has no list of predictions');
  const first: unknown = rows[0];
  const isFrame = typeof first === 'object' && first !== null && !Array.isArray(first);
  const column = (name: string): unknown[] =>
    rows.map((row: Record<string, unknown> | null, index) => {
      const value = isFrame ? row?.[name] : undefined;
      if (value !== undefined) return value;
      const known = isFrame ? `one of ${Object.keys(first).join(', ')}` : 'a bare value';
      throw new Error(
        `prediction ${index + 1} has no ${JSON.stringify(name)} but ${known}; name it in the policy as outputs.score or outputs.label`,
      );
    });
  return { bare: isFrame ? null : rows, column };
};

const labelsOf = (rows: readonly unknown[]): OutputValues => ({
  dims: [rows.length],
  data: rows.map((row) => numberOfJson(Array.isArray(row) && row.length === 1 ? row[0] : row)),
});

const scoresOf = (rows: readonly unknown[]): OutputValues => {
  const nested = Array.isArray(rows[0]);
  const width = nested ? (rows[0] as unknown[]).length : 1;
  const data = rows.flatMap((row, index) => {
    const values = (nested ? row : [row]) as unknown[];
    if (!Array.isArray(values) || values.length !== width)
      throw new Error(`prediction ${index + 1} has another shape than the first`);
    return values.map((value) => {
      const number = numberOfJson(value);
      if (typeof number === 'number') return number;
      throw new Error(
        `prediction ${index + 1} is ${JSON.stringify(value)}, which is no score; let the model give probabilities`,
      );
    });
  });
  return { dims: nested ? [rows.length, width] : [rows.length], data };
};
