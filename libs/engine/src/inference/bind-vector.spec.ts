import { describe, expect, it } from '@jest/globals';
import { fitVector, type VectorFit } from './bind-vector.js';

const lists = (...dims: (number | null)[]) => ({ element: 'number' as const, dims });

describe('the shape of lists as a tensor', () => {
  it.each<[string, readonly number[] | null, ReturnType<typeof lists>, number, VectorFit]>([
    ['the shape of the model', [3, 4], lists(null), 12, { shape: [3, 4] }],
    ['one open dimension by the length', [-1, 4], lists(null), 12, { shape: [3, 4] }],
    ['open dimensions by the type', [-1, -1], lists(2, 6), 12, { shape: [2, 6] }],
    ['an open rank by the type', null, lists(2, 6), 12, { shape: [2, 6] }],
    ['an open rank by the length', null, lists(null, null), 12, { shape: [12] }],
    ['a vector', [-1], lists(null), 12, { shape: [12] }],
  ])('is %s', (_what, dims, type, length, expected) => {
    expect(fitVector(dims, type, length)).toEqual(expected);
  });

  it.each<[string, readonly number[], ReturnType<typeof lists>, number, RegExp]>([
    ['too few values', [3, 4], lists(null), 11, /lists of 12 values/],
    ['values that do not divide', [-1, 4], lists(null), 11, /a multiple of 4/],
    ['no values', [-1], lists(null), 0, /multiple/],
    ['two dimensions open', [-1, -1], lists(null), 12, /a fixed shape/],
  ])('is refused for %s', (_what, dims, type, length, expected) => {
    expect(fitVector(dims, type, length)).toMatchObject({
      expected: expect.stringMatching(expected),
    });
  });
});
