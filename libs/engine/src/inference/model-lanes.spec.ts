import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { FixtureModel } from '@sluice/artifacts/testing';
import { classifier, echoModel, floatColumn } from '../fixtures/models.fixture.js';
import { temporaryFolder } from '../fixtures/tables.fixture.js';
import { ModelTrials } from '../fixtures/trials.fixture.js';
import { lanesFor, type Workload } from './model-lanes.js';
import type { ModelFiles } from './model-plan.js';

const folder = temporaryFolder();

/** A file of that size, which takes no room. */
const modelOf = (bytes: number, externalBytes = 0): Omit<ModelFiles, 'outputs'> => {
  const make = (name: string, size: number): string => {
    const path = join(folder, name);
    writeFileSync(path, '');
    truncateSync(path, size);
    return path;
  };
  make(`${bytes}.data`, externalBytes);
  const path = make(`${bytes}.onnx`, bytes);
  return { path, externalData: [`${bytes}.data`] };
};

describe('the threads of a model', () => {
  const much: Workload = { batches: 1000, models: 1, inOrder: false };
  const small = 1000;
  const mebi = 2 ** 20;

  it.each([
    ['as many as cores', small, 0, much, 4, 4],
    ['eight at most', small, 0, much, 64, 8],
    ['shared with a champion', small, 0, { ...much, models: 2 }, 4, 2],
    ['one where models outnumber cores', small, 0, { ...much, models: 2 }, 1, 1],
    ['one for a table that is soon scored', small, 0, { ...much, batches: 15 }, 4, 1],
    ['two for a table twice as long', small, 0, { ...much, batches: 16 }, 4, 2],
    ['few for a large model', 100 * mebi, 0, much, 4, 2],
    ['few for a model of large external data', small, 100 * mebi, much, 4, 2],
    ['one for a model larger than all threads may hold', 2048 * mebi, 0, much, 4, 1],
    [
      'one for a model whose answers depend on their order',
      small,
      0,
      { ...much, inOrder: true },
      4,
      1,
    ],
  ])('are %s', async (_what, bytes, externalBytes, work, cores, expected) => {
    expect(await lanesFor(modelOf(bytes, externalBytes), work, cores)).toBe(expected);
  });
});

describe('a table that several threads score', () => {
  const trials = new ModelTrials(folder);
  const rows = 90_001;
  // Each row's score and group of its own kind, so that a batch in another's place or memory would show.
  const table = `
    SELECT (hash(i) % 1000) / 1000.0 AS risk, (hash(i) % 1000) / 1000.0 AS other,
           CASE WHEN hash(i) % 1000 >= 500 THEN 'yes' ELSE 'no' END AS outcome
    FROM range(${rows}) t(i)`;

  it('keeps each score with its row', async () => {
    const { profile } = await trials.profile({ table, model: echoModel(), champion: echoModel() });
    const { cells, ranking } = profile.overall;
    expect(
      cells.every(({ label, prediction, champion }) => label === prediction && champion === label),
    ).toBe(true);
    expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(rows);
    expect(ranking?.version.auc).toBe(1);
  });

  it('keeps them with several features, laid out anew for each batch', async () => {
    const model: FixtureModel = classifier({
      classes: { texts: ['no', 'yes'] },
      inputs: [floatColumn('risk'), floatColumn('other')],
      coefficients: [1, 1],
      intercept: -0.9995,
    });
    const { profile } = await trials.profile({ table, model });
    expect(profile.overall.cells.every(({ label, prediction }) => label === prediction)).toBe(true);
    expect(profile.overall.ranking?.version.auc).toBe(1);
  });

  it('names the first row that is no probability, though later batches have some too', async () => {
    const wrong = table.replace(
      '(hash(i) % 1000) / 1000.0 AS risk',
      'CASE WHEN i >= 12345 THEN 7 ELSE 0.5 END AS risk',
    );
    const { faults } = await trials.refusal({ table: wrong, model: echoModel() });
    expect(faults.map(({ message }) => message)).toEqual([
      "the model's score of row 12346 is not from 0 to 1",
    ]);
  });
});
