import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { WorkerHandle } from '../worker-handle.js';
import type { InferenceAnswer, InferenceRequest, ModelFiles, ModelPlan } from './model-plan.js';

/** More threads would wait for the one that reads the table. */
const mostLanes = 8;
/** Of rows to a thread, or it would take longer to start than to score. */
const fewestBatches = 8;
/** Of model files, which each thread has in memory, and more than once while it loads. */
const mostBytes = 2 ** 28;

/** What decides how many threads a model gets. */
export interface Workload {
  /** All that the model is to score. */
  readonly batches: number;
  /** Models that share the machine. */
  readonly models: number;
  /** Whether the model's answers depend on what it was asked before, as those of random operators do. */
  readonly inOrder: boolean;
}

/** How many threads score by a model side by side. Scores don't depend on it: each thread computes alone. */
export const lanesFor = async (
  model: Omit<ModelFiles, 'outputs'>,
  { batches, models, inOrder }: Workload,
  cores = availableParallelism(),
): Promise<number> => {
  if (inOrder) return 1;
  const files = [model.path, ...model.externalData.map((file) => join(dirname(model.path), file))];
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const most = Math.min(
    mostLanes,
    cores / models,
    batches / fewestBatches,
    mostBytes / Math.max(1, bytes),
  );
  return Math.max(1, Math.floor(most));
};

interface Lane {
  readonly worker: WorkerHandle<InferenceRequest, InferenceAnswer>;
  /** Requests that aren't answered. */
  open: number;
}

/** Threads that hold the same model. A batch goes to the one with the least to do. */
export class ModelLanes {
  private readonly lanes: Lane[] = [];

  get count(): number {
    return this.lanes.length;
  }

  /** Loads the model in another thread. */
  async add(path: string): Promise<void> {
    const lane = { worker: start(), open: 0 };
    try {
      await lane.worker.ask({ load: { path } });
    } catch (error) {
      await lane.worker.close();
      throw error;
    }
    this.lanes.push(lane);
  }

  /** Tells all threads what batches are and what is wanted of them. */
  async plan(plan: ModelPlan): Promise<void> {
    await Promise.all(this.lanes.map(({ worker }) => worker.ask({ plan })));
  }

  async ask(request: InferenceRequest): Promise<InferenceAnswer> {
    const [first, ...others] = this.lanes;
    if (first === undefined) throw new Error('The model is scored before it is loaded.');
    const lane = others.reduce((least, other) => (other.open < least.open ? other : least), first);
    lane.open += 1;
    try {
      return await lane.worker.ask(request);
    } finally {
      lane.open -= 1;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map(({ worker }) => worker.close()));
  }
}

const start = (): Lane['worker'] => new WorkerHandle('inference/inference-worker');
