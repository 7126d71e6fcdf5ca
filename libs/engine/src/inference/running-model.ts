import type { Fault } from '@sluice/contracts';
import type { RowBatch } from '../dataset/row-batches.js';
import { faultError } from '../fault-collector.js';
import { reasonOf } from '../foreign-error.js';
import { WorkerError, WorkerHandle } from '../worker-handle.js';
import { checkScores } from './check-scores.js';
import type {
  BatchOutputs,
  BatchScores,
  InferenceAnswer,
  InferenceRequest,
  ModelBatch,
  ModelPlan,
} from './model-plan.js';
import { openRunnable, type RunnableModel } from './runnable-model.js';

/** A model in a thread of its own, ready to score batches. */
export class RunningModel {
  private readonly worker = new WorkerHandle<InferenceRequest, InferenceAnswer>(
    'inference/inference-worker',
  );
  /** Rows whose predicted label isn't the one of the higher probability. */
  disagreements = 0;

  /** @param columns the positions, in a batch of rows, of the columns that the plan speaks of */
  private constructor(
    readonly name: string,
    private readonly plan: ModelPlan,
    private runnable: RunnableModel,
    private readonly columns: readonly number[],
    private readonly hasMissingValues: boolean,
  ) {}

  /** @throws SluiceError `invalid_artifact` if ONNX Runtime can't load the model */
  static async start(
    name: string,
    plan: ModelPlan,
    columns: readonly number[],
    hasMissingValues: boolean,
  ): Promise<RunningModel> {
    const runnable = await openRunnable(plan);
    const model = new RunningModel(name, plan, runnable, columns, hasMissingValues);
    try {
      await model.load();
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  }

  private async load(): Promise<void> {
    const load = (): Promise<unknown> =>
      this.ask(
        { load: { ...this.plan, path: this.runnable.path } },
        {
          message: 'ONNX Runtime cannot load the model',
          hint: 'Does it use operators or an opset newer than ONNX Runtime 1.30 knows, or operators of your own?',
        },
      );
    try {
      await load();
    } catch (error) {
      if (!isLocaleMissing(error)) throw error;
      await this.runnable.close();
      this.runnable = await openRunnable(this.plan, true);
      await load();
    }
  }

  /** @throws SluiceError `invalid_artifact` if the model fails, or what it gives are no scores */
  async score(batch: RowBatch): Promise<BatchScores> {
    const { firstRow } = batch;
    const scored = await this.ask({ score: this.taken(batch) }, failedOn(batch));
    const result = scored as BatchScores;
    checkScores(result.scores, {
      name: this.name,
      output: this.plan.outputs.score,
      firstRow,
      hasMissingValues: this.hasMissingValues,
    });
    this.disagreements += result.disagreements;
    return result;
  }

  /**
   * The outputs of a batch as they come.
   *
   * @throws SluiceError `invalid_artifact` if the model fails
   */
  async outputs(batch: RowBatch): Promise<BatchOutputs> {
    return (await this.ask({ outputs: this.taken(batch) }, failedOn(batch))) as BatchOutputs;
  }

  private taken({ rows, columns }: RowBatch): ModelBatch {
    return {
      rows,
      columns: this.columns.map((index) => columns[index] as RowBatch['columns'][number]),
    };
  }

  async close(): Promise<void> {
    await this.worker.close();
    await this.runnable.close();
  }

  private async ask(
    request: InferenceRequest,
    fault: Omit<Fault, 'file'>,
  ): Promise<InferenceAnswer> {
    try {
      return await this.worker.ask(request);
    } catch (cause) {
      if (!(cause instanceof WorkerError)) throw cause;
      const found = reasonOf(cause, { path: this.runnable.path, name: this.name });
      throw faultError('invalid_artifact', [{ file: this.name, ...fault, found }], cause);
    }
  }
}

/** Whether the runtime looked for a language that this machine doesn't have, to change the case of text. */
const isLocaleMissing = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof WorkerError &&
  /Failed to construct locale/.test(error.cause.message);

const failedOn = ({ firstRow, rows }: RowBatch): Omit<Fault, 'file'> => ({
  message: `the model failed on rows ${firstRow + 1} to ${firstRow + rows}`,
  hint: 'Does it run on this data with onnxruntime in Python?',
});
