import { describe, expect, it } from '@jest/globals';
import { createDatasetSchema } from '@sluice/contracts';
import { datasetName } from './proposal.js';

describe('datasetName', () => {
  it.each([
    ['data/holdout.csv', 'data/holdout.csv'],
    ['.data/häld out.csv', 'data/h-ld out.csv'],
    ['日本', 'evaluation'],
    ['a'.repeat(300), 'a'.repeat(200)],
  ])('makes of %s a name that the registry takes', (path, expected) => {
    const name = datasetName(path);
    expect(name).toBe(expected);
    expect(createDatasetSchema.shape.name.safeParse(name).success).toBe(true);
  });
});
