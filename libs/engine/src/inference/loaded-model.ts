import { isLocaleMissing } from '@sluice/artifacts';
import type { Fault } from '@sluice/contracts';
import type { Dataset } from '../dataset/dataset.js';
import { rowsPerBatch } from '../dataset/row-batches.js';
import { faultError } from '../fault-collector.js';
import { reasonOf } from '../foreign-error.js';
import { WorkerError } from '../worker-handle.js';
import type { BoundModel } from './candidate.js';
import { lanesFor, ModelLanes, type Workload } from './model-lanes.js';
import type { InferenceAnswer, InferenceRequest, ModelFiles, ModelPlan } from './model-plan.js';
import { openRunnable, type RunnableModel } from './runnable-model.js';

/** Has all models that run here begin to load. */
export const loadModels = async (
  models: readonly (BoundModel | undefined)[],
  dataset: Dataset,
): Promise<(BoundModel | undefined)[]> => {
  const count = models.filter((model) => model !== undefined).length;
  if (count === 0) return [...models];
  const [found] = await dataset.query('SELECT count(*) AS rows FROM data');
  const rows = Number(found?.['rows']);
  return models.map((model) => {
    if (model === undefined || model.endpoint !== undefined) return model;
    const { name, path, inspection, inputs, outputs } = model;
    const loaded = new LoadedModel(
      name,
      { path, externalData: inspection.externalData, outputs },
      {
        batches: Math.ceil(rows / rowsPerBatch(inputs.map(({ width }) => width))),
        models: count,
        inOrder: inspection.drawsAtRandom,
      },
    );
    return { ...model, loaded };
  });
};

/** A model that loads into threads of its own, which needs nothing of the data: that is looked over meanwhile. */
export class LoadedModel {
  private readonly lanes = new ModelLanes();
  private readonly loading: Promise<void>;
  private runnable: RunnableModel | undefined;

  /** Begins to load. */
  constructor(
    readonly name: string,
    private readonly files: ModelFiles,
    work: Workload,
  ) {
    this.loading = this.load(work);
    // It is awaited before the first batch; until then Node must not take its failure for one that nobody handles.
    this.loading.catch(() => undefined);
  }

  /** How many threads have it. */
  get threads(): number {
    return this.lanes.count;
  }

  /**
   * Waits until it is loaded, and says what it is to do.
   *
   * @throws SluiceError `invalid_artifact` if ONNX Runtime can't load the model
   */
  async plan(plan: ModelPlan): Promise<void> {
    await this.loading;
    await this.lanes.plan(plan);
  }

  /**
   * Asks one of the threads.
   *
   * @param fault what is said of the model if it fails
   * @throws SluiceError `invalid_artifact`
   */
  async ask(request: InferenceRequest, fault: Omit<Fault, 'file'>): Promise<InferenceAnswer> {
    return this.explained(() => this.lanes.ask(request), fault);
  }

  async close(): Promise<void> {
    await this.loading.catch(() => undefined);
    await this.lanes.close();
    await this.runnable?.close();
  }

  private async load(work: Workload): Promise<void> {
    this.runnable = await openRunnable(this.files);
    const lanes = await lanesFor(this.files, work);
    try {
      await this.addLanes(lanes);
    } catch (error) {
      if (!(error instanceof Error && isLocaleMissing(error.cause))) throw error;
      await this.runnable.close();
      this.runnable = await openRunnable(this.files, true);
      await this.addLanes(lanes);
    }
  }

  /** All at once; nothing is left at work when one of them fails. */
  private async addLanes(lanes: number): Promise<void> {
    const { path } = this.runnable as RunnableModel;
    const added = await Promise.allSettled(
      Array.from({ length: lanes }, () =>
        this.explained(() => this.lanes.add(path), {
          message: 'ONNX Runtime cannot load the model',
          hint: 'Does it use operators or an opset newer than ONNX Runtime 1.30 knows, or operators of your own?',
        }),
      ),
    );
    for (const one of added) if (one.status === 'rejected') throw one.reason;
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
      const { path } = this.runnable as RunnableModel;
      const found = reasonOf(cause, { path, name: this.name });
      throw faultError('invalid_artifact', [{ file: this.name, ...fault, found }], cause);
    }
  }
}
