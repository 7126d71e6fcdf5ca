import { isLocaleMissing } from '@sluice/artifacts';
import type { Fault } from '@sluice/contracts';
import type { RowBatch } from '../dataset/row-batches.js';
import { faultError } from '../fault-collector.js';
import { reasonOf } from '../foreign-error.js';
import { WorkerError } from '../worker-handle.js';
import { checkScores } from './check-scores.js';
import { lanesFor, ModelLanes, type Workload } from './model-lanes.js';
import type { BatchOutputs, BatchScores, ModelBatch, ModelPlan } from './model-plan.js';
import { openRunnable, type RunnableModel } from './runnable-model.js';

/** What a running model is told of its work. */
export interface ModelWork extends Workload {
  /** Whether features have missing values, which explains scores that are NaN. */
  readonly hasMissingValues: boolean;
}

/** A model in threads of its own, ready to score batches. */
export class RunningModel {
  private readonly lanes = new ModelLanes();
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
    work: ModelWork,
  ): Promise<RunningModel> {
    const runnable = await openRunnable(plan);
    const model = new RunningModel(name, plan, runnable, columns, work.hasMissingValues);
    try {
      await model.load(await lanesFor(plan, work));
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  }

  /** How many batches keep all threads busy: one more than they work at. */
  get atOnce(): number {
    return this.lanes.count + 1;
  }

  private async load(lanes: number): Promise<void> {
    const add = (): Promise<void> =>
      this.explained(() => this.lanes.add({ ...this.plan, path: this.runnable.path }), {
        message: 'ONNX Runtime cannot load the model',
        hint: 'Does it use operators or an opset newer than ONNX Runtime 1.30 knows, or operators of your own?',
      });
    try {
      await add();
    } catch (error) {
      if (!(error instanceof Error && isLocaleMissing(error.cause))) throw error;
      await this.runnable.close();
      this.runnable = await openRunnable(this.plan, true);
      await add();
    }
    // What loads once loads again.
    await Promise.all(Array.from({ length: lanes - 1 }, add));
  }

  /** @throws SluiceError `invalid_artifact` if the model fails, or what it gives are no scores */
  async score(batch: RowBatch): Promise<BatchScores> {
    const { firstRow } = batch;
    const scored = await this.explained(
      () => this.lanes.ask({ score: this.taken(batch) }),
      failedOn(batch),
    );
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
    const outputs = await this.explained(
      () => this.lanes.ask({ outputs: this.taken(batch) }),
      failedOn(batch),
    );
    return outputs as BatchOutputs;
  }

  private taken({ rows, columns }: RowBatch): ModelBatch {
    return {
      rows,
      columns: this.columns.map((index) => columns[index] as RowBatch['columns'][number]),
    };
  }

  async close(): Promise<void> {
    await this.lanes.close();
    await this.runnable.close();
  }

  /** Turns what a thread throws into a fault of the model. */
  private async explained<Answer>(
    ask: () => Promise<Answer>,
    fault: Omit<Fault, 'file'>,
  ): Promise<Answer> {
    try {
      return await ask();
    } catch (cause) {
      if (!(cause instanceof WorkerError)) throw cause;
      const found = reasonOf(cause, { path: this.runnable.path, name: this.name });
      throw faultError('invalid_artifact', [{ file: this.name, ...fault, found }], cause);
    }
  }
}

const failedOn = ({ firstRow, rows }: RowBatch): Omit<Fault, 'file'> => ({
  message: `the model failed on rows ${firstRow + 1} to ${firstRow + rows}`,
  hint: 'Does it run on this data with onnxruntime in Python?',
});
