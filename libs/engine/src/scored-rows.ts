import { Tally, type ScoredRows } from './counting/tally.js';
import { BatchColumns } from './dataset/batch-columns.js';
import type { Dataset } from './dataset/dataset.js';
import {
  codeColumn,
  rowBatches,
  truthColumn,
  type BatchColumn,
  type RowBatch,
} from './dataset/row-batches.js';
import { convertedSql, quoteText, textSql } from './dataset/sql.js';
import type { LabelColumn, Survey } from './dataset/survey.js';
import { faultError } from './fault-collector.js';
import type { BoundModel } from './inference/candidate.js';
import { RunningEndpoint } from './inference/endpoint/running-endpoint.js';
import type { PlannedInput } from './inference/model-plan.js';
import { RunningModel } from './inference/running-model.js';

/** Rows that a model gets at a time: many enough to make calls cheap, few enough to keep a batch in the cache. */
const batchSize = 4096;
/** Lists of many values make batches of fewer rows, so that a batch of images fits into memory. */
const mostValues = 2 ** 22;

const rowsPerBatch = ({ list }: BatchColumns): number => {
  const widest = list.reduce((sum, { width = 0 }) => sum + width, 1);
  return Math.max(1, Math.min(batchSize, Math.floor(mostValues / widest)));
};

/** What is to be scored, and by what. */
export interface Scoring {
  readonly dataset: Dataset;
  readonly survey: Survey;
  /** Null when the data holds scores or predictions. */
  readonly version: BoundModel | null;
  readonly champion: BoundModel | null;
  /** Whether features have missing values, which explains scores that are NaN. */
  readonly hasMissingValues: boolean;
  /** Told of each batch of rows, in order, for whoever needs more than counts. */
  readonly onScored?: ((rows: ScoredRows) => void) | undefined;
}

/** The counts and scores of all rows. */
export interface ScoredTable {
  readonly tally: Tally;
  /** For each model, by name, the rows whose predicted label isn't the more probable one. */
  readonly disagreements: ReadonlyMap<string, number>;
}

type Scores = Pick<ScoredRows, 'prediction' | 'score'>;
type Scorer = (batch: RowBatch) => Promise<Scores>;

/** Scores a dataset in one pass, counting as batches stream by: the next is read while models are at the last. */
export const scoreRows = async (
  scoring: Scoring,
  onRows: (done: number) => void,
): Promise<ScoredTable> => {
  const { dataset, survey } = scoring;
  const columns = new BatchColumns();
  const label = columns.add(truthOf(survey.label));
  const groups = survey.groups.map((group) =>
    columns.add(codeColumn(textSql(group.column), group.names)),
  );
  const models: (RunningModel | RunningEndpoint)[] = [];
  const start = async (model: BoundModel): Promise<Scorer> => {
    const running = await startModel(model, columns, scoring);
    models.push(running);
    return async (batch) => {
      const { scores, predictions } = await running.score(batch);
      return { score: scores, prediction: predictions };
    };
  };
  try {
    const version =
      scoring.version === null ? fromData(survey, columns) : await start(scoring.version);
    const champion = scoring.champion && (await start(scoring.champion));
    const tally = new Tally(
      survey.rows,
      survey.groups.map(({ names }) => names.length),
      {
        scores: scoring.version !== null || survey.score !== null,
        champion: champion !== null,
      },
    );
    const scored = async (batch: RowBatch): Promise<void> => {
      const [ours, theirs] = await Promise.all([version(batch), champion?.(batch)]);
      if (batch.firstRow + batch.rows > survey.rows) throw changed(dataset);
      const rows: ScoredRows = {
        firstRow: batch.firstRow,
        rows: batch.rows,
        label: batch.columns[label] as Uint8Array,
        groups: groups.map((index) => batch.columns[index] as Uint16Array),
        ...ours,
        championPrediction: theirs?.prediction ?? null,
        championScore: theirs?.score ?? null,
      };
      tally.add(rows);
      scoring.onScored?.(rows);
      onRows(batch.firstRow + batch.rows);
    };
    let last = Promise.resolve();
    for await (const batch of rowBatches(dataset, columns.list, rowsPerBatch(columns))) {
      await last;
      last = scored(batch);
      // It is awaited above or below; until then Node must not take its failure for one that nobody handles.
      last.catch(() => undefined);
    }
    await last;
    if (!tally.isComplete) throw changed(dataset);
    const disagreements = models.map((model) => [model.name, model.disagreements] as const);
    return { tally, disagreements: new Map(disagreements) };
  } finally {
    await Promise.all(models.map((model) => model.close()));
  }
};

const truthOf = ({ column, favorable }: LabelColumn): BatchColumn =>
  truthColumn(
    favorable.length === 0
      ? 'false'
      : `${textSql(column)} IN (${favorable.map(quoteText).join(', ')})`,
  );

const fromData = (survey: Survey, columns: BatchColumns): Scorer => {
  const scoreSql = survey.score && convertedSql(survey.score, 'float64');
  const score = scoreSql === null ? null : columns.add({ sql: scoreSql, storage: 'float64' });
  const prediction = columns.add(
    survey.prediction === null ? truthColumn(`${scoreSql} >= 0.5`) : truthOf(survey.prediction),
  );
  return async (batch) => ({
    prediction: batch.columns[prediction] as Uint8Array,
    score: score === null ? null : (batch.columns[score] as Float64Array),
  });
};

const startModel = async (
  model: BoundModel,
  columns: BatchColumns,
  { dataset, hasMissingValues }: Scoring,
): Promise<RunningModel | RunningEndpoint> => {
  const positions: number[] = [];
  const inputs: PlannedInput[] = [];
  for (const { columns: features, width, ...input } of model.inputs) {
    const planned: PlannedInput['columns'][number][] = [];
    for (const feature of features) {
      const { position, dictionary } =
        width === null
          ? await columns.addFeature(feature, input.storage, dataset)
          : columns.addVector(feature, input.storage, width);
      planned.push({ index: positions.push(position) - 1, dictionary });
    }
    inputs.push({ ...input, columns: planned });
  }
  const { name, path, inspection, outputs, endpoint } = model;
  const plan = { path, externalData: inspection.externalData, inputs, outputs };
  if (endpoint !== undefined)
    return new RunningEndpoint(name, endpoint, plan, positions, hasMissingValues);
  return RunningModel.start(name, plan, positions, hasMissingValues);
};

const changed = (dataset: Dataset) =>
  faultError('invalid_data', [
    {
      file: dataset.name,
      path: 'data.evaluation',
      message: 'the dataset changed while it was being read',
      hint: 'Evaluate a file that nothing writes to.',
    },
  ]);
