import { describe, expect, it } from '@jest/globals';
import { Tally, type ScoredRows } from './tally.js';

const rows = (
  about: Partial<ScoredRows> & Pick<ScoredRows, 'label' | 'prediction'>,
): ScoredRows => ({
  firstRow: 0,
  rows: about.label.length,
  score: null,
  championPrediction: null,
  championScore: null,
  groups: [],
  ...about,
});

describe('Tally', () => {
  it('counts rows by label, prediction and the prediction of the champion', () => {
    const tally = new Tally(4, [], { scores: false, champion: true });
    tally.add(
      rows({
        label: Uint8Array.of(1, 1, 0, 1),
        prediction: Uint8Array.of(1, 0, 1, 1),
        championPrediction: Uint8Array.of(1, 1, 0, 1),
      }),
    );
    expect(tally.overallCells).toEqual([
      { label: false, prediction: true, champion: false, count: 1 },
      { label: true, prediction: false, champion: true, count: 1 },
      { label: true, prediction: true, champion: true, count: 2 },
    ]);
  });

  it('says null for the champion when there is none', () => {
    const tally = new Tally(1, [], { scores: false, champion: false });
    tally.add(rows({ label: Uint8Array.of(0), prediction: Uint8Array.of(0) }));
    expect(tally.overallCells).toEqual([
      { label: false, prediction: false, champion: null, count: 1 },
    ]);
  });

  it('counts by group of each column, over batches', () => {
    const tally = new Tally(4, [2, 3], { scores: false, champion: false });
    const label = Uint8Array.of(1, 0);
    const prediction = Uint8Array.of(1, 0);
    tally.add(rows({ label, prediction, groups: [Uint16Array.of(0, 1), Uint16Array.of(2, 0)] }));
    tally.add(
      rows({
        firstRow: 2,
        label,
        prediction,
        groups: [Uint16Array.of(0, 0), Uint16Array.of(2, 2)],
      }),
    );
    const right = { label: true, prediction: true, champion: null };
    const wrong = { label: false, prediction: false, champion: null };
    expect(tally.groupCells(0, 0)).toEqual([
      { ...wrong, count: 1 },
      { ...right, count: 2 },
    ]);
    expect(tally.groupCells(0, 1)).toEqual([{ ...wrong, count: 1 }]);
    expect(tally.groupCells(1, 1)).toEqual([]);
    expect(tally.groupCells(1, 2)).toEqual([
      { ...wrong, count: 1 },
      { ...right, count: 2 },
    ]);
  });

  it('keeps scores in the order of the rows and knows when all have come', () => {
    const tally = new Tally(3, [2], { scores: true, champion: true });
    const batch = (firstRow: number, scores: number[]): ScoredRows =>
      rows({
        firstRow,
        label: new Uint8Array(scores.length),
        prediction: new Uint8Array(scores.length),
        championPrediction: new Uint8Array(scores.length),
        score: Float64Array.from(scores),
        championScore: Float64Array.from(scores, (score) => 1 - score),
        groups: [Uint16Array.from(scores, () => 1)],
      });
    tally.add(batch(0, [0.5, 0.25]));
    expect(tally.isComplete).toBe(false);
    tally.add(batch(2, [0.75]));
    expect(tally.isComplete).toBe(true);
    expect(Array.from(tally.kept?.score ?? [])).toEqual([0.5, 0.25, 0.75]);
    expect(Array.from(tally.kept?.championScore ?? [])).toEqual([0.5, 0.75, 0.25]);
    expect(Array.from(tally.kept?.groups[0] ?? [])).toEqual([1, 1, 1]);
  });

  it('refuses rows that were not announced', () => {
    const tally = new Tally(1, [], { scores: true, champion: false });
    const label = Uint8Array.of(1, 1);
    expect(() =>
      tally.add(rows({ label, prediction: label, score: Float64Array.of(0.5, 0.5) })),
    ).toThrow('out of bounds');
  });
});
