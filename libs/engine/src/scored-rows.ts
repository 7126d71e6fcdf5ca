import { SluiceError } from '@sluice/contracts';
import { BatchColumns } from './dataset/batch-columns.js';
import type { Dataset } from './dataset/dataset.js';
import { rowBatches, rowsPerBatch, type RowBatch } from './dataset/row-batches.js';
import type { Survey } from './dataset/survey.js';
import type { TableValues } from './dataset/table-appender.js';
import { streamVectors, type VectorColumn } from './dataset/stream-vectors.js';
import { faultError } from './fault-collector.js';
import { inOrder } from './in-order.js';
import type { BoundModel } from './inference/candidate.js';
import { countedColumns, endsInNaN, throwMisfits } from './inference/counted-inputs.js';
import { RunningEndpoint } from './inference/endpoint/running-endpoint.js';
import type { BatchScores, PlannedInput } from './inference/model-plan.js';
import { RunningModel } from './inference/running-model.js';
import {
  keptColumns,
  modelColumns,
  relationOfData,
  relationOfTable,
  scoredName,
} from './scored-relations.js';
import { duckdbDialect } from './sql/duckdb-dialect.js';
import type { ScoredRelation } from './sql/scored-relation.js';

/** What is to be scored, and by what. */
export interface Scoring {
  readonly dataset: Dataset;
  readonly survey: Survey;
  /** Null when the data holds scores or predictions. */
  readonly version: BoundModel | null;
  readonly champion: BoundModel | null;
  /** Whether features have missing values, which explains scores that are NaN. */
  readonly hasMissingValues: boolean;
  /** Whether missing values are to be counted in columns where no survey did. */
  readonly countsMissing: boolean;
}

/** The relation of all rows with their scores. */
export interface ScoredTable {
  readonly relation: ScoredRelation;
  /** For each model, by name, the rows whose predicted label isn't the more probable one. */
  readonly disagreements: ReadonlyMap<string, number>;
  /** How many values were missing, for each column that was counted and that misses some. */
  readonly missing: ReadonlyMap<string, number>;
}

/** What is known of consecutive rows once they are scored. 1 stands for the favorable value. */
export interface ScoredRows {
  readonly firstRow: number;
  readonly rows: number;
  readonly label: Uint8Array;
  readonly prediction: Uint8Array;
  readonly score: Float64Array | null;
  readonly championPrediction: Uint8Array | null;
  readonly championScore: Float64Array | null;
  /** null where rows aren't weighed. */
  readonly weight: Float64Array | null;
  /** For each protected column, the group's position among its groups. */
  readonly groups: readonly Uint16Array[];
}

type Scorer = (batch: RowBatch) => Promise<BatchScores>;

/**
 * Scores a dataset by its models in one pass, and keeps what a profile needs of each row in a table beside it: the next
 * batch is read while models are at the last ones. Data that holds scores or predictions is its own table.
 */
export const scoreRows = async (
  scoring: Scoring,
  onRows: (done: number) => void,
): Promise<ScoredTable> => {
  const { dataset, version, champion, countsMissing } = scoring;
  const models = countsMissing ? [version, champion].filter((model) => model !== null) : [];
  let scored: ScoredTable;
  try {
    scored = await scoreAll(scoring, onRows);
  } catch (error) {
    // What looks like the model's fault may be that of a value which reached it as NaN.
    if (error instanceof SluiceError && error.code === 'invalid_artifact')
      await throwMisfits(models, dataset, () => true);
    throw error;
  }
  await throwMisfits(models, dataset, ({ name }) => scored.missing.has(name));
  return scored;
};

