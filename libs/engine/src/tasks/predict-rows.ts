import { mostClasses, type Fault } from '@sluice/contracts';
import { BatchColumns } from '../dataset/batch-columns.js';
import type { Dataset } from '../dataset/dataset.js';
import { rowBatches, rowsPerBatch, type RowBatch } from '../dataset/row-batches.js';
import type { TableColumn, TableValues } from '../dataset/table-appender.js';
import { isScore } from '../dataset/number-survey.js';
import { faultError } from '../fault-collector.js';
import { isFavorable } from '../favorable.js';
import { inOrder } from '../in-order.js';
import type { BoundModel } from '../inference/candidate.js';
import type { BatchOutputs } from '../inference/model-plan.js';
import type { OutputValues } from '../inference/read-scores.js';
import { changed, startModel } from '../scored-rows.js';
import { predictedName, type ClassPredictions } from './task-relations.js';
import { isPrediction, type TaskSurvey } from './task-survey.js';

/** A column of the data that is kept beside predictions. */
export type KeptColumn = TableColumn & { readonly sql: string };

export interface Prediction {
  readonly dataset: Dataset;
  readonly survey: TaskSurvey;
  readonly version: BoundModel;
  readonly champion: BoundModel | null;
  readonly hasMissingValues: boolean;
  readonly kept: readonly KeptColumn[];
  readonly regression: boolean;
}

/** What a model's part of the table holds, and how it is read from its outputs. */
interface ModelColumns {
  readonly columns: readonly TableColumn[];
  readonly read: (outputs: BatchOutputs, batch: RowBatch) => TableValues[];
}

/** Where the predictions of each model are in the table. */
export interface PredictedTable {
  readonly version: ClassPredictions;
  readonly champion: ClassPredictions | null;
}

/** Runs the models over a dataset in one pass, and keeps their predictions in a table beside it. */
export const predictRows = async (
  work: Prediction,
  onRows: (done: number) => void,
): Promise<PredictedTable> => {
  const { dataset, survey, kept } = work;
  const columns = new BatchColumns();
  const positions = kept.map((column) => columns.add(column));
  const models: {
    readonly running: Awaited<ReturnType<typeof startModel>>;
    readonly own: ModelColumns;
  }[] = [];
  try {
    for (const [name, model] of [
      ['version', work.version],
      ['champion', work.champion],
    ] as const)
      if (model !== null)
        models.push({
          running: await startModel(model, columns, { ...work, countsMissing: false }),
          own: work.regression ? numberColumns(name, model, work) : classColumns(name, model, work),
        });
    const table = await dataset.createTable(predictedName, [
      ...kept,
      ...models.flatMap(({ own }) => own.columns),
    ]);
    let counted = 0;
    const predict = async (batch: RowBatch): Promise<TableValues[]> => {
      const results = await Promise.all(
        models.map(async ({ running, own }) => own.read(await running.outputs(batch), batch)),
      );
      return results.flat();
    };
    const keep = (batch: RowBatch, predictions: readonly TableValues[]): void => {
      counted += batch.rows;
      if (counted > survey.rows) throw changed(dataset);
      table.append(batch.rows, [
        ...positions.map((position) => batch.columns[position] as TableValues),
        ...predictions,
      ]);
      onRows(counted);
    };
    const atOnce = Math.min(...models.map(({ running }) => running.atOnce));
    const size = rowsPerBatch(columns.list.map(({ width }) => width));
    const batches = rowBatches(dataset, columns.list, size, atOnce + 1);
    await inOrder(batches, atOnce, predict, keep);
    if (counted !== survey.rows) throw changed(dataset);
    table.close();
  } finally {
    await Promise.all(models.map(({ running }) => running.close()));
  }
  const whereOf = (name: string, model: BoundModel): ClassPredictions => ({
    prediction: `${name}_prediction`,
    scores:
      work.regression || !hasScores(model)
        ? null
        : survey.classes.map((_, at) => `${name}_score${at}`),
  });
  return {
    version: whereOf('version', work.version),
    champion: work.champion && whereOf('champion', work.champion),
  };
};

const misfit = (model: BoundModel, output: string, about: Omit<Fault, 'file' | 'path'>) =>
  faultError('invalid_artifact', [{ file: model.name, path: `outputs.${output}`, ...about }]);

const numberColumns = (
  name: string,
  model: BoundModel,
  { hasMissingValues }: Prediction,
): ModelColumns => ({
  columns: [{ name: `${name}_prediction`, storage: 'float64' }],
  read: ({ score }, { rows, firstRow }) => {
    requireRows(score, rows, 1, model, model.outputs.score);
    // An endpoint may answer with anything.
    const values = Float64Array.from(score.data, (value) =>
      typeof value === 'number' ? value : NaN,
    );
    const wrong = values.findIndex((value) => !isPrediction(value));
    if (wrong !== -1)
      throw misfit(model, model.outputs.score, {
        message: `the model's prediction of row ${firstRow + wrong + 1} is no finite number`,
        found: String(score.data[wrong]),
        expected: 'a number from −1e60 to 1e60',
        ...(hasMissingValues && {
          hint: 'It was given NaN for missing values: fill them in the data, or impute them inside the model.',
        }),
      });
    return [values];
  },
});

