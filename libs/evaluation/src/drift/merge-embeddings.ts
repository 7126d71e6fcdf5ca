import { SluiceError } from '@sluice/contracts';
import type { EmbeddingDrift, Sides } from './drift-profile.js';

/**
 * The means of an embedding over the rows of several tables. What rests on rows is left out: no sample of the whole is
 * made of samples of the parts.
 *
 * @throws SluiceError `invalid_data` when a part lacks the embedding, or has it of other dimensions
 */
export const mergeEmbeddings = (
  first: EmbeddingDrift,
  parts: readonly (EmbeddingDrift | undefined)[],
): EmbeddingDrift => {
  const alike = parts.filter((part) => part?.dimensions === first.dimensions) as EmbeddingDrift[];
  if (alike.length < parts.length)
    throw new SluiceError('invalid_data', `The parts differ in the embedding ${first.name}.`);
  const rows = (side: keyof Sides): number => alike.reduce((sum, part) => sum + part.rows[side], 0);
  const mean = (side: keyof Sides): Float64Array => {
    const all = rows(side);
    return first.means[side].map((_, component) =>
      all === 0
        ? 0
        : alike.reduce(
            (sum, part) => sum + (part.rows[side] / all) * (part.means[side][component] as number),
            0,
          ),
    );
  };
  return {
    ...first,
    rows: { reference: rows('reference'), current: rows('current') },
    means: { reference: mean('reference'), current: mean('current') },
    joint: null,
  };
};
