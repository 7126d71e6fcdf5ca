import type { Fault } from '@sluice/contracts';
import type { RowBatch } from '../dataset/row-batches.js';
import { checkScores } from './check-scores.js';
import type { LoadedModel } from './loaded-model.js';
import type {
  BatchOutputs,
  BatchScores,
  CountedScores,
  ModelBatch,
  ModelPlan,
} from './model-plan.js';

/** A loaded model, ready to score batches. */
export class RunningModel {
  /** Rows whose predicted label isn't the one of the higher probability. */
  disagreements = 0;
  /** How many values were NaN so far, by column of the inputs whose NaN are counted. */
  readonly missing: Float64Array;

  /**
   * @param columns the positions, in a batch of rows, of the columns that the plan speaks of
   * @param hasMissingValues whether features have missing values beside those that are counted here, which explains
   *   scores that are NaN
   */
  private constructor(
    private readonly model: LoadedModel,
    private readonly plan: ModelPlan,
    private readonly columns: readonly number[],
    private readonly hasMissingValues: boolean,
  ) {
    const counted = plan.inputs.filter(({ countsNaN }) => countsNaN);
    this.missing = new Float64Array(counted.reduce((sum, input) => sum + input.columns.length, 0));
  }

  /** @throws SluiceError `invalid_artifact` if ONNX Runtime can't load the model */
  static async start(
    model: LoadedModel,
    plan: ModelPlan,
    columns: readonly number[],
    hasMissingValues: boolean,
  ): Promise<RunningModel> {
    await model.plan(plan);
    return new RunningModel(model, plan, columns, hasMissingValues);
  }

  get name(): string {
    return this.model.name;
  }

  /** How many batches keep all threads busy: the next one waits for each of them. */
  get atOnce(): number {
    return 2 * this.model.threads;
  }

  /** @throws SluiceError `invalid_artifact` if the model fails, or what it gives are no scores */
  async score(batch: RowBatch): Promise<BatchScores> {
    const result = (await this.model.ask(
      { score: this.taken(batch) },
      failedOn(batch),
    )) as CountedScores;
    checkScores(result.scores, {
      name: this.name,
      output: this.plan.outputs.score,
      firstRow: batch.firstRow,
      hasMissingValues: this.hasMissingValues || result.missing.some((count) => count > 0),
    });
    this.disagreements += result.disagreements;
    result.missing.forEach((count, index) => {
      this.missing[index] = (this.missing[index] as number) + count;
    });
    return result;
  }

  /**
   * The outputs of a batch as they come.
   *
   * @throws SluiceError `invalid_artifact` if the model fails
   */
  async outputs(batch: RowBatch): Promise<BatchOutputs> {
    return (await this.model.ask({ outputs: this.taken(batch) }, failedOn(batch))) as BatchOutputs;
  }

  private taken({ rows, columns }: RowBatch): ModelBatch {
    return {
      rows,
      columns: this.columns.map((index) => columns[index] as RowBatch['columns'][number]),
    };
  }

  close(): Promise<void> {
    return this.model.close();
  }
}

const failedOn = ({ firstRow, rows }: RowBatch): Omit<Fault, 'file'> => ({
  message: `the model failed on rows ${firstRow + 1} to ${firstRow + rows}`,
  hint: 'Does it run on this data with onnxruntime in Python?',
});
