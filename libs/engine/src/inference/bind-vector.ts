import type { TensorSpec } from '@sluice/contracts';
import type { VectorType } from '../dataset/vector.js';

/** How the values of one row fill a tensor, or why they can't, as `found` and `expected` of a fault. */
export type VectorFit =
  { readonly shape: readonly number[] } | { readonly found: string; readonly expected: string };

/**
 * The shape that the lists of a column have as a tensor, without its first dimension. What the model leaves open is
 * taken from the column's type, where it has as many dimensions, or else from the length that most lists have.
 *
 * @param dims of the model's input after the first; null when not even their number is known
 * @param length the values of one row, as the type says or as most rows have it
 */
export const fitVector = (
  dims: readonly number[] | null,
  type: VectorType,
  length: number,
): VectorFit => {
  const known = type.dims.every((dim) => dim !== null) ? (type.dims as readonly number[]) : null;
  if (dims === null) return { shape: known ?? [length] };
  const filled =
    known !== null && known.length === dims.length
      ? dims.map((dim, index) => (dim === -1 ? (known[index] as number) : dim))
      : dims;
  const open = filled.filter((dim) => dim === -1).length;
  const product = filled.reduce((size, dim) => (dim === -1 ? size : size * dim), 1);
  const found = `lists of ${length} values`;
  if (open > 1) return { found, expected: 'a fixed shape, but for one dimension at most' };
  if (open === 0)
    return product === length
      ? { shape: filled }
      : { found, expected: `lists of ${product} values` };
  if (length === 0 || length % product !== 0)
    return { found, expected: `lists of a multiple of ${product} values` };
  return { shape: filled.map((dim) => (dim === -1 ? length / product : dim)) };
};

/** The dimensions of an input after the first; null when its rank is open. */
export const innerDims = (input: TensorSpec, unranked: boolean): readonly number[] | null =>
  unranked ? null : input.shape.slice(1);