const scoreAll = async (scoring: Scoring, onRows: (done: number) => void): Promise<ScoredTable> => {
  const { dataset, survey } = scoring;
  if (scoring.version === null)
    return {
      relation: relationOfData(survey, dataset, duckdbDialect),
      disagreements: new Map(),
      missing: new Map(),
    };
  const columns = new BatchColumns();
  const kept = keptColumns(survey).map((column) => ({
    ...column,
    position: columns.add(column),
  }));
  const models: (RunningModel | RunningEndpoint)[] = [];
  const missing = new Map<string, number>();
  const start = async (model: BoundModel): Promise<Scorer> => {
    const running = await startModel(model, columns, scoring);
    models.push(running);
    return (batch) => running.score(batch);
  };
  try {
    const version = await start(scoring.version);
    const champion = scoring.champion && (await start(scoring.champion));
    const table = await dataset.createTable(scoredName, [
      ...kept,
      ...modelColumns('version'),
      ...(champion === null ? [] : modelColumns('champion')),
    ]);
    let counted = 0;
    const score = (batch: RowBatch): Promise<BatchScores[]> =>
      Promise.all([version(batch), ...(champion ? [champion(batch)] : [])]);
    const keep = (batch: RowBatch, results: readonly BatchScores[]): void => {
      counted += batch.rows;
      if (counted > survey.rows) throw changed(dataset);
      table.append(batch.rows, [
        ...kept.map(({ position }) => batch.columns[position] as TableValues),
        ...results.flatMap(({ predictions, scores }) => [predictions, scores]),
      ]);
      onRows(counted);
    };
    const atOnce = Math.min(...models.map((model) => model.atOnce));
    const size = rowsPerBatch(columns.list.map(({ width }) => width));
    const batches = rowBatches(dataset, columns.list, size, atOnce + 1);
    await inOrder(batches, atOnce, score, keep);
    if (counted !== survey.rows) throw changed(dataset);
    table.close();
    for (const [model, running] of [
      [scoring.version, models[0]],
      [scoring.champion, models[1]],
    ] as const)
      if (model !== null && running instanceof RunningModel)
        for (const [index, { name }] of countedColumns(model).entries())
          if ((running.missing[index] ?? 0) > 0)
            missing.set(name, running.missing[index] as number);
    const disagreements = models.map((model) => [model.name, model.disagreements] as const);
    return {
      relation: relationOfTable(survey, champion !== null),
      disagreements: new Map(disagreements),
      missing,
    };
  } finally {
    await Promise.all(models.map((model) => model.close()));
  }
};

/** Tells of all rows in order, for whoever needs more than a profile. */
export const tellRows = async (
  dataset: Dataset,
  { from, label, prediction, score, champion, weight, codes }: ScoredRelation,
  { groups }: Survey,
  onScored: (rows: ScoredRows) => void,
): Promise<void> => {
  const columns: VectorColumn[] = [];
  const add = (sql: string | null | undefined, storage: VectorColumn['storage']): number | null =>
    sql == null ? null : columns.push({ sql, storage }) - 1;
  const at = {
    label: add(label, 'uint8'),
    prediction: add(prediction, 'uint8'),
    score: add(score, 'float64'),
    championPrediction: add(champion?.prediction, 'uint8'),
    championScore: add(champion?.score, 'float64'),
    weight: add(weight?.sql, 'float64'),
    groups: codes.slice(0, groups.length).map((code) => add(code, 'code')),
  };
  let firstRow = 0;
  for await (const { rows, columns: vectors } of streamVectors(dataset, columns, from)) {
    // Copies, since the memory is the database's.
    const copy = <Values>(position: number | null): Values | null =>
      position === null ? null : ((vectors[position] as TableValues).slice() as Values);
    onScored({
      firstRow,
      rows,
      label: copy(at.label) as Uint8Array,
      prediction: copy(at.prediction) as Uint8Array,
      score: copy(at.score),
      championPrediction: copy(at.championPrediction),
      championScore: copy(at.championScore),
      weight: copy(at.weight),
      groups: at.groups.map((position) => copy(position) as Uint16Array),
    });
    firstRow += rows;
  }
};

/** What a model that starts is told of its work. */
type ModelledRows = Pick<Scoring, 'dataset' | 'hasMissingValues' | 'countsMissing'>;

/** Starts a model on the columns of batches, to which it adds its own. */
export const startModel = async (
  model: BoundModel,
  columns: BatchColumns,
  { dataset, hasMissingValues, countsMissing }: ModelledRows,
): Promise<RunningModel | RunningEndpoint> => {
  const positions: number[] = [];
  const inputs: PlannedInput[] = [];
  for (const bound of model.inputs) {
    const { columns: features, width, ...input } = bound;
    const planned: PlannedInput['columns'][number][] = [];
    for (const feature of features) {
      const { position, dictionary } =
        width === null
          ? await columns.addFeature(feature, input.storage, dataset)
          : columns.addVector(feature, input.storage, width);
      planned.push({ index: positions.push(position) - 1, dictionary });
    }
    inputs.push({ ...input, columns: planned, countsNaN: countsMissing && endsInNaN(bound) });
  }
  const { name, outputs, endpoint, loaded } = model;
  const plan = { inputs, outputs };
  if (endpoint !== undefined)
    return new RunningEndpoint(name, endpoint, plan, positions, hasMissingValues);
  if (loaded === undefined) throw new Error('The model was never loaded.');
  return RunningModel.start(loaded, plan, positions, hasMissingValues);
};

/** That rows were added or removed since they were counted. */
export const changed = (dataset: Dataset) =>
  faultError('invalid_data', [
    {
      file: dataset.name,
      path: 'data.evaluation',
      message: 'the dataset changed while it was being read',
      hint: 'Evaluate a file that nothing writes to.',
    },
  ]);
