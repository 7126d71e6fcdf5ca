import { describe, expect, it } from '@jest/globals';
import { sliceOf, type Row } from '../../test/profiles.js';
import type { BinarySlice, RankingProfile, ScoreProfile, Slice } from '../profile.js';
import type { MulticlassSlice } from '../tasks/multiclass-slice.js';
import type { ErrorMoments, RegressionSlice } from '../tasks/regression-slice.js';
import { sliceAgrees } from './slice-agreement.js';

const rows: Row[] = Array.from({ length: 40 }, (_, i) => ({
  label: i % 3 === 0,
  prediction: i % 2 === 0,
  score: (i % 8) / 8,
  weight: (1 + (i % 4)) / 10,
  groups: {},
}));
const binary = sliceOf(rows, true);
const fewer = sliceOf(rows.slice(1), true);

const of = (own: BinarySlice) => ({
  scores: own.scores as ScoreProfile,
  ranking: own.ranking as RankingProfile,
});
const multiclass: MulticlassSlice = {
  kind: 'multiclass',
  classes: ['x', 'y'],
  cells: binary.cells.map(({ label, prediction, ...cell }) => ({
    ...cell,
    label: label ? 'x' : 'y',
    prediction: prediction ? 'x' : 'y',
    champion: null,
  })),
  places: null,
  losses: null,
  rankings: [of(binary).ranking, null],
  scores: [of(binary).scores, null],
};
const moments = { sum: 0, squares: 0 };
const errors: ErrorMoments = {
  prediction: moments,
  over: moments,
  under: moments,
  fourth: 0,
  squaredByLabel: [0, 0],
  relative: moments,
  largest: 1,
  sketch: { zero: 1, positive: { bins: [1], masses: [2] }, negative: { bins: [], masses: [] } },
};
const regression: RegressionSlice = {
  kind: 'regression',
  count: 3,
  weight: { sum: 3, squares: 3 },
  center: 0,
  label: [0, 0, 0, 0],
  zeroLabels: 0,
  version: errors,
  champion: errors,
  shared: null,
};

describe('sliceAgrees', () => {
  it('is of slices of every task that were made of the same rows', () => {
    for (const slice of [binary, fewer, sliceOf([]), multiclass, regression])
      expect(sliceAgrees(slice)).toBe(true);
  });

  const { scores } = of(binary);
  const runs = scores.runs as NonNullable<typeof scores.runs>;
  const others = of(fewer);
  it.each<[string, Slice]>([
    ['counts', { ...binary, cells: fewer.cells }],
    ['bins', { ...binary, scores: { ...scores, version: others.scores.version } }],
    [
      'runs',
      {
        ...binary,
        scores: {
          ...scores,
          runs: { ...runs, version: others.scores.runs?.version ?? runs.version },
        },
      },
    ],
    ['ranks', { ...binary, ranking: others.ranking }],
    ['ranks of a class', { ...multiclass, rankings: [others.ranking, null] }],
    ['scores of a class', { ...multiclass, scores: [others.scores, null] }],
    ['as many lists as classes', { ...multiclass, scores: [scores] }],
    [
      'places of labels',
      {
        ...multiclass,
        places: [{ version: 1, champion: null, count: 40, weight: { sum: 9, squares: 9 } }],
      },
    ],
    ['errors', { ...regression, version: { ...errors, sketch: { ...errors.sketch, zero: 2 } } }],
    [
      'errors of the champion',
      { ...regression, champion: { ...errors, sketch: { ...errors.sketch, zero: 2 } } },
    ],
  ])('is not of other %s', (_what, slice) => {
    expect(sliceAgrees(slice)).toBe(false);
  });
});
