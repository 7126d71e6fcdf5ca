import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { revealTensors, withTextLocale } from '@sluice/artifacts';
import type { ModelPlan } from './model-plan.js';

/** A model's file as ONNX Runtime is to load it. */
export interface RunnableModel {
  readonly path: string;
  /** Removes what was made for it. */
  close(): Promise<void>;
}

/**
 * The file to run for a plan: the model itself, or a temporary copy where the runtime couldn't make use of it. Digests
 * are always those of the model itself.
 *
 * - ONNX Runtime's binding for Node returns tensors alone, so a copy also gives the tensor behind ZipMap.
 * - With `ownLocale` the copy changes the case of text by `C.UTF-8`, which glibc has everywhere and whose letters are
 *   those of `en_US.UTF-8`.
 */
export const openRunnable = async (plan: ModelPlan, ownLocale = false): Promise<RunnableModel> => {
  const { score, scoreTensor } = plan.outputs;
  if (scoreTensor === score && !ownLocale) return { path: plan.path, close: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'sluice-model-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'model.onnx');
    let model: Uint8Array = await readFile(plan.path);
    if (ownLocale) model = withTextLocale(model, 'C.UTF-8') ?? model;
    if (scoreTensor !== score) model = revealTensors(model, [scoreTensor]);
    await writeFile(path, model);
    // The runtime finds external data beside the model, and follows no link to it.
    for (const file of plan.externalData) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await copyFile(join(dirname(plan.path), file), join(folder, file));
    }
    return { path, close };
  } catch (error) {
    await close();
    throw error;
  }
};
