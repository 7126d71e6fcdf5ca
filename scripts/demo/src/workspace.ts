import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { example } from './paths.js';

/** What the example repository holds besides its model. */
const shared = ['sluice.yaml', 'data/train.parquet', 'data/holdout.parquet', 'request.json'];

/** The files of the example's repository with one of its models, as a commit holds them. */
export const filesWith = (model: string): Record<string, Buffer> => ({
  ...Object.fromEntries(shared.map((path) => [path, readFileSync(join(example, path))])),
  'model.onnx': readFileSync(join(example, model)),
});

/** A folder as actions/checkout leaves it: the example's repository with one of its models. */
export const checkOut = (home: string, name: string, model: string): string => {
  const folder = join(home, 'demo', name);
  // What an earlier start left could be of another version of the example.
  rmSync(folder, { recursive: true, force: true });
  for (const path of shared) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    cpSync(join(example, path), join(folder, path));
  }
  cpSync(join(example, model), join(folder, 'model.onnx'));
  return folder;
};
