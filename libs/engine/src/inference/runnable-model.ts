import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runnableModel } from '@sluice/artifacts';
import type { ModelFiles } from './model-plan.js';

/** A model's file as ONNX Runtime is to load it. */
export interface RunnableModel {
  readonly path: string;
  /** Removes what was made for it. */
  close(): Promise<void>;
}

/**
 * The file to run: the model itself, or a temporary copy where the runtime couldn't make use of it. Digests
 * are always those of the model itself.
 *
 * @param ownLocale for a machine without the locale that the model asks for
 */
export const openRunnable = async (
  model: ModelFiles,
  ownLocale = false,
): Promise<RunnableModel> => {
  const { score, scoreTensor } = model.outputs;
  if (scoreTensor === score && !ownLocale)
    return { path: model.path, close: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'sluice-model-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'model.onnx');
    const reveal = scoreTensor === score ? [] : [scoreTensor];
    await writeFile(path, runnableModel(await readFile(model.path), { reveal, ownLocale }));
    // The runtime finds external data beside the model, and follows no link to it.
    for (const file of model.externalData) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await copyFile(join(dirname(model.path), file), join(folder, file));
    }
    return { path, close };
  } catch (error) {
    await close();
    throw error;
  }
};