/** Without scores, the label stands in for them. */
const hasScores = ({ outputs }: BoundModel): boolean => outputs.label !== outputs.score;

/** The model's classes as positions among all. */
const classColumns = (name: string, model: BoundModel, work: Prediction): ModelColumns => {
  const { survey } = work;
  const { classes } = survey;
  const own = hasScores(model)
    ? (model.inspection.classLabels ?? []).map((label) =>
        classes.findIndex(({ value }) => isFavorable(value, label)),
      )
    : [];
  return {
    columns: [
      { name: `${name}_prediction`, storage: 'code' },
      ...(hasScores(model) ? classes : []).map((_, at) => ({
        name: `${name}_score${at}`,
        storage: 'float64' as const,
      })),
    ],
    read: ({ score, label }, batch) => {
      const { rows } = batch;
      const scores = hasScores(model) ? classScores(score, batch, model, own, work) : [];
      if (label !== null) requireRows(label, rows, 1, model, model.outputs.label as string);
      const predictions =
        label === null ? mostProbable(scores, rows) : predictedClasses(label, batch, model, survey);
      return [predictions, ...scores];
    },
  };
};

const requireRows = (
  { dims, data }: OutputValues,
  rows: number,
  width: number,
  model: BoundModel,
  output: string,
): void => {
  if (data.length === rows * width && dims[0] === rows) return;
  throw misfit(model, output, {
    message: `the output ${JSON.stringify(output)} has the shape [${dims.join(', ')}] for ${rows} rows`,
    expected: width === 1 ? `shape [${rows}] or [${rows}, 1]` : `shape [${rows}, ${width}]`,
  });
};

/** How far the scores of a row may sum from 1. */
const sumTolerance = 0.01;

const classScores = (
  output: OutputValues,
  { rows, firstRow }: RowBatch,
  model: BoundModel,
  own: readonly number[],
  { survey: { classes }, hasMissingValues }: Prediction,
): Float64Array[] => {
  const name = model.outputs.score;
  requireRows(output, rows, own.length, model, name);
  const scores = classes.map(() => new Float64Array(rows));
  const values = output.data as ArrayLike<number>;
  for (let row = 0; row < rows; row += 1) {
    let sum = 0;
    for (const [at, place] of own.entries()) {
      const value = values[row * own.length + at] as number;
      sum += value;
      if (typeof value !== 'number' || !isScore(value))
        throw misfit(model, name, {
          message: `a score of row ${firstRow + row + 1} is not from 0 to 1`,
          found: `${String(value)} for ${JSON.stringify(classes[place]?.name)}`,
          expected: 'a probability, from 0 to 1',
          hint:
            Number.isNaN(value) && hasMissingValues
              ? 'It was given NaN for missing values: fill them in the data, or impute them inside the model.'
              : 'Export probabilities rather than raw scores: apply the softmax inside the model.',
        });
      (scores[place] as Float64Array)[row] = value;
    }
    if (!(Math.abs(sum - 1) <= sumTolerance))
      throw misfit(model, name, {
        message: `the scores of row ${firstRow + row + 1} don't sum to 1`,
        found: String(sum),
        expected: 'probabilities of classes of which exactly one is right',
        hint: 'Apply the softmax inside the model, rather than a sigmoid for each class.',
      });
  }
  return scores;
};

/** The first of those that are most probable. */
const mostProbable = (scores: readonly Float64Array[], rows: number): Uint16Array =>
  Uint16Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let at = 1; at < scores.length; at += 1)
      if ((scores[at]?.[row] as number) > (scores[best]?.[row] as number)) best = at;
    return best;
  });

const predictedClasses = (
  output: OutputValues,
  { rows, firstRow }: RowBatch,
  model: BoundModel,
  { classes }: TaskSurvey,
): Uint16Array => {
  const known = new Map<unknown, number>();
  return Uint16Array.from({ length: rows }, (_, row) => {
    const raw = output.data[row] as number | bigint | string | boolean;
    const found = known.get(raw);
    if (found !== undefined) return found;
    const label = typeof raw === 'bigint' ? Number(raw) : raw;
    const at = classes.findIndex(({ value }) => isFavorable(value, label));
    if (at === -1)
      throw misfit(model, model.outputs.label as string, {
        message: `in row ${firstRow + row + 1} the model predicts a class that no label has`,
        found: JSON.stringify(label) ?? String(label),
        expected: `one of ${classes
          .slice(0, Math.min(10, mostClasses))
          .map(({ name }) => JSON.stringify(name))
          .join(', ')}${classes.length > 10 ? ', …' : ''}`,
        hint: 'Train the model on the labels as the data has them, and export its class labels.',
      });
    known.set(raw, at);
    return at;
  });
};
