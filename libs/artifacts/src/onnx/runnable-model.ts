import { revealTensors } from './reveal-tensors.js';
import { withTextLocale } from './with-text-locale.js';

export interface RunnableOptions {
  /** Tensors to return as further outputs: ONNX Runtime's binding for Node returns no ZipMap's dictionaries. */
  readonly reveal: readonly string[];
  /** Change the case of text by a locale that every machine has; see `isLocaleMissing`. */
  readonly ownLocale: boolean;
}

/**
 * A model's bytes as ONNX Runtime is to load them: the same array when nothing has to be changed. Digests are always
 * those of the model itself.
 */
export const runnableModel = (
  model: Uint8Array,
  { reveal, ownLocale }: RunnableOptions,
): Uint8Array => {
  // glibc has C.UTF-8 everywhere, and its letters are those of en_US.UTF-8.
  const readable = ownLocale ? (withTextLocale(model, 'C.UTF-8') ?? model) : model;
  return reveal.length === 0 ? readable : revealTensors(readable, reveal);
};

/** Whether the runtime looked for a language that this machine doesn't have, to change the case of text. */
export const isLocaleMissing = (error: unknown): boolean =>
  error instanceof Error && /Failed to construct locale/.test(error.message);
